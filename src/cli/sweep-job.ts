import { CnnvizError } from '../core/errors.js';
import type { BiasSource, LayerJob, PoolJob } from '../core/job.js';
import type { Pair } from '../core/layers.js';
import type { SweepJob } from '../core/sweep.js';
import { looksInline } from '../models/kernel-text.js';
import { type ConvFlags, convJob } from './conv-job.js';
import { parseActivation, parseBias, parsePair, parsePool } from './parse.js';

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
      kernels: flags.kernels.flatMap(kernelsOf),
      stride: '1',
      relu: false,
      sheet: true,
      strip: false,
      depth: '8',
    }),
    strides: unique(
      '--stride',
      listOf('--stride', flags.stride).map((text) => pairOf('--stride', text)),
    ),
    biases: flags.bias === undefined ? [null] : unique('--bias', listOf('--bias', flags.bias).map(biasOf)),
    activations: activationsOf(flags),
    pools: poolsOf(flags),
  };
}

/** Names and files may stand in one list; the numbers of a kernel typed out have commas of their own. */
function kernelsOf({ flag, text }: ConvFlags['kernels'][number]): ConvFlags['kernels'][number][] {
  const parts = text.split(',').map((part) => part.trim());
  if (flag === 'patch' || parts.some((part) => part === '' || looksInline(part))) return [{ flag, text }];
  return parts.map((part) => ({ flag, text: part }));
}

function biasOf(text: string): BiasSource {
  if (text.toLowerCase().endsWith('.npy')) {
    throw new CnnvizError('usage', `--bias ${text}: a sweep takes numbers, p99 and fire:1%, not files`, {
      fix: '`cnnviz conv` takes the file',
    });
  }
  return parseBias(text);
}

function activationsOf({ activation, relu }: SweepFlags): LayerJob['activation'][] {
  if (relu) return [{ name: 'relu', parameter: null }];
  if (activation === undefined) return [null];
  const parsed = listOf('--activation', activation).map((text) => (text === 'none' ? null : parseActivation(text)));
  return unique('--activation', parsed);
}

/**
 * Pools as a list (max:2,avg:3:1,none), or as lists of kinds, sizes and strides whose every combination is meant
 * (max,avg:2,3:1,2; or --pool max,avg --pool-size 2,3 --pool-stride 1,2).
 */
function poolsOf({ pool, poolSize, poolStride }: SweepFlags): (PoolJob | null)[] {
  if (pool === undefined && poolSize === undefined && poolStride === undefined) return [null];
  const fields = (pool ?? 'max').split(':');
  const kinds = listOf('--pool', fields[0]);
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
      listOf('--pool', pool!).map((text) => (text === 'none' ? null : poolOf(text))),
    );
  }
  const [, size = poolSize, stride = poolStride, sigma] = fields;
  if (size === undefined && kinds.some((kind) => kind !== 'none')) {
    throw new CnnvizError('usage', `--pool ${kinds.join(',')}: expected sizes`, { fix: 'add --pool-size 2,3' });
  }
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
    for (const side of listOf('--pool-size', size!)) {
      for (const step of stride === undefined ? [side] : listOf('--pool-stride', stride)) {
        pools.push(poolOf([kind, side, step, ...(sigma === undefined ? [] : [sigma])].join(':')));
      }
    }
  }
  return unique('--pool', pools);
}

/** One pool; `conv` writes its pairs with commas. */
function poolOf(text: string): PoolJob {
  return parsePool(text.replace(/[x×]/g, (cross, at: number) => (/\d/.test(text[at - 1] ?? '') ? ',' : cross)));
}

/** n, or HxW */
function pairOf(flag: string, text: string): Pair {
  return parsePair(flag, text.replace(/[x×]/, ','));
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
      fix: 'give each once',
    });
  }
  return values;
}
