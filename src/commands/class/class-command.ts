import type { OpenedNetwork } from '../../analysis/prepare/network-input.js';
import { altOfClassStudy } from '../../cli/alt.js';
import { refuseSwapped } from '../../cli/argument-order.js';
import type { ValuesOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { oneInput } from '../../cli/input-flags.js';
import { numbersJob } from '../../cli/network-flags.js';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkJob } from '../../core/job.js';
import { toOriginal } from '../../core/preprocess-geometry.js';
import type { RankedClass } from '../../core/result.js';
import { formatNumber, groupDigits, inputName } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import type { Breathe } from '../../engine/execute.js';
import type { Input } from '../../io/inputs.js';
import type { Style } from '../../reports/text.js';
import type { FigureFile } from '../../run/figure.js';
import { networkSubject, openNetwork, readLabels } from '../../run/network.js';
import { atInput, readSource } from '../../run/source.js';
import type { Source, Subject } from '../../run/subject.js';
import type { classFlags } from './class-flags.js';

/** A network and the one image a class is asked about. */
export interface ClassSubject {
  readonly opened: OpenedNetwork & Subject;
  readonly source: Source;
  /** Class names from a file, the network's own or a list; null: ImageNet's for 1,000 classes. */
  readonly labels: readonly string[] | null;
  /** [C, H, W] of what the network reads. */
  readonly size: readonly [number, number, number];
  readonly threads: number;
}

/**
 * Opens the network and prepares the image. @throws CnnvizError that names the file at fault; 'usage' when what the
 * network reads is no single image
 */
export async function openSubject(job: NetworkJob, input: Input, threads: number): Promise<ClassSubject> {
  const opened = networkSubject(await openNetwork(job.request), { ...job, exact: false });
  const labels = job.labels === null ? (opened.classes ?? null) : await readLabels(job.labels);
  const source = await atInput(input, () => readSource(input, opened));
  const shape = source.info?.shape ?? [];
  if (opened.open.length !== 1 || shape.length !== 4 || shape[0] !== 1) {
    throw new CnnvizError('usage', `${input.path}: expected one image, got an array [${shape.join(', ')}]`, {
      fix: 'one image at a time, as [1, C, H, W]; other inputs as --input NAME=FILE.npy',
    });
  }
  const size = shape.slice(1) as unknown as ClassSubject['size'];
  return { opened, source, labels, size, threads };
}

/** A place of what the network reads, and where that lies in the image. */
export interface ImagePlace {
  readonly x: number;
  readonly y: number;
  /** Null for arrays, which are taken as they are. */
  readonly image: { readonly x: number; readonly y: number } | null;
}

/** The pixel of the image that a pixel of the network's input shows the middle of. */
export function imagePlace({ picture }: Source, x: number, y: number): ImagePlace {
  if (!picture) return { x, y, image: null };
  const { x: across, y: down } = toOriginal(x, y, picture.plan);
  // zero, never −0
  return { x, y, image: { x: Math.round(across) + 0, y: Math.round(down) + 0 } };
}

/** What every answer about a class says first. */
export interface ClassAnswer {
  readonly network: string;
  readonly class: RankedClass;
  readonly notes: readonly string[];
}

/** What a command found, for people and for programs. */
interface ClassReport {
  /** The lines below the one that says what was looked at. */
  readonly lines: readonly string[];
  /** The keys of the JSON document behind `input`. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
  /** The picture or the numbers, made when they are wanted. `alt`: what the picture shows, in a sentence. */
  readonly file: (alt: string) => Promise<Uint8Array>;
}

/** A place of the network's input, and of the image it was prepared from. */
interface ReportedPlace {
  readonly x: number;
  readonly y: number;
  readonly image: { readonly x: number; readonly y: number } | null;
}

/** "img.png  451×300 → 224×224 (…)   alexnet" */
function subjectLine(path: string, size: string, preprocess: string, network: string, style: Style): string {
  const arrow = preprocess.startsWith('an array') ? `  ${preprocess}` : `  ${size} → ${preprocess}`;
  return `${style.strong(inputName(path))}${arrow}   ${style.dim(network)}`;
}

/** "12.3 %"; nothing beside a NaN or infinite score, where no class has a share. */
export function shareWords(probability: number): string {
  return Number.isNaN(probability) ? '' : `${(100 * probability).toFixed(1)} %`;
}

/** "score 3.21, 0.4 %, best of 1,000" */
export function scoreWords({ score, probability, rank, of: count }: RankedClass): string {
  const share = Number.isNaN(probability) ? '' : `, ${shareWords(probability)}`;
  const place = rank === 1 ? `best of ${groupDigits(count)}` : `rank ${groupDigits(rank)} of ${groupDigits(count)}`;
  return `score ${formatNumber(score)}${share}, ${place}`;
}

/** "class 281 tabby, tabby cat   score 3.21, 0.4 %, best of 1,000" */
export function classLine(one: RankedClass, madeUp: boolean): string {
  const { index, label } = one;
  const name = label === `class ${index}` || label === String(index) ? `class ${index}` : `class ${index} ${label}`;
  return `  ${name}   ${scoreWords(one)}${madeUp ? ' (made-up weights)' : ''}`;
}

/** "(210, 133) of the image" */
export function placeWords({ x, y, image }: ReportedPlace): string {
  return image ? `(${image.x}, ${image.y}) of the image` : `(${x}, ${y})`;
}
/** One class of one image, its network and image at hand. */
export interface OpenedClass {
  readonly job: NetworkJob;
  readonly subject: ClassSubject;
  /** Where the picture or the numbers go; null: nowhere. */
  readonly place: string | null;
  /** How a picture is written there. */
  readonly figure: FigureFile;
  readonly breathe: Breathe;
}

/** The network opened and the image prepared. */
export async function openClass(
  net: string,
  image: string,
  flags: ValuesOf<typeof classFlags>,
  frame: Frame,
): Promise<OpenedClass> {
  refuseSwapped(frame.name, net, [image]);
  const job = numbersJob(net, flags, { labels: flags.labels });
  const input = await oneInput(image);
  const name = `${input.name}.${frame.name}.${frame.wantsNumbers ? 'npy' : 'png'}`;
  const place = frame.place({ name, inputs: [input] });
  const subject = await openSubject(job, input, frame.jobs);
  for (const note of subject.opened.notes) frame.terminal.note(`note: ${note}`);
  return { job, subject, place, figure: frame.figureFile(place), breathe: frame.progress(1).breathe };
}

/** What was found of a class, as an answer. */
export function classAnswer(
  { job, subject, place }: OpenedClass,
  frame: Frame,
  { lines, document, notes, file }: ClassReport,
): Answer {
  const { source, opened } = subject;
  const { facts, preprocess } = source;
  const warnings = [...notes, ...source.warnings];
  const size = `${facts.width}×${facts.height}`;
  const alt = altOfClassStudy(frame.name, opened.name, facts.path, lines);
  const { network, init } = job.request;
  return {
    lines: [subjectLine(facts.path, size, preprocess, opened.name, frame.style), ...lines],
    document: () => ({
      cnnviz: VERSION,
      command: frame.name,
      network,
      madeUpWeights: init,
      input: facts,
      preprocess,
      ...document,
      alt,
      output: place,
      warnings,
    }),
    files: place === null ? [] : [{ place, bytes: () => file(alt) }],
    alt,
    notes: warnings,
  };
}
