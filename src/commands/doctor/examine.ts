import { batchNormsOf } from '../../analysis/doctor/batch-norms.js';
import { Examination, type Watched, watchedOf } from '../../analysis/doctor/examination.js';
import type { Finding } from '../../analysis/doctor/finding.js';
import type { Fit } from '../../analysis/doctor/fit.js';
import { diagnose } from '../../analysis/doctor/index.js';
import type { Patient } from '../../analysis/doctor/patient.js';
import { interleaving } from '../../analysis/doctor/preparations.js';
import { weightsOf } from '../../analysis/doctor/weights.js';
import { type Bound, shapeOf } from '../../analysis/kept-run.js';
import { inputWithoutImage } from '../../analysis/prepare/input-without-image.js';
import { type OpenedNetwork, presetOfJob } from '../../analysis/prepare/network-input.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { FitChoice, NetworkJob } from '../../core/job.js';
import { NO_CHOICE } from '../../core/preset.js';
import { numbersOf } from '../../engine/input.js';
import type { Input } from '../../io/inputs.js';
import { networkSubject, openNetwork } from '../../run/network.js';
import { type Choose, type RunContext, Runs } from '../../run/runs.js';
import { atInput, readSource } from '../../run/source.js';
import type { Source, Subject } from '../../run/subject.js';
import { fitPreparations } from './fit-preparations.js';

/** What was found, and what it was found on. */
export interface Diagnosis {
  readonly network: string;
  readonly layers: number;
  readonly batchNorms: number;
  readonly images: readonly string[];
  /** How the first image was prepared; null: none was given. */
  readonly preprocess: string | null;
  readonly findings: readonly Finding[];
  /** Images that could not be read, with why. */
  readonly failures: readonly string[];
  readonly notes: readonly string[];
}

/** Preparations are compared on the first images. */
const FITTED = 32;
/** Fewer images than this say little of the order of the channels. */
const MANY = 12;
const SIDE = 224;

/** An image that is looked at, read when its turn comes. */
export interface Given {
  /** Where it comes from, as errors say it. */
  readonly path: string;
  readonly read: (subject: Subject) => Promise<Source>;
}

/**
 * Examines a network: its weights, and what becomes of images in it.
 * @throws CnnvizError for a network that cannot be opened, and when no image could be run
 */
export async function examineNetwork(
  asked: NetworkJob,
  inputs: readonly Input[],
  size: readonly number[] | null,
  context: Pick<RunContext, 'breathe' | 'threads'>,
): Promise<Diagnosis> {
  const opened = await openNetwork(asked.request);
  const fitting = fittingSize(asked, opened);
  const job = fitting === null ? asked : { ...asked, preset: { ...(asked.preset ?? NO_CHOICE), ...fitting } };
  const given = inputs.map((input): Given => ({ path: input.path, read: (subject) => readSource(input, subject) }));
  const diagnosis = await examineOpened(opened, job, given, size, context);
  if (fitting === null || inputs.length === 0) return diagnosis;
  return { ...diagnosis, notes: [fittingWords(fitting), ...diagnosis.notes] };
}

/** The same of a network that is open. */
export async function examineOpened(
  opened: OpenedNetwork,
  job: NetworkJob,
  given: readonly Given[],
  size: readonly number[] | null,
  { breathe, threads }: Pick<RunContext, 'breathe' | 'threads'>,
): Promise<Diagnosis> {
  const subject = networkSubject(opened, { ...job, exact: false });
  const preset = given.length > 0 ? presetOfJob(job, opened) : job.preset && presetOfJob(job, opened);
  const isFed = opened.open.length === 0;
  const looked = given.length > 0 || isFed ? await lookAtImages(subject, given, { breathe, threads }) : null;
  const shaped =
    looked?.shaped ??
    shapeOf(subject, { info: inputWithoutImage(opened, size, [opened.channels ?? 3, SIDE, SIDE]), x: null }).shaped;
  const norms = batchNormsOf(shaped);
  const isImage = looked === null || looked.sources.some((source) => source.preset !== null);
  const fit = looked?.seen && norms.length > 0 ? await fitPreparations(subject, looked.sources, { threads }) : null;
  const patient: Patient = {
    shaped,
    weights: weightsOf(shaped),
    norms,
    preset: isImage ? preset : null,
    seen: looked?.seen ? { ...looked.seen, fit, interleaved: interleavedIn(looked.sources) } : null,
  };
  const findings = [...diagnose(patient), ...(looked?.refusal ? [looked.refusal] : [])];
  return {
    network: opened.name,
    layers: shaped.model.nodes.length,
    batchNorms: norms.length,
    images: looked?.names ?? [],
    preprocess: looked?.sources[0]?.preprocess ?? null,
    findings,
    failures: looked?.failures ?? [],
    notes: [...opened.notes, ...(looked?.notes ?? []), ...whatIsMissing(patient, fit)],
  };
}

