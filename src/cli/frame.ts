import type { Command } from 'commander';
import { CnnvizError } from '../core/errors.js';
import type { OutputJob } from '../core/job.js';
import type { Look } from '../core/look.js';
import { timeRuns } from '../engine/step-times.js';
import { fileIdentity, writeAtomic } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { baseName, collisionKey, extensionOf, isAddress, isStored, joinPath } from '../io/paths.js';
import { kindOf } from '../io/read-files.js';
import { addressOf } from '../io/remote/stored.js';
import type { FigureFile } from '../run/figure.js';
import { checkPlace } from '../run/place.js';
import { EXIT } from './exit.js';
import type { TypedLine } from './flags.js';
import { lookOf } from './look-flags.js';
import type { CommandProfile } from './profile.js';
import type { Progress } from './progress.js';
import type { Output, StandardFlags } from './standard-flags.js';
import { openTerminal, type Terminal } from './terminal.js';

/** What a command answers. The frame prints it, writes it and ends with its exit code. */
export interface Answer {
  /** What failed, on stderr: -q does not silence it. */
  readonly failures?: readonly string[];
  /** What was found wrong, on stdout as `lines` are: -q does not silence it. */
  readonly findings?: readonly string[];
  /** What a person reads. */
  readonly lines?: readonly string[];
  /** The document of --json. */
  readonly document?: () => object;
  /** The document holds rows of numbers: each stands on a line of its own. */
  readonly hasRows?: boolean;
  /** What is written, each to a place that the frame gave. */
  readonly files?: readonly AnsweredFile[];
  /** What was written while the command worked, for --show. */
  readonly written?: readonly string[];
  /** The picture that --show shows when no single one is written. */
  readonly picture?: () => Promise<Uint8Array>;
  /** A sentence that describes the picture. */
  readonly alt?: string;
  /** What went unexpectedly. */
  readonly notes?: readonly string[];
  /** False: exit code 1. A number is the exit code. */
  readonly ok?: boolean | number;
}

/** A file of an answer; its bytes are made when it is written. `write`: by whoever knows what it may replace. */
export type AnsweredFile = {
  readonly place: string;
  /** Said behind its name: "2.3 kB". */
  readonly facts?: string;
  /** One of many, such as the frames of an animation: of these only the first and the last are told. */
  readonly isOneOfMany?: boolean;
} & (
  | { readonly bytes: () => Promise<Uint8Array> | Uint8Array; readonly write?: never }
  | { readonly write: () => Promise<void>; readonly bytes?: never }
);

/** A result that asks for its place. */
interface Wanted {
  /** Its name where none is given, with its ending: "photo.gradcam.png". */
  readonly name: string;
  /** What stands for {layer} in a template; its name without the ending unless said. */
  readonly layer?: string;
  /** What it must not replace. */
  readonly inputs: readonly Input[];
  /** Written though no place is named, unless --json is; or then, too. */
  readonly always?: boolean | 'with --json';
}

/** Everything that is the same for all commands. */
export interface Frame extends StandardFlags {
  /** "gradcam", "head train" */
  readonly name: string;
  readonly style: Terminal['style'];
  readonly terminal: Terminal;
  /** The names of the flags that were typed. */
  readonly typed: ReadonlySet<string>;
  /** All commands, as they can be typed. */
  readonly program: Command;
  /** Where -o points. */
  readonly target: OutputJob['target'];
  /** How figures are finished. */
  readonly look: Look;
  /** What --profile is to tell; null: nothing is timed. */
  readonly layerTimes: CommandProfile | null;
  /** Numbers in place of a picture: --raw, or an ending of numbers. */
  readonly wantsNumbers: boolean;
  /** How a figure is written at a place; null: as a PNG. */
  figureFile(place: string | null): FigureFile;
  /** Where a result goes, checked; '-' for standard output, null: nowhere. @throws CnnvizError 'usage' */
  place(wanted: Wanted): string | null;
  /** What became of one of many inputs, as it comes: a line for people, with --jsonl a line of JSON. */
  report(line: string | null, record: () => object): Promise<void>;
  /** A bar over so many items; the second is called between pieces of work, with how much is done. */
  progress(total: number, options?: { readonly mayEndEarly: boolean }): Work;
  /** Runs a command's answer and tells it. */
  tell(answer: () => Promise<Answer>): Promise<void>;
}

