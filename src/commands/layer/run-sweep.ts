import { altOfSweep } from '../../cli/alt.js';
import { type ConvFlags, convJob } from '../../cli/conv-flags.js';
import { parseActivation, parseBias, parseJobs, parsePair, parsePool, poolKind, USUAL_POOL } from '../../cli/parse.js';
import type { PictureFlags } from '../../cli/picture-flags.js';
import { showPictures } from '../../cli/show/show.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { BiasSource, LayerJob, OutputJob, PoolJob } from '../../core/job.js';
import type { SweepJob } from '../../core/sweep.js';
import { encodePng } from '../../io/encode.js';
import { writeAtomic } from '../../io/files.js';
import { findInputs, type Input } from '../../io/inputs.js';
import { checkPlaces, type Product, placeOf } from '../../run/place.js';
import { sweepNote } from './sweep-cells.js';
import { describeSweep, sweepJson } from './sweep-report.js';
import { countCells, sweep } from './sweep-study.js';

interface RunSweepFlags extends SweepFlags, PictureFlags {
  readonly jobs: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

const PRODUCT: Product = { kind: 'sheet', layer: null, map: 'sweep' };

/** `cnnviz sweep`: flags → checked job → every combination → one picture and a table. */
export async function runSweep(image: string, flags: RunSweepFlags): Promise<void> {
  const { json, quiet, alt } = flags;
  const job = sweepJob(flags);
  const { output } = job.base;
  const cells = countCells(job);
  const threads = parseJobs(flags.jobs);
  checkOutput(output, flags);
  const input = await onlyInput(image);
  await checkPlaces(output, [input], [PRODUCT]);
  const path = placeOf(output, input, PRODUCT);
  const terminal = await openTerminal({ quiet, verbose: flags.verbose, reserveStdout: json || path === '-' });
  const bar = terminal.progress(cells);
  const breathe = async (done: number) => {
    bar.update(done * cells, 0);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const { result, image: picture, sha256 } = await sweep(job, input, { breathe, threads }).finally(() => bar.stop());
  const words = altOfSweep(result);
  const note = sweepNote(job, { path: input.path, sha256 }, result.scale);
  const bytes = await encodePng(picture, JSON.stringify({ ...note, alt: words }));
  if (path === '-') await terminal.send(bytes);
  else await writeAtomic(path, bytes, { clobber: output.clobber });
  for (const warning of result.warnings) terminal.note(`note: ${input.path}: ${warning}`);
  if (json) {
    const document = sweepJson(result, words, [{ path, bytes: bytes.length }]);
    await terminal.send(new TextEncoder().encode(`${document}\n`));
    return;
  }
  for (const line of describeSweep(result, job.base.layer, terminal.style)) terminal.print(line);
  if (path !== '-') terminal.print(`wrote ${terminal.style.strong(path)}`);
  if (alt) terminal.print(words);
  await showPictures([path], flags.show, terminal);
}

function checkOutput({ target }: OutputJob, { json }: RunSweepFlags): void {
  if (target.kind === 'stdout' && json) {
    throw new CnnvizError('usage', 'stdout can carry the picture or --json, not both', { fix: '-o FILE.png' });
  }
}

async function onlyInput(image: string): Promise<Input> {
  const inputs = await findInputs([image], { recursive: false, lists: [] });
  if (inputs.length === 1) return inputs[0];
  throw new CnnvizError('usage', `${image}: a sweep takes one image, this means ${inputs.length}`, { fix: 'name one' });
}

/** The flags of `sweep`: those of `conv`, some of them lists. */
export interface SweepFlags extends ConvFlags {
  readonly poolSize?: string;
  readonly poolStride?: string;
}

/**
 * The job the flags ask for. A comma separates the values of a list; a pair is written HxW (2x3), as commas are taken.
 * @throws CnnvizError 'usage' for values or combinations that make no sense
 */
export function sweepJob(flags: SweepFlags): SweepJob {
  if (flags.activation !== undefined && flags.relu) {
    throw new CnnvizError('usage', '--relu and --activation exclude each other', {
      fix: '--activation none,relu sweeps over both',
    });
  }
  if (flags.kernels.length === 0) {
    throw new CnnvizError('usage', 'sweep needs a kernel', {
      fix: 'add --kernel edge3x3, several of them, or cut one from the image: --patch x,y,width,height',
    });
  }
  if (/\.npy$/i.test(flags.out ?? '')) {
    throw new CnnvizError('usage', `${flags.out}: a sweep draws a picture, .npy holds numbers`, {
      fix: '-o FILE.png; `cnnviz conv` writes the numbers of one cell',
    });
  }
  const { bias: _bias, activation: _activation, pool: _pool, ...shared } = flags;
  return {
    base: convJob({
      ...shared,
      stride: '1',
      relu: false,
      sheet: true,
      strip: false,
      depth: '8',
    }),
    strides: unique(
      '--stride',
      listOf('--stride', flags.stride).map((text) => parsePair('--stride', text)),
    ),
    biases: flags.bias === undefined ? [null] : unique('--bias', listOf('--bias', flags.bias).map(biasOf)),
    activations: activationsOf(flags),
    pools: poolsOf(flags),
  };
}

function biasOf(text: string): BiasSource {
  if (text.toLowerCase().endsWith('.npy')) {
    throw new CnnvizError('usage', `--bias ${text}: a sweep takes numbers, p99 and fire:1%, not files`, {
      fix: '`cnnviz conv` takes the file',
    });
  }
  if (/^[+\-−–]0$/.test(text)) {
    throw new CnnvizError(
      'usage',
      `--bias: a comma stands between the values of a sweep, got "${text}" as one of them`,
      {
        fix: 'a decimal point is a point: --bias=-0.5,0.5; no bias is 0',
      },
    );
  }
  return parseBias(text);
}

function activationsOf({ activation, relu }: SweepFlags): LayerJob['activation'][] {
  if (relu) return [{ name: 'relu', parameter: null }];
  if (activation === undefined) return [null];
  const parsed = listOf('--activation', activation).map((text) =>
    text.toLowerCase() === 'none' ? null : parseActivation(text),
  );
  return unique('--activation', parsed);
}

/**
 * Pools as a list (max:2,avg:3:1,none), or as lists of kinds, sizes and strides whose every combination is meant
 * (max,avg:2,3:1,2; or --pool max,avg --pool-size 2,3 --pool-stride 1,2).
 */
function poolsOf({ pool, poolSize, poolStride }: SweepFlags): (PoolJob | null)[] {
  if (pool === undefined && poolSize === undefined && poolStride === undefined) return [null];
  const fields = (pool ?? 'max').split(':');
  const kinds = listOf('--pool', fields[0]).map((word) => poolKind(word) ?? word.toLowerCase());
  const areKinds = kinds.every((kind) => ['max', 'avg', 'gauss', 'none'].includes(kind));
  const areNumbers = fields.slice(1).every((field) => /^[\d.,x×]+$/.test(field));
  if (!(areKinds && areNumbers)) {
    if (poolSize !== undefined || poolStride !== undefined) {
      throw new CnnvizError('usage', `--pool ${pool}: has its sizes already, next to --pool-size or --pool-stride`, {
        fix: '--pool max,avg --pool-size 2,3 --pool-stride 1,2',
      });
    }
    return unique(
      '--pool',
      listOf('--pool', pool!).map((text) => (text.toLowerCase() === 'none' ? null : parsePool(text))),
    );
  }
  const [, size = poolSize ?? USUAL_POOL, stride = poolStride, sigma] = fields;
  for (const [field, flag, given] of [
    [fields[1], '--pool-size', poolSize],
    [fields[2], '--pool-stride', poolStride],
  ] as const) {
    if (field !== undefined && given !== undefined) {
      throw new CnnvizError('usage', `--pool ${pool} and ${flag} ${given} say the same twice`, {
        fix: 'keep one of them',
      });
    }
  }
  const pools: (PoolJob | null)[] = [];
  for (const kind of kinds) {
    if (kind === 'none') {
      pools.push(null);
      continue;
    }
    for (const side of listOf('--pool-size', size)) {
      for (const step of stride === undefined ? [side] : listOf('--pool-stride', stride)) {
        pools.push(parsePool([kind, side, step, ...(sigma === undefined ? [] : [sigma])].join(':')));
      }
    }
  }
  return unique('--pool', pools);
}

function listOf(flag: string, text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) {
    throw new CnnvizError('usage', `${flag}: expected values with commas between them, got "${text}"`, {
      fix: 'such as 2,4,8; a pair is height x width: 2x3',
    });
  }
  return parts;
}

/** @throws CnnvizError 'usage' when a value stands twice: two cells would be one */
function unique<T>(flag: string, values: T[]): T[] {
  const keys = values.map((value) => JSON.stringify(value));
  const twice = keys.findIndex((key, i) => keys.indexOf(key) !== i);
  if (twice >= 0) {
    throw new CnnvizError('usage', `${flag}: value ${twice + 1} of the list was given before`, {
      fix: 'give each once; a comma stands between values, a pair is height x width: 2x2',
    });
  }
  return values;
}
