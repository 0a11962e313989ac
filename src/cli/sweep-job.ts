import { CnnvizError } from '../core/errors.js';
import type { BiasSource, LayerJob, PoolJob } from '../core/job.js';
import type { SweepJob } from '../core/sweep.js';
import { type ConvFlags, convJob } from './conv-job.js';
import { parseActivation, parseBias, parsePair, parsePool, poolKind, USUAL_POOL } from './parse.js';

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