/** A piece of work that is watched. */
export interface Work {
  readonly bar: Progress;
  /** Shows how much is done, in items; lets signals and timers through. */
  readonly breathe: (done: number, failed?: number) => Promise<void>;
}

/** What a frame is opened with. */
interface FrameOptions extends StandardFlags {
  readonly name: string;
  readonly output: Output | null;
  readonly typed: ReadonlySet<string>;
  readonly program: Command;
  readonly line: TypedLine;
}

/**
 * Checks what can be checked before any work: where results go, and that standard output carries one thing.
 * @throws CnnvizError 'usage'
 */
export async function openFrame(options: FrameOptions): Promise<Frame> {
  const { name, output, out, raw, json, jsonl, quiet, verbose, clobber } = options;
  const target = output === null ? ({ kind: 'working-folder' } as const) : targetOf(out, output);
  const ending = target.kind === 'file' || target.kind === 'template' ? extensionOf(target.path).toLowerCase() : '';
  if (raw && ending === '.png') {
    throw new CnnvizError('usage', `${out}: --raw gives numbers, a .png holds a picture`, { fix: '--raw -o x.npy' });
  }
  refuseTwoOnStdout(target, json, jsonl, name, output);
  if (options.show !== null && 'path' in target && isStored(target.path)) {
    throw new CnnvizError('usage', `--show shows what is written here, ${out} is elsewhere`, {
      fix: 'keep one of them',
    });
  }
  const reserveStdout = target.kind === 'stdout' || json || jsonl;
  // one process may be asked several times
  timeRuns(null);
  const layerTimes = options.profile === null ? null : await openProfile(options.profile, options);
  const terminal = await openTerminal({ quiet, verbose, reserveStdout });
  const bars: Progress[] = [];
  const look = lookOf(options);
  const notes = new Set<string>();
  const say = (note: string) => {
    if (!notes.has(note)) terminal.note(`note: ${note}`);
    notes.add(note);
  };
  const places = new Set<string>();
  const frame: Frame = {
    ...options,
    style: terminal.style,
    terminal,
    target,
    layerTimes,
    wantsNumbers: raw || ending === '.npy',
    look,
    figureFile: (place) => {
      const said = place === '-' || place === null ? ending : extensionOf(place).toLowerCase();
      return { look, svg: said === '.svg', say };
    },
    place: ({ name: own, layer, inputs, always = true }) => {
      if (out === null && !raw && (!always || (json && always !== 'with --json'))) return null;
      const path = pathOf(target, own, inputs[0], layer);
      if (path === '-') return path;
      if (places.has(collisionKey(path))) {
        throw new CnnvizError('usage', `${path}: two results would have this name`, {
          fix: '-o FOLDER/, or a template with {layer}',
        });
      }
      places.add(collisionKey(path));
      checkPlace(path, inputs, clobber);
      return path;
    },
    report: async (line, record) => {
      if (jsonl) await terminal.send(new TextEncoder().encode(`${JSON.stringify(record())}\n`));
      else if (!json && line !== null) terminal.print(line);
    },
    progress: (total, mayEnd) => {
      const bar = terminal.progress(total, mayEnd);
      bars.push(bar);
      const breathe = async (done: number, failed = 0): Promise<void> => {
        bar.update(done, failed);
        await new Promise<void>((resolve) => setImmediate(resolve));
      };
      return { bar, breathe };
    },
    tell: async (answer) => {
      const found = await answer().finally(() => {
        for (const bar of bars) bar.stop();
      });
      await tellAnswer(found, frame);
    },
  };
  return frame;
}

async function openProfile(value: string, options: FrameOptions): Promise<CommandProfile> {
  const { startProfile } = await import('./profile.js');
  return startProfile(value, options);
}

