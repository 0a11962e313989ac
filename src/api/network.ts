import { type Bound, shapeOf } from '../analysis/kept-run.js';
import { CnnvizError } from '../core/errors.js';
import type { NetworkRequest } from '../core/job.js';
import { type Tensor, type TensorLike, tensor, toTensor } from '../core/tensor.js';
import { faultWords, toFloat32, type Value } from '../core/values.js';
import { chooseLayers } from '../run/layer-choice.js';
import { networkSubject, openNetwork } from '../run/network.js';
import { type LayerChoice, layersNamed, Runs } from '../run/run.js';
import { inLibraryWords } from './library-words.js';
import { type FileLike, type WeightOptions, withRequest } from './sources.js';

/** Where a network's numbers come from, and how it runs. */
export interface NetworkOptions extends WeightOptions {
  /** Only algorithms that follow the one order of summation; no batch norm folded. Default false. */
  readonly exact?: boolean;
  /** Threads that may be used for one large convolution; the result never depends on it. Default 1. */
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
   * @param layers names, globs, 'output' (default) or 'all'
   * @returns the layers' values by name, in order, N included; then, under the words that named one layer ('output',
   *   a value of an ONNX graph), the same once more; arrays of their own
   * @throws CnnvizError 'shape', 'usage' or 'unsupported'
   */
  run(x: TensorLike, layers?: readonly string[]): Promise<Map<string, Tensor>>;
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
    run: (x, layers = ['output']) => inLibraryWords(() => run(x, layers)),
  };

  async function run(x: TensorLike, layers: readonly string[]): Promise<Map<string, Tensor>> {
    const given = toTensor(x, 'x');
    const value: Value = { dtype: 'float32', shape: feed(given.shape), data: given.data };
    const fed = { info: value, x: value };
    const done = await runsOf(layers).run(fed, { breathe: () => undefined, threads, watch: warn !== undefined });
    for (const fault of done.faults) warn?.(faultWords(fault));
    const found = new Map(
      done.chosen.layers.map(({ name, value: key }) => {
        const { data, shape } = done.read(key);
        return [name, tensor(toFloat32(data), shape)];
      }),
    );
    // what was asked for by one name answers to it, whatever the layer is called
    for (const asked of layers) {
      const named = chooseLayers(done.shaped, [asked]);
      if (asked === 'output' || named.length === 1) found.set(asked, found.get(named[0].name)!);
    }
    return found;
  }
}

/** Reads a network and computes layers for one input: loadNetwork and its run in one. */
export async function runNetwork(
  network: FileLike,
  x: TensorLike,
  options: NetworkOptions & { readonly layers?: readonly string[] } = {},
): Promise<Map<string, Tensor>> {
  return (await loadNetwork(network, options)).run(x, options.layers);
}
