import { type Bound, shapeOf } from '../analysis/kept-run.js';
import { chooseLayers } from '../analysis/layer-choice.js';
import { Profile } from '../analysis/profile.js';
import { planCheck } from '../commands/check/check-plan.js';
import type { CheckResult, UpdateResult } from '../commands/check/check-result.js';
import { checkBaselines, updateBaselines } from '../commands/check/check-update.js';
import { EXACT, type Tolerance } from '../commands/check/tolerance.js';
import { compareNetworks, type NetworkComparison } from '../commands/network/compare-networks.js';
import { type NamedSummary, summarizeNetwork } from '../commands/network/summary-report.js';
import { CnnvizError } from '../core/errors.js';
import type { NetworkRequest } from '../core/job.js';
import type { RunProfile } from '../core/profile.js';
import { numbersToFill, type Tensor, type TensorLike, tensor, toTensor } from '../core/tensor.js';
import { faultWords, toFloat32, type Value } from '../core/values.js';
import type { ShapedModel } from '../layers/infer.js';
import { networkSubject, openNetwork } from '../run/network.js';
import { type LayerChoice, layersNamed } from '../run/run.js';
import { Runs } from '../run/runs.js';
import {
  type FileLike,
  type ImageLike,
  inLibraryWords,
  type NetworkRunOptions,
  networkJob,
  pause,
  type WeightOptions,
  withInput,
  withRequest,
} from './sources.js';

/** Where a network's numbers come from, and how it runs. */
export interface NetworkOptions extends WeightOptions {
  /** Only algorithms that follow the one order of summation; no batch norm folded. Default false. */
  readonly exact?: boolean;
  /** Threads that may be used within one input; the result never depends on it. Default 1. */
  readonly threads?: number;
  /** Told when a run makes a NaN, an infinity or an explosion: the first layer and its channels. Default: nobody is. */
  readonly warn?: (text: string) => void;
}

/** A network with its weights at hand: what a loop calls. */
export interface Network {
  readonly name: string;
  /** The size of one input it is made for, [C, H, W]; null when it takes any, or says none. */
  readonly input: readonly number[] | null;
  /** The names of its layers, in order, for an input of this shape (N included). */
  layers(inputShape: readonly number[]): string[];
  /**
   * Computes layers for one input.
   * @param x [N, C, H, W], or [C, H, W] for a network that is made for images; weights are packed once for each
   *   shape and choice of layers
   * @param options names, globs, 'output' (default) or 'all'; or these as `layers`, with `profile`
   * @returns the layers' values by name, in order, N included; then, under the words that named one layer ('output',
   *   a value of an ONNX graph), the same once more; arrays of their own
   * @throws CnnvizError 'shape', 'usage' or 'unsupported'
   */
  run(x: TensorLike, options: RunSettings & { readonly profile: true }): Promise<ProfiledLayers>;
  run(x: TensorLike, options?: readonly string[] | RunSettings): Promise<Map<string, Tensor>>;
}

/** What one run is asked for. */
export interface RunSettings {
  /** Names, globs, 'output' or 'all'. Default ['output']. */
  readonly layers?: readonly string[];
  /** Take the time of each layer. Default false: nothing is timed. No value depends on it. */
  readonly profile?: boolean;
  /**
   * Arrays for layers, by their names: float32, contiguous, of the layer's shape. Their values are written there, and these
   * arrays are given back, so that a loop needs no new memory. Default: new arrays.
   */
  readonly out?: ReadonlyMap<string, Tensor>;
}

/** The values of a run by name, and where its time went. */
export interface ProfiledLayers extends Map<string, Tensor> {
  readonly profile: RunProfile;
}

/**
 * Reads a network: a pipe, a network file, the text of print(model), an ONNX model, or a built-in, as `cnnviz run` does.
 * @param network its name, its file's path or its bytes, or a pipe such as 'conv edge3x3 | relu'
 * @throws CnnvizError when it, or its checkpoint, cannot be read
 */
export function loadNetwork(network: FileLike, options: NetworkOptions = {}): Promise<Network> {
  return inLibraryWords(() => withRequest(network, options, (request) => open(request, options)));
}