/** @throws CnnvizError 'usage' */
function refuseTwoOnStdout(
  target: OutputJob['target'],
  json: boolean,
  jsonl: boolean,
  name: string,
  output: Output | null,
): void {
  if (json && jsonl) {
    throw new CnnvizError('usage', '--json and --jsonl exclude each other', {
      fix: '--json is one document at the end, --jsonl a line for each input as it finishes',
    });
  }
  if (target.kind !== 'stdout' || !(json || jsonl)) return;
  const [ending = ''] = output?.endings ?? [];
  throw new CnnvizError('usage', `stdout can carry ${output?.what} or --json${jsonl ? 'l' : ''}, not both`, {
    fix: `write ${output?.what} to a file: -o ${name.replaceAll(' ', '-')}${ending}`,
  });
}

/** Where a result of this name goes. */
function pathOf(target: OutputJob['target'], name: string, input?: Input, layer?: string): string {
  const ending = extensionOf(name);
  switch (target.kind) {
    case 'stdout':
      return '-';
    case 'file':
      return target.path;
    case 'working-folder':
      return name;
    case 'folder':
      return joinPath(target.path, name);
    case 'template': {
      const stem = baseName(name).slice(0, -ending.length);
      const own = input?.name ?? stem.split('.')[0];
      const values = {
        name: own,
        map: stem.startsWith(`${own}.`) ? stem.slice(own.length + 1) : stem,
        layer: layer ?? stem,
        index: '',
        ext: input?.ext ?? '',
        dir: input?.relative ?? '',
      };
      const path = target.path.replace(
        /\{(name|map|layer|index|ext|dir)\}/g,
        (_, key: keyof typeof values) => values[key],
      );
      return extensionOf(path) === '' ? path + ending : path;
    }
  }
}

async function tellAnswer(answer: Answer, frame: Frame): Promise<void> {
  const { terminal, target, json, clobber, alt, show } = frame;
  const { document, files = [], hasRows = false, ok = true } = answer;
  // where standard output carries a file, what a person reads stands beside it
  const isBesides = files.some(({ place }) => place === '-');
  const say = isBesides && target.kind !== 'stdout' ? terminal.note : terminal.print;
  tellWords(answer, frame, say);
  const name = terminal.style.strong;
  const many: string[] = [];
  const single = [...(answer.written ?? [])];
  for (const { place, facts, isOneOfMany = false, bytes, write } of files) {
    if (place === '-' && bytes) {
      await terminal.send(await bytes());
      continue;
    }
    const did = fileIdentity(place) === null ? 'wrote' : 'replaced';
    if (write) await write();
    else await writeAtomic(place, await bytes(), { clobber });
    (isOneOfMany ? many : single).push(place);
    if (!json && !isOneOfMany) say(`${did} ${name(place)}${facts === undefined ? '' : `  ${facts}`}`);
  }
  if (!json && many.length > 0) say(`wrote ${name(many[0])}${many.length > 1 ? ` … ${name(many.at(-1)!)}` : ''}`);
  const profile = frame.layerTimes && (await tellProfile(frame.layerTimes, frame));
  if (json) {
    const whole = document && (profile ? { ...document(), profile } : document());
    if (whole) await terminal.send(new TextEncoder().encode(`${documentText(whole, hasRows)}\n`));
  } else {
    if (alt && answer.alt !== undefined) say(answer.alt);
    const screen = isBesides ? null : terminal.screen;
    if (show !== null) {
      const { showPictures } = await import('./show/show.js');
      await showPictures(await shownOf(answer, single), show, { ...terminal, screen });
    }
  }
  process.exitCode = typeof ok === 'number' ? ok : ok ? EXIT.done : EXIT.failed;
}

/** Standard output is the same with and without --profile: times go to the messages, and into the document of --json. */
async function tellProfile(profile: CommandProfile, { terminal, json, look, style }: Frame): Promise<object> {
  const { facts } = profile;
  const { describeProfile } = await import('../reports/profile.js');
  const path = await profile.draw(look, (note) => terminal.note(`note: ${note}`));
  if (json) return path === null ? facts : { ...facts, picture: path };
  for (const line of describeProfile(facts, style)) terminal.note(line);
  if (path !== null) terminal.note(`wrote ${terminal.style.strong(path)}`);
  return facts;
}