interface Fitting {
  readonly resize: readonly [height: number, width: number];
  readonly fit: FitChoice;
}

/** The one size a network takes, where nobody said how images come to have it; else null. A crop keeps proportions. */
function fittingSize(job: NetworkJob, opened: OpenedNetwork): Fitting | null {
  const { geometry } = presetOfJob(job, opened);
  if (geometry.resize !== null || geometry.crop !== null) return null;
  const [height, width] = (opened.declared?.shape ?? opened.input ?? []).slice(-2);
  if (typeof height !== 'number' || typeof width !== 'number') return null;
  return { resize: [height, width], fit: { kind: 'crop' } };
}

function fittingWords({ resize: [height, width] }: Fitting): string {
  return `images are cut to the ${width}×${height} that the network takes, as --resize ${height},${width} --fit crop does`;
}

interface Looked {
  readonly shaped: Patient['shaped'] | null;
  readonly seen: Examination['seen'] | null;
  readonly sources: readonly Source[];
  readonly names: readonly string[];
  readonly failures: readonly string[];
  readonly notes: readonly string[];
  readonly refusal: Finding | null;
}

/** Runs every image once, with all that is looked at kept. */
async function lookAtImages(
  subject: Subject,
  given: readonly Given[],
  { breathe, threads }: Pick<RunContext, 'breathe' | 'threads'>,
): Promise<Looked> {
  const runs = new Runs(subject, choose);
  const sources: Source[] = [];
  const names: string[] = [];
  const failures: string[] = [];
  const notes = new Set<string>();
  let examination: Examination | null = null;
  let shaped: Patient['shaped'] | null = null;
  let refusal: Finding | null = null;
  const { name } = subject;
  const arrays: Given = { path: name, read: (own) => readSource({ path: name, name, ext: '', relative: '' }, own) };
  for (const [i, one] of (given.length === 0 ? [arrays] : given).entries()) {
    try {
      await atInput(one, async () => {
        const source = await one.read(subject);
        const run = await runs.run(source, { breathe: (done) => breathe(i + done), threads, once: given.length < 2 });
        shaped ??= run.shaped;
        examination ??= new Examination(run.chosen.watched);
        examination.add(run.read, run.faults, source.facts.items);
        if (sources.length < FITTED) sources.push(source);
        names.push(source.facts.path);
        for (const note of [...run.bound.notes, ...source.warnings]) notes.add(note);
      });
    } catch (error) {
      if (!(error instanceof CnnvizError) || error.scope === 'command') throw error;
      // the network cannot take it, however well the file is read
      if (error.code === 'shape') refusal ??= refusalOf(error);
      else failures.push(`${error.message}${error.fix ? `\n  fix: ${error.fix}` : ''}`);
    }
  }
  if (names.length === 0 && refusal === null) {
    throw new CnnvizError('input', failures[0] ?? 'no image could be run', { scope: 'command' });
  }
  const { seen = null } = (examination as Examination | null) ?? {};
  return { shaped, seen, sources, names, failures, notes: [...notes], refusal };
}

const choose: Choose<Bound, { readonly keep: readonly string[]; readonly watched: Watched }> = ({ shaped }) => {
  const watched = watchedOf(shaped, batchNormsOf(shaped));
  return { watched, keep: watched.keep };
};

/** An image that does not fit the network is a finding: it is what somebody would feed. */
function refusalOf(error: CnnvizError): Finding {
  return {
    kind: 'input',
    severity: 'broken',
    layer: null,
    channels: null,
    what: `the network cannot take the image: ${error.message}`,
    numbers: {},
    fix: error.fix ?? null,
  };
}

/** Of arrays of three channels, how much they look like interleaved colours; null: images, or other arrays. */
function interleavedIn(sources: readonly Source[]): number | null {
  const ratios = sources.flatMap(({ preset, info, x }) => {
    if (preset !== null || x === null || info?.shape.length !== 4 || info.shape[1] !== 3) return [];
    return [interleaving(numbersOf(x), info.shape)];
  });
  return ratios.length === 0 ? null : Math.min(...ratios);
}

/** What could not be looked at, and why. */
function whatIsMissing({ seen, norms, shaped }: Patient, fit: Fit | null): string[] {
  if (seen === null) {
    return [
      'the weights alone were looked at: dead and saturated layers, growth, and whether images are prepared as for training need images: cnnviz doctor NET photos/',
    ];
  }
  if (norms.length === 0) return ['no batch norms: how images were prepared for training cannot be told'];
  if (fit === null && shaped.model.inputs.length > 0) {
    return ['what is fed is no image of one or three channels: whether it is prepared as for training cannot be told'];
  }
  if (fit?.reversed && fit.images < MANY) {
    return [
      `RGB or BGR? ${plural(fit.images, 'image')} tell that only where colours are strong: some dozen tell it of any network`,
    ];
  }
  return [];
}