async function open(request: NetworkRequest, { exact = false, threads = 1, warn }: NetworkOptions): Promise<Network> {
  const decode = { background: null, maxPixels: Number.POSITIVE_INFINITY };
  const opened = networkSubject(await openNetwork(request), { request, decode, preset: null, exact });
  if (opened.open.length !== 1) {
    throw new CnnvizError('unsupported', `${request.network}: reads ${opened.open.length} inputs, expected 1`, {
      fix: 'cut the model to one input; the command line feeds several from arrays',
    });
  }
  let last: { readonly key: string; readonly runs: Runs<Bound, LayerChoice> } | null = null;
  const runsOf = (layers: readonly string[]) => {
    const key = layers.join();
    if (last?.key !== key) last = { key, runs: new Runs(opened, layersNamed(layers)) };
    return last.runs;
  };
  const feed = (shape: readonly number[]) => (shape.length === 3 && opened.input ? [1, ...shape] : [...shape]);
  return {
    name: opened.name,
    input: opened.input,
    layers(inputShape) {
      const { shaped } = shapeOf(opened, { info: { dtype: 'float32', shape: feed(inputShape) }, x: null });
      return chooseLayers(shaped, ['all']).map(({ name }) => name);
    },
    run: ((x: TensorLike, asked: readonly string[] | RunSettings = {}) => {
      const { layers = ['output'], profile = false, out }: RunSettings = isNames(asked) ? { layers: asked } : asked;
      return inLibraryWords(() => run(x, layers, profile ? new Profile(() => performance.now()) : null, out));
    }) as Network['run'],
  };

  async function run(
    x: TensorLike,
    layers: readonly string[],
    times: Profile | null,
    arrays: ReadonlyMap<string, Tensor> = new Map(),
  ): Promise<Map<string, Tensor>> {
    const given = toTensor(x, 'x');
    const value: Value = { dtype: 'float32', shape: feed(given.shape), data: given.data };
    const fed = { info: value, x: value };
    const runs = runsOf(layers);
    const { chosen, shaped } = runs.for(fed);
    const filled = new Map([...arrays].map(([name, array]) => [valueNamed(name, chosen, shaped), array]));
    const out = new Map(
      [...filled].map(([key, array]) => [key, numbersToFill(array, shaped.infos.get(key)!.shape, `out "${key}"`)]),
    );
    const context = { breathe: () => undefined, threads, watch: warn !== undefined, times, out };
    const done = await runs.run(fed, context);
    for (const fault of done.faults) warn?.(faultWords(fault));
    const found = new Map(
      done.chosen.layers.map(({ name, value: key }): [string, Tensor] => {
        const { data, shape } = done.read(key);
        const array = filled.get(key);
        // a value that is another one under a new shape, or of another type, was not written there
        if (array && data !== out.get(key)) out.get(key)!.set(data);
        return [name, array ?? tensor(toFloat32(data), shape)];
      }),
    );
    // what was asked for by one name answers to it, whatever the layer is called
    for (const asked of layers) {
      const named = chooseLayers(done.shaped, [asked]);
      if (asked === 'output' || named.length === 1) found.set(asked, found.get(named[0].name)!);
    }
    return times === null ? found : Object.assign(found, { profile: times.facts });
  }
}

/** The value of a layer that was asked for, by its name or by a word that names it alone. @throws CnnvizError 'usage' */
function valueNamed(name: string, { layers }: LayerChoice, shaped: ShapedModel): string {
  const own = layers.find((one) => one.name === name);
  if (own) return own.value;
  const named = chooseLayers(shaped, [name]);
  if (named.length === 1 && layers.some(({ value }) => value === named[0].value)) return named[0].value;
  throw new CnnvizError('usage', `out: "${name}" is no layer of this run`, {
    fix: `its layers: ${layers.map((one) => one.name).join(', ')}`,
  });
}

function isNames(asked: readonly string[] | RunSettings): asked is readonly string[] {
  return Array.isArray(asked);
}

/** Reads a network and computes layers for one input: loadNetwork and its run in one. */
export async function runNetwork(
  network: FileLike,
  x: TensorLike,
  options: NetworkOptions & RunSettings & { readonly profile: true },
): Promise<ProfiledLayers>;
export async function runNetwork(
  network: FileLike,
  x: TensorLike,
  options?: NetworkOptions & RunSettings,
): Promise<Map<string, Tensor>>;
export async function runNetwork(
  network: FileLike,
  x: TensorLike,
  options: NetworkOptions & RunSettings = {},
): Promise<Map<string, Tensor>> {
  return (await loadNetwork(network, options)).run(x, options);
}

/**
 * What each layer of a network gives, costs and sees: shapes, parameters, multiply-accumulates, receptive fields. No
 * weights are needed.
 * @param options `size`: the input [C, H, W], for networks that do not say one
 * @throws CnnvizError 'usage' when no size is known; 'format' or 'unsupported' for files that cannot be read
 */