/** The pictures that were written; else the one that the command can draw. */
async function shownOf({ picture }: Answer, written: readonly string[]): Promise<readonly (string | Uint8Array)[]> {
  return written.some((path) => /\.png$/i.test(path)) || picture === undefined ? written : [await picture()];
}

/** A row of numbers on one line is readable, and a tenth of the size. */
function documentText(document: object, hasRows: boolean): string {
  const text = JSON.stringify(document, null, 2);
  return hasRows
    ? text.replace(/\[\n\s+(?=[-\d])([-+.eE\d,\s]+?)\n\s+\]/g, (_, row: string) => `[${row.replace(/\s+/g, '')}]`)
    : text;
}

/** What a person reads: the document of --json stands alone. */
function tellWords(
  { failures = [], findings = [], lines = [], notes = [] }: Answer,
  { terminal, json }: Frame,
  say: (line: string) => void,
): void {
  for (const note of notes) terminal.note(`note: ${note}`);
  if (json) return;
  for (const line of failures) terminal.warn(line);
  for (const line of findings) terminal.find(line);
  for (const line of lines) say(line);
}

/** Results go to places of this machine; those of many images to buckets too. @throws CnnvizError 'usage' */
function checkAddress(out: string, inBuckets: boolean): void {
  if (!isStored(out) || !inBuckets) {
    throw new CnnvizError(
      'usage',
      `${out}: an address, and this command writes to folders${inBuckets ? ' and s3://' : ''}`,
      {
        fix: `-o FOLDER/, and copy it from there${inBuckets ? '' : '; conv, run and preprocess write to s3://BUCKET/FOLDER/'}`,
      },
    );
  }
  addressOf(out);
}

/** Something behind a point that is meant as an ending: letters, then letters and figures. */
const ENDING = /(?<=[^\\/])\.[a-z][a-z0-9]{1,10}$/i;
/** The places in a template. */
const PLACES = /\{(name|map|layer|index|ext|dir)\}/;

/**
 * What -o means, the same for every command: a FILE by its ending, FOLDER/ or a folder that exists, - for standard
 * output, or a template with {name} {map} {layer} {index} {ext} {dir}. A name without an ending is a folder.
 * @throws CnnvizError 'usage' for an ending that the command does not write
 */
function targetOf(out: string | null, { endings, what, inBuckets = false }: Output): OutputJob['target'] {
  if (out === null) return { kind: 'working-folder' };
  if (isAddress(out)) checkAddress(out, inBuckets);
  if (out === '') throw new CnnvizError('usage', '-o: expected a place to write to, got ""');
  if (out === '-') {
    if (endings.length > 0) return { kind: 'stdout' };
    throw new CnnvizError('usage', `-o -: ${what} is a folder of files, not one for standard output`, {
      fix: '-o FOLDER/',
    });
  }
  if (PLACES.test(out)) {
    if (endings.length > 0) return { kind: 'template', path: out };
    throw new CnnvizError('usage', `${out}: ${what} is a folder of files, not a template`, { fix: '-o FOLDER/' });
  }
  const isBucket = /^s3:\/\/[^/]*$/i.test(out);
  if (isBucket || /[\\/]$/.test(out) || kindOf(out) === 'a folder') return { kind: 'folder', path: out };
  const ending = ENDING.exec(out)?.[0].toLowerCase();
  if (ending === undefined) return { kind: 'folder', path: out };
  if (endings.includes(ending)) return { kind: 'file', path: out };
  const files = endings.map((one) => `-o FILE${one}`);
  throw new CnnvizError(
    'usage',
    endings.length === 0
      ? `${out}: ${what} is a folder of files`
      : `${out}: ${what} is written as ${endings.join(' or ')}, not ${ending}`,
    { fix: [...files, `-o ${endings.length === 0 ? `${out.slice(0, -ending.length)}/` : 'FOLDER/'}`].join(', ') },
  );
}
