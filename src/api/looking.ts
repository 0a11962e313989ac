import type { Explanation } from '../analysis/explain/explanation.js';
import { type FieldFacts, measureField } from '../analysis/field.js';
import { explainLayer } from '../analysis/layer-run.js';
import { parseActivation, parseBias, parseKernels, parsePadding, parsePool } from '../cli/parse.js';
import { sweepGrid } from '../commands/layer/sweep-grid.js';
import { sweep as sweepCells } from '../commands/layer/sweep-study.js';
import { CnnvizError } from '../core/errors.js';
import type { Padding, PaddingMode, Pair } from '../core/geometry.js';
import type { Job, KernelSource, LayerJob } from '../core/job.js';
import { DEFAULT_LOOK } from '../core/look.js';
import type { SweepResult } from '../core/sweep.js';
import { type Tensor, type TensorLike, tensor, toTensor } from '../core/tensor.js';
import type { Input } from '../io/inputs.js';
import { asFile } from '../io/memory-files.js';
import { writeNpy } from '../models/npy.js';
import { encodeFigure } from '../run/figure.js';
import { lookAtLayer } from '../run/run.js';
import { type LayerRequest, shapeLayer } from '../run/shape.js';
import {
  decodeJobOf,
  type FileLike,
  type ImageLike,
  inLibraryWords,
  type NetworkRunOptions,
  networkJob,
  type PreprocessOptions,
  pause,
  withInput,
  withRequest,
} from './sources.js';

/** A kernel: a built-in's name, a file, a text such as '1 0 -1; 1 0 -1', or an array [kH, kW], [C, kH, kW], [M, C, kH, kW]. */
export type KernelLike = string | TensorLike;

/** How an image becomes the numbers that one layer reads. */
type PixelOptions = Pick<PreprocessOptions, 'gray' | 'pixels' | 'normalize' | 'background' | 'maxPixels'>;

/** What `explain`, `field` and `sweep` share of one layer. */
interface KernelOptions extends PixelOptions {
  /** Distance between neighbouring taps. Default 1. */
  readonly dilation?: number | Pair;
  /** Default 1. */
  readonly groups?: number;
  /** n, [height, width], [top, left, bottom, right], 'same', 'valid' or 'full'. Default 0. */
  readonly padding?: Padding;
  /** Default 'zeros'. */
  readonly paddingMode?: PaddingMode;
  /** Turn kernels by 180°: true convolution. Default false. */
  readonly flip?: boolean;
  /** Only algorithms that add in the one order of summation. Default false. */
  readonly exact?: boolean;
  /** Threads within one input; no result depends on it. Default 1. */
  readonly threads?: number;
}

/** One layer: kernels → bias → activation → pooling, as `cnnviz conv`. */
export interface KernelLayer extends KernelOptions {
  readonly kernel: KernelLike | readonly KernelLike[];
  /** Default 1. */
  readonly stride?: number | Pair;
  /** A number; 'p99': minus that percentile of the map; 'fire:1%': at most that share is above zero. Default none. */
  readonly bias?: number | string;
  /** 'relu', 'leaky_relu:0.01', … Default none. */
  readonly activation?: string;
  /** 'max:2', 'avg:3:2', 'gauss:5:2': kind:size:stride. Default none. */
  readonly pool?: string;
}

/** A layer of a network, as `cnnviz run`. */
export interface NetworkLayer extends NetworkRunOptions {
  readonly network: FileLike;
}

/** Which place of which layer. */
export interface LookOptions {
  /** Its name: 'conv', 'relu', 'features.3'. Default: the last. */
  readonly layer?: string;
  /** Which map. Default 0. */
  readonly channel?: number;
}

/**
 * Why one value of a layer is what it is: from the last weighted sum before it on, each term, in the engine's order.
 * @param image a photograph, or an array [C, H, W] as it is
 * @param options `at`: the position in the layer's output, from the top left; default: its largest value
 * @returns the steps with their terms, the value they give and the one the engine stored, and how the two agree
 * @throws CnnvizError 'usage', 'shape' or 'unsupported'; 'input', 'decode' or 'format' for files
 */
export function explain(
  image: ImageLike,
  options: (KernelLayer | NetworkLayer) &
    LookOptions & { readonly at?: { readonly x: number; readonly y: number }; readonly item?: number },
): Promise<Explanation> {
  const { at = null, channel, item = 0, threads = 1 } = options;
  return withLook(image, options, async (request, input) => {
    const run = await lookAtLayer(request, input, channel ?? null, { threads, breathe: pause });
    return explainLayer(run, { at, channel: channel ?? null, item });
  });
}

/**
 * What one position of a layer sees of the input, through all layers before it. Nothing is computed, no weights are needed.
 * @param options `at`: the position; default: the middle. `pixel`: also which positions see this pixel of the input
 * @throws CnnvizError 'usage' for positions that are none, 'unsupported' for layers that are not followed
 */
export function field(
  image: ImageLike,
  options: (KernelLayer | NetworkLayer) &
    LookOptions & {
      readonly at?: { readonly x: number; readonly y: number };
      readonly pixel?: { readonly x: number; readonly y: number };
    },
): Promise<FieldFacts> {
  const { at = null, pixel = null, channel } = options;
  return withLook(image, options, async (request, input) =>
    measureField(await shapeLayer(request, input, channel ?? null), { at, pixel }),
  );
}

