import { flag, refuseBoth, under, type ValuesOf } from '../../cli/flags.js';
import { algorithmFlags, kernelsOf, layerFlags, oneLayerJob, pixelFlags } from '../../cli/layer-flags.js';
import { parseActivation, parseBias, parsePair, parsePool, poolKind, USUAL_POOL } from '../../cli/parse.js';
import { colourFlags, coloursOf } from '../../cli/picture-flags.js';
import { CnnvizError } from '../../core/errors.js';
import {
  activationText,
  type BiasSource,
  biasText,
  type LayerJob,
  type OutputJob,
  type PoolJob,
  pairName,
} from '../../core/job.js';
import type { SweepJob } from '../../core/sweep.js';

/** The flags of `conv`, some of them lists. A comma separates the values; a pair is written HxW (2x3). */
export const sweepFlags = {
  ...layerFlags,
  ...under('Layer:', {
    stride: flag.of(
      '--stride <list>',
      'steps between neighbouring windows, such as 1,2,4 or 2x3,4',
      (long, text) =>
        unique(
          long,
          listOf(long, text).map((one) => parsePair(long, one)),
        ),
      (strides) => strides.map(pairName).join(),
      '1',
    ),
    bias: flag.of(
      '--bias <list>',
      'numbers, p99, fire:1%, such as 500,0,-500',
      (long, text): readonly (BiasSource | null)[] => unique(long, listOf(long, text).map(biasOf)),
      (biases) => biases.map((bias) => (bias === null ? '0' : biasText(bias))).join(),
    ),
    activation: flag.of(
      '--activation <list>',
      'none, relu, leaky_relu:0.01, sigmoid, tanh, gelu, relu6, elu, silu, hardswish, softplus',
      (long, text) => unique(long, listOf(long, text).map(activationOf)),
      (all) => all.map((one) => (one === null ? 'none' : activationText(one))).join(),
    ),
    pool: flag.text(
      '--pool <list>',
      'none, max, avg, gauss: pools such as max:2,avg:3:1, or lists such as max,avg:2,3:1,2',
    ),
    poolSize: flag.text('--pool-size <list>', 'sizes for the kinds of --pool (max unless given)'),
    poolStride: flag.text('--pool-stride <list>', 'strides for the pools; each its size unless given'),
  }),
  ...pixelFlags,
  ...colourFlags,
  ...algorithmFlags,
};

type SweepValues = ValuesOf<typeof sweepFlags>;

/** The job the flags ask for. @throws CnnvizError 'usage' for values or combinations that make no sense */
export function sweepJob(flags: SweepValues, { target, clobber }: Pick<OutputJob, 'target' | 'clobber'>): SweepJob {
  const { relu, activation, bias, stride, scale, colormap } = flags;
  refuseBoth('--relu', '--activation', '--activation none,relu sweeps over both', relu && activation !== null);
  if (kernelsOf(flags).length === 0) {
    throw new CnnvizError('usage', 'sweep needs a kernel', {
      fix: 'add --kernel edge3x3, several of them, or cut one from the image: --patch x,y,width,height',
    });
  }
  const one = { ...flags, stride: [1, 1], bias: null, activation: null, pool: null, relu: false } as const;
  return {
    base: {
      ...oneLayerJob(one),
      picture: { scale, depth: 8, ...coloursOf(colormap, true) },
      output: { products: ['sheet'], target, clobber },
    },
    strides: stride,
    biases: bias ?? [null],
    activations: relu ? [{ name: 'relu', parameter: null }] : (activation ?? [null]),
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

function activationOf(text: string): LayerJob['activation'] {
  return text.toLowerCase() === 'none' ? null : parseActivation(text);
}

/**
 * Pools as a list (max:2,avg:3:1,none), or as lists of kinds, sizes and strides whose every combination is meant
 * (max,avg:2,3:1,2; or --pool max,avg --pool-size 2,3 --pool-stride 1,2).
 */
function poolsOf({ pool, poolSize, poolStride }: SweepValues): (PoolJob | null)[] {
  if (pool === null && poolSize === null && poolStride === null) return [null];
  const fields = (pool ?? 'max').split(':');
  const kinds = listOf('--pool', fields[0]).map((word) => poolKind(word) ?? word.toLowerCase());
  const areKinds = kinds.every((kind) => ['max', 'avg', 'gauss', 'none'].includes(kind));
  const areNumbers = fields.slice(1).every((field) => /^[\d.,x×]+$/.test(field));
  if (!(areKinds && areNumbers)) {
    if (poolSize !== null || poolStride !== null) {
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
    if (field !== undefined && given !== null) {
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
      for (const step of stride === null ? [side] : listOf('--pool-stride', stride)) {
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
