import { coreCount } from '../io/process-facts.js';
import { flag, under, type ValuesOf } from './flags.js';
import { lookFlags } from './look-flags.js';
import { parseJobs } from './parse.js';
import { SHOW_METHODS } from './show/method.js';

/** A command that writes such a file draws figures. */
const FIGURE_ENDINGS = ['.svg', '.gif'];
/** The jobs of a command that is not told how many. */
const CORES = String(coreCount());

/** What -o writes, and how help tells of it. */
export interface Output {
  /** The endings of its files, ".png" first where it is a picture; none: it writes a folder. */
  readonly endings: readonly string[];
  /** In words, for messages: "the map". */
  readonly what: string;
  /** Help's words for -o. */
  readonly about: string;
  /** The flag's value stands for a folder that the command always writes. */
  readonly standard?: string;
  /** It may be an address: s3://BUCKET/FOLDER/ */
  readonly inBuckets?: boolean;
  /** It must be given. */
  readonly required?: boolean;
  /** It draws: --show and --alt; figures, where it can write .svg: their look. */
  readonly draws: boolean;
  /** --raw: numbers in place of the picture. */
  readonly raw?: string;
}

/** What --profile alone stands for: no picture. */
export const PROFILE_TABLE = 'table';

/** What the standard flags depend on. */
export interface StandardSpec {
  readonly output?: Output;
  /** Files are written that other flags name: --no-clobber. */
  readonly namedFiles?: boolean;
  /** Figures are among them: their look. */
  readonly namedFigures?: boolean;
  /** Help's words for --json; null: the command has no document. */
  readonly json?: string | null;
  /** Help's words for --jsonl. */
  readonly jsonl?: string;
  /** Help's words for -n. */
  readonly dryRun?: string;
  /** It tells, when asked, what the engine did. */
  readonly verbose?: boolean;
  /** It runs the engine: --profile. */
  readonly profile?: boolean;
  /** Help's words for -j. */
  readonly jobs?: string;
  /** Whether it runs the engine, or tells of it: --wide. Unless said, it does when it has -j. */
  readonly engine?: boolean;
}

/** The flags that mean the same on every command, as far as it has them. */
export type StandardFlags = ValuesOf<ReturnType<typeof everyStandardFlag>>;

/** All of them, in help's order. */
export function everyStandardFlag({ output, json, jsonl, dryRun, jobs }: StandardSpec) {
  return {
    ...under('Output:', {
      out: {
        ...flag.text('-o, --out <place>', output?.about ?? ''),
        standard: output?.standard ?? null,
        required: output?.required === true,
      },
      raw: flag.on('--raw', output?.raw ?? ''),
      clobber: flag.off('--no-clobber', 'refuse to replace files that exist'),
      show: flag.choice('--show [method]', 'show the picture in the terminal; --show=METHOD chooses how', [
        'auto',
        ...SHOW_METHODS,
      ]),
      alt: flag.on('--alt', 'print a sentence that describes the picture'),
    }),
    ...lookFlags,
    ...under('Running:', {
      jobs: flag.of('-j, --jobs <n>', jobs ?? '', (_, text) => parseJobs(text), String, CORES),
      wide: flag.on('--wide', 'vectors of 256 bits: the same bits, sooner (Node 24 and newer, on x64; docs/speed.md)'),
      dryRun: flag.on('-n, --dry-run', dryRun ?? ''),
      json: flag.on('--json', json ?? 'one JSON document on stdout'),
      jsonl: flag.on('--jsonl', jsonl ?? ''),
      verbose: flag.on('-v, --verbose', 'say also what the engine did: algorithms, operations (MACs), times'),
      profile: flag.text(
        '--profile [picture]',
        'say which layers took how long, on stderr; --profile=FILE.png or FILE.svg also draws it',
      ),
      quiet: flag.on('-q, --quiet', 'print nothing but failures'),
    }),
  };
}

/** Which of them a command has; what it does not have cannot be given, and reads as not given. */
export function standardNames(spec: StandardSpec): string[] {
  const { output, namedFiles, namedFigures, json, jsonl, dryRun, verbose, profile, jobs } = spec;
  const { engine = jobs !== undefined } = spec;
  const figures = output?.endings.some((ending) => FIGURE_ENDINGS.includes(ending)) === true || namedFigures === true;
  const look = Object.fromEntries(Object.keys(lookFlags).map((key) => [key, figures])) as Record<
    keyof typeof lookFlags,
    boolean
  >;
  const has: Readonly<Record<keyof StandardFlags, boolean>> = {
    ...look,
    out: output !== undefined,
    raw: output?.raw !== undefined,
    clobber: output !== undefined || namedFiles === true,
    show: output?.draws === true,
    alt: output?.draws === true,
    jobs: jobs !== undefined,
    wide: engine,
    dryRun: dryRun !== undefined,
    json: json !== null,
    jsonl: jsonl !== undefined,
    verbose: verbose === true,
    profile: profile === true,
    quiet: true,
  };
  return Object.entries(has).flatMap(([key, is]) => (is ? [key] : []));
}