/** Lists of values; every combination is a cell. */
export interface SweepOptions extends KernelOptions {
  readonly kernel: KernelLike | readonly KernelLike[];
  readonly stride?: readonly (number | Pair)[];
  readonly bias?: readonly (number | string)[];
  /** null is none. */
  readonly activation?: readonly (string | null)[];
  /** null is none. */
  readonly pool?: readonly (string | null)[];
}

/** A finished sweep. */
export interface Sweep extends SweepResult {
  /** The values of each cell [oH, oW], in the cells' order; null where its sizes do not fit. */
  readonly maps: readonly (Tensor | null)[];
  /** All cells on one scale, as a PNG. */
  picture(): Promise<Uint8Array>;
}

/**
 * One layer with every combination of some values: the facts of each map, and all in one picture on one scale.
 * @throws CnnvizError 'usage' for more than 100 cells, 'shape' when no cell fits
 */
export function sweep(image: ImageLike, options: SweepOptions): Promise<Sweep> {
  const { stride = [1], bias = [null], activation = [null], pool = [null], threads = 1, ...rest } = options;
  return inLibraryWords(() =>
    withKernels(options.kernel, (kernels) =>
      withInput(image, async (input) => {
        const base = layerJob(kernels, rest);
        const { result, drawn, maps } = await sweepCells(
          {
            base,
            strides: stride.map(toPair),
            biases: bias.map((one) => (one === null ? null : parseBias(String(one)))),
            activations: activation.map((one) => (one === null ? null : parseActivation(one))),
            pools: pool.map((one) => (one === null ? null : parsePool(one))),
          },
          input,
          { breathe: pause, threads },
        );
        return {
          ...result,
          maps: maps.map((values, i) => {
            const map = result.cells[i].map;
            return values && map ? tensor(Float32Array.from(values), [map.height, map.width]) : null;
          }),
          picture: () =>
            encodeFigure(
              (look) => sweepGrid(drawn, look),
              () => ({ args: [] }),
              { look: DEFAULT_LOOK, svg: false },
            ),
        };
      }),
    ),
  );
}

function withLook<T>(
  image: ImageLike,
  options: (KernelLayer | NetworkLayer) & LookOptions,
  use: (request: LayerRequest, input: Input) => Promise<T>,
): Promise<T> {
  const layer = options.layer ?? null;
  return inLibraryWords(async () => {
    checkIndex('channel', options.channel);
    return withInput(image, (input) => {
      if ('network' in options) {
        return withRequest(options.network, options, (request) =>
          use({ kind: 'network', job: networkJob(request, options, { layers: [layer ?? 'output'] }), layer }, input),
        );
      }
      return withKernels(options.kernel, (kernels) =>
        use({ kind: 'layer', job: layerJob(kernels, options), layer }, input),
      );
    });
  });
}

/** Gives `use` kernels by their sources; arrays are lent a file's name. */
async function withKernels<T>(
  kernel: KernelLike | readonly KernelLike[] | undefined,
  use: (kernels: KernelSource[]) => Promise<T>,
): Promise<T> {
  const [first, ...rest] = Array.isArray(kernel) ? (kernel as readonly KernelLike[]) : [kernel as KernelLike];
  if (first === undefined) {
    throw new CnnvizError('usage', 'kernel: expected a name, a text or an array, got nothing', {
      fix: "{ kernel: 'edge3x3' }, or { network: 'alexnet' }",
    });
  }
  const more = (own: KernelSource[]) =>
    rest.length === 0 ? use(own) : withKernels(rest, (others) => use([...own, ...others]));
  if (typeof first === 'string') return more(parseKernels(first));
  return asFile(writeNpy(toTensor(first, 'kernel')), 'kernel.npy', (path) => more([{ kind: 'file', path }]));
}

function layerJob(
  kernels: readonly KernelSource[],
  options: KernelOptions & Partial<Pick<KernelLayer, 'stride' | 'bias' | 'activation' | 'pool'>>,
): Job {
  const { stride = 1, padding = 0, paddingMode = 'zeros', dilation = 1, groups = 1, flip = false } = options;
  const { bias, activation, pool, exact = false } = options;
  const { gray = false, pixels = 'unit', normalize = null } = options;
  const layer: LayerJob = {
    kernels,
    flip,
    stride: toPair(stride),
    padding: parsePadding(typeof padding === 'object' ? padding.join(',') : String(padding)),
    paddingMode,
    dilation: toPair(dilation),
    groups,
    bias: bias === undefined ? null : parseBias(String(bias)),
    activation: activation === undefined ? null : parseActivation(activation),
    pool: pool === undefined ? null : parsePool(pool),
    exact,
    algorithm: null,
  };
  return {
    decode: decodeJobOf(options),
    preprocess: { pixels, gray, normalize },
    layer,
    picture: { scale: { kind: 'auto' }, depth: 8, colormap: 'gray' },
    output: { products: [], target: { kind: 'working-folder' }, clobber: true },
  };
}

function toPair(value: number | Pair): Pair {
  const pair: Pair = typeof value === 'number' ? [value, value] : value;
  if (pair.length === 2 && pair.every((side) => Number.isSafeInteger(side) && side > 0)) return pair;
  throw new CnnvizError('usage', `expected n or [height, width], whole numbers from 1, got ${value}`, {
    fix: '2, or [2, 3]',
  });
}

function checkIndex(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return;
  throw new CnnvizError('usage', `${name}: expected a whole number from 0, got ${value}`, { fix: `{ ${name}: 0 }` });
}