export function summary(
  network: FileLike,
  options: WeightOptions & { readonly size?: readonly number[] } = {},
): Promise<NamedSummary> {
  const { size = null } = options;
  if (size !== null && !(size.length === 3 && size.every((side) => Number.isSafeInteger(side) && side > 0))) {
    return Promise.reject(
      new CnnvizError('usage', `size: expected [C, H, W], whole numbers from 1, got ${size}`, {
        fix: '{ size: [3, 224, 224] }',
      }),
    );
  }
  return inLibraryWords(() => withRequest(network, options, (request) => summarizeNetwork(request, size)));
}

/** The second network of a comparison, with its numbers. */
export interface OtherNetwork extends WeightOptions {
  readonly network: FileLike;
}

/**
 * Two networks on one input, layer by layer: which layers stand for each other, and the first that is not the same.
 * @param image a photograph, prepared as the networks say; or an array as it is
 * @param options of the first network and the image; `tolerance`: a layer is the same when its largest difference is at
 *   most this share of its largest value, default 1e-3
 * @throws CnnvizError 'usage', 'shape' or 'unsupported'; 'input', 'decode' or 'format' for files
 */
export function compare(
  a: FileLike,
  b: FileLike | OtherNetwork,
  image: ImageLike,
  options: NetworkRunOptions & { readonly tolerance?: number } = {},
): Promise<NetworkComparison> {
  const { tolerance = 1e-3, threads = 1 } = options;
  const other = typeof b === 'string' || b instanceof Uint8Array ? { network: b } : b;
  if (!(tolerance >= 0)) {
    return Promise.reject(
      new CnnvizError('usage', `tolerance: expected a number from 0, got ${tolerance}`, { fix: '{ tolerance: 1e-3 }' }),
    );
  }
  return inLibraryWords(() =>
    withRequest(a, options, (request) =>
      withRequest(other.network, other, (second) =>
        withInput(image, (input) => {
          const job = networkJob(request, options, { layers: ['all'] });
          return compareNetworks(job, { request: second, preset: job.preset }, input, tolerance, threads, pause);
        }),
      ),
    ),
  );
}

/** Which maps are held against which. */
export interface CheckOptions extends NetworkRunOptions {
  /** A pipe, a network file, a built-in: what is run on the images. */
  readonly network: FileLike;
  /** The stages: names or globs, 'output' or 'all'. Default ['all']. */
  readonly layers?: readonly string[];
  /** The folder of the stored maps: FOLDER/IMAGE.EXT/STAGE.npy */
  readonly baseline: string;
  /** How far values may differ: the largest of what abs, rel and ulps allow. Default: not by one bit. */
  readonly tolerance?: Partial<Tolerance>;
  /** Take folders with everything below them. Default false. */
  readonly recursive?: boolean;
  /** Told once of each thing that was unexpected though it is no error. */
  readonly warn?: (text: string) => void;
}

/**
 * Feature maps against stored ones: which stage, channel and pixel of which image changed.
 * @param images files, folders and globs
 * @returns every image with its stages; files that belong to no stage
 * @throws CnnvizError 'usage' or 'nothing'; an image that cannot be run is a row of the result
 */
export function check(images: readonly string[], options: CheckOptions): Promise<CheckResult> {
  return withPlan(images, options, (plan, run) => checkBaselines(plan, run, null));
}

/**
 * Stores the maps that `check` compares with: writes what is new or differs, removes what is left over.
 * @param options `format`: exact arrays or grey pictures; default: as is stored, else npy
 * @throws CnnvizError as check
 */
export function updateCheck(
  images: readonly string[],
  options: CheckOptions & { readonly format?: 'npy' | 'png' },
): Promise<UpdateResult> {
  return withPlan(images, options, (plan, run) => updateBaselines(plan, options.format ?? null, run));
}

function withPlan<T>(
  images: readonly string[],
  options: CheckOptions,
  use: (plan: Awaited<ReturnType<typeof planCheck>>, run: Parameters<typeof checkBaselines>[1]) => Promise<T>,
): Promise<T> {
  const { network, layers = ['all'], baseline, tolerance = {}, recursive = false, threads = 1, warn } = options;
  return inLibraryWords(() =>
    withRequest(network, options, async (request) => {
      const one = {
        name: '',
        place: '',
        job: networkJob(request, options, { layers }),
        folder: '',
        images,
        recursive,
        baseline,
        tolerance: { ...EXACT, ...tolerance },
      };
      const plan = await planCheck([one], [], { index: 1, count: 1 });
      if (plan.roots.every(({ all }) => all.size === 0)) {
        throw new CnnvizError('nothing', `nothing to do: ${images.join(' ')} holds no images`, {
          fix: 'name files, or { recursive: true }',
        });
      }
      return use(plan, { jobs: threads, isAlone: true, note: (text) => warn?.(text), progress: () => undefined });
    }),
  );
}
