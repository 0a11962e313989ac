import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { altOfClassStudy } from '../../cli/alt.js';
import { refuseSwapped } from '../../cli/argument-order.js';
import { refuseForeign } from '../../cli/conv-flags.js';
import type { ValuesOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { oneInput } from '../../cli/input-flags.js';
import {
  addPresetFlags,
  addWeightFlags,
  networkJob,
  numbersJob,
  type PresetFlags,
  type WeightFlags,
} from '../../cli/network-flags.js';
import { parseJobs } from '../../cli/parse.js';
import { altOption, type PictureFlags, showOption } from '../../cli/picture-flags.js';
import type { Progress } from '../../cli/progress.js';
import { showPictures } from '../../cli/show/show.js';
import { openTerminal, type Terminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkJob } from '../../core/job.js';
import { VERSION } from '../../core/version.js';
import type { Breathe } from '../../engine/execute.js';
import { writeAtomic } from '../../io/files.js';
import { findInputs } from '../../io/inputs.js';
import { checkPlace } from '../../run/place.js';
import type { classFlags } from './class-flags.js';
import { type ClassSubject, openSubject } from './class-subject.js';
import { subjectLine } from './class-words.js';

/** The flags that every command about one class of one image takes. */
export interface ClassFlags extends PresetFlags, WeightFlags, PictureFlags {
  readonly class?: string;
  readonly labels?: string;
  readonly raw?: boolean;
  readonly out?: string;
  readonly clobber: boolean;
  readonly jobs: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A command about one class of one image, its network and image at hand. */
export interface ClassCommand {
  readonly job: NetworkJob;
  readonly subject: ClassSubject;
  readonly terminal: Terminal;
  /** Numbers instead of a picture. */
  readonly wantsNumbers: boolean;
  /** Where the picture or the numbers go, '-' for standard output; null: nowhere, with --json alone. */
  readonly place: string | null;
  readonly breathe: Breathe;
  readonly bar: Progress;
}

/** Flags and arguments, checked; the network opened and the image prepared. */
export async function openClassCommand(
  command: string,
  network: string,
  image: string,
  flags: ClassFlags,
): Promise<ClassCommand> {
  const { out, json, quiet, raw = false } = flags;
  refuseSwapped(command, network, [image]);
  refuseForeign(out);
  if (raw && out !== undefined && /\.png$/i.test(out)) {
    throw new CnnvizError('usage', `${out}: --raw gives numbers, a .png holds a picture`, { fix: '--raw -o x.npy' });
  }
  if (out === '-' && json) {
    throw new CnnvizError('usage', 'stdout can carry the result or --json, not both', {
      fix: `write the result to a file: -o ${command}.png`,
    });
  }
  const threads = parseJobs(flags.jobs);
  const { labels, out: _, ...rest } = flags;
  const job = networkJob(network, { ...rest, ...NOTHING_DRAWN, ...(labels === undefined ? {} : { labels }) });
  const terminal = await openTerminal({ quiet, reserveStdout: json || out === '-' });
  const inputs = await findInputs([image], { recursive: false, lists: [] });
  if (inputs.length !== 1) {
    throw new CnnvizError('usage', `${image}: expected one image, got ${inputs.length}`, { fix: 'name a file' });
  }
  const wantsNumbers = raw || (out !== undefined && /\.npy$/i.test(out));
  const wantsFile = !json || out !== undefined || raw;
  const place = out ?? `${inputs[0].name}.${command}.${wantsNumbers ? 'npy' : 'png'}`;
  if (wantsFile && place !== '-') checkPlace(place, inputs, flags.clobber);
  const subject = await openSubject(job, inputs[0], threads);
  for (const note of subject.opened.notes) terminal.note(`note: ${note}`);
  const bar = terminal.progress(1);
  const breathe = async (done: number): Promise<void> => {
    bar.update(done, 0);
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return { job, subject, terminal, wantsNumbers, place: wantsFile ? place : null, breathe, bar };
}

/** What a command found, for people and for programs. */
interface ClassReport {
  /** The lines below the one that says what was looked at. */
  readonly lines: readonly string[];
  /** The keys of the JSON document behind `input`. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
  /** The picture or the numbers, made when they are wanted. */
  readonly file: () => Promise<Uint8Array>;
}

/** Says what was found and writes what was asked for. */
export async function reportClass(
  command: string,
  { job, subject, terminal, place, bar }: ClassCommand,
  { json, clobber, alt, show }: ClassFlags,
  { lines, document, notes, file }: ClassReport,
): Promise<void> {
  bar.stop();
  const { source, opened } = subject;
  const { facts } = source;
  const warnings = [...notes, ...source.warnings];
  for (const note of warnings) terminal.note(`note: ${note}`);
  const size = `${facts.width}×${facts.height}`;
  terminal.print(subjectLine(facts.path, size, source.preprocess, opened.name, terminal.style));
  for (const line of lines) terminal.print(line);
  if (place !== null) {
    const bytes = await file();
    if (place === '-') await terminal.send(bytes);
    else {
      await writeAtomic(place, bytes, { clobber });
      terminal.print(`wrote ${terminal.style.strong(place)}`);
    }
  }
  const sentence = altOfClassStudy(command, opened.name, facts.path, lines);
  if (alt) terminal.print(sentence);
  if (place !== null && place !== '-') await showPictures([place], show, terminal);
  if (!json) return;
  const { network, init } = job.request;
  const head = { cnnviz: VERSION, command, network, madeUpWeights: init, input: facts, preprocess: source.preprocess };
  const whole = { ...head, ...document, alt: sentence, output: place, warnings };
  await terminal.send(new TextEncoder().encode(`${JSON.stringify(whole, null, 2)}\n`));
}

/** Of what `run` takes, for commands that draw for themselves. */
export const NOTHING_DRAWN = {
  layers: ['output'],
  exact: false,
  maps: false,
  scale: 'minmax',
  depth: '8',
  colormap: 'gray',
} as const;

/** Adds the arguments and flags of commands about one class of one image; `own` adds the command's between them. */
export function addClassCommand(
  program: Command,
  name: string,
  words: { readonly summary: string; readonly description: string; readonly examples: string },
  own: (command: Command) => void,
): Command {
  const command = program
    .command(name)
    .summary(words.summary)
    .description(words.description)
    .argument('<net>', 'the network with its weights, as for run: NET or NET@WEIGHTS')
    .argument('<image>', 'an image, a .npy array, or - for standard input')
    .addHelpText('before', words.examples)
    .optionsGroup('Class:')
    .option('-c, --class <K>', 'a class by its number, or its name or the beginning of it (default: the best one)')
    .option('--labels <file>', "class names, one a line (default: ImageNet's for 1,000 classes)");
  own(command);
  addWeightFlags(command);
  addPresetFlags(command)
    .optionsGroup('Output:')
    .option('-o, --out <file>', `FILE.png, FILE.npy for exact numbers, - for stdout (default: IMAGE.${name}.png here)`)
    .option('--raw', 'exact numbers instead of a picture', false)
    .option('--no-clobber', 'refuse to replace files that exist')
    .addOption(showOption())
    .addOption(altOption())
    .option('--json', 'one JSON document on stdout; a picture only with -o', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .optionsGroup('Running:')
    .option('-j, --jobs <n>', 'threads for one large convolution', String(availableParallelism()));
  return command;
}

/** One class of one image, its network and image at hand. */
export interface OpenedClass {
  readonly job: NetworkJob;
  readonly subject: ClassSubject;
  /** Where the picture or the numbers go; null: nowhere. */
  readonly place: string | null;
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
  return { job, subject, place, breathe: frame.progress(1).breathe };
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
    files: place === null ? [] : [{ place, bytes: file }],
    alt,
    notes: warnings,
  };
}
