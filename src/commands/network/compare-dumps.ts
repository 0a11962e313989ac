import { compareArrays } from '../../analysis/array-difference.js';
import { toChannelsFirst } from '../../analysis/channels-last.js';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkJob } from '../../core/job.js';
import { modulePath } from '../../core/module-path.js';
import { faultWords, toFloat32, type Value } from '../../core/values.js';
import type { Breathe } from '../../engine/execute.js';
import { readBytes } from '../../io/files.js';
import { filesBelow, isFolder } from '../../io/folders.js';
import type { Input } from '../../io/inputs.js';
import { joinPath } from '../../io/paths.js';
import { openFile } from '../../io/random-access.js';
import { nameOf } from '../../layers/index.js';
import { npyToValue, readNpy } from '../../models/npy.js';
import { readWeights } from '../../models/weights/index.js';
import { networkSubject, openNetwork } from '../../run/network.js';
import { layersNamed, run } from '../../run/run.js';
import { atInput, readSource } from '../../run/source.js';
import { type ComparedLayer, comparedNumbers, comparisonOf, type NetworkComparison } from './compare-networks.js';

/** An array that other code kept of a run. */
interface Dump {
  /** As the file is called below the folder, without .npy. */
  readonly name: string;
  readonly value: Value;
}

/** A layer of the network, with the names other code has for it. */
interface NamedLayer extends ComparedLayer {
  readonly names: readonly string[];
  /** Paths of the module in torch; of one without numbers of its own also without the count of its calls. */
  readonly modules: readonly string[];
}

/** Names for what is fed, where a file is not called as the input itself. */
const INPUT_NAMES = ['input', 'inputs', 'x', 'image', 'images'];

/** Whether a path is a folder or an .npz file, which may hold what other code kept of a run. */
export async function holdsDumps(path: string): Promise<boolean> {
  return /\.npz$/i.test(path) || (await isFolder(path));
}

/**
 * Runs a network and holds its layers against arrays that PyTorch or Keras kept, by their names: as the layer's, or as the
 * module's. An array may lack N, and may have its channels last.
 * @throws CnnvizError when the network or an array cannot be read, or no array has a layer's name
 */
export async function compareDumps(
  job: NetworkJob,
  path: string,
  input: Input,
  tolerance: number,
  threads: number,
  breathe: Breathe,
): Promise<NetworkComparison> {
  const dumps = await readDumps(path);
  const opened = await openNetwork(job.request);
  const subject = networkSubject(opened, job);
  const source = await atInput(input, () => readSource(input, subject));
  const { read, chosen, bound, faults } = await run(subject, source, layersNamed(['all']), { breathe, threads });
  const layers = chosen.layers.flatMap(({ name, value, node }): NamedLayer[] => {
    if (!node) return [];
    const { shape, data } = read(value);
    const names = [dotted(name), dotted(value)];
    return [
      {
        name,
        kind: nameOf(node.layer),
        role: 'plain',
        shape,
        values: toFloat32(data),
        names,
        modules: modulesOf(name, node.inputs.length === 1),
      },
    ];
  });
  const ofInput = dumps.find(({ name }) => [...opened.open.map(dotted), ...INPUT_NAMES].includes(dotted(name)));
  const { pairs, left } = pairUp(
    layers,
    dumps.filter((one) => one !== ofInput),
    tolerance,
  );
  if (pairs.length === 0) throw nothingMatches(path, dumps, layers, left);
  const compared = pairs.map(({ a, b }) =>
    comparisonOf({ a, b, difference: compareArrays(a.values, b.values) }, tolerance),
  );
  const first = compared.find(({ same }) => !same) ?? null;
  const paired = new Set(pairs.map(({ a }) => a.name));
  const notes = [...opened.notes, ...bound.notes];
  if (!ofInput) notes.push(`${path} holds no input (input.npy): whether both read the same numbers is not known`);
  if (first?.kind === 'conv') {
    notes.push(
      `an export may fold a batch norm into the convolution before it: keep the output of that batch norm, too`,
    );
  }
  return {
    a: job.request.network,
    b: path,
    isDumped: true,
    input: source.facts,
    preprocess: source.preprocess,
    inputs: ofInput
      ? comparedNumbers(source, inputOf(ofInput, source.x!.shape), ofInput.name)
      : { same: null, preprocess: [source.preprocess, 'not kept'], cause: null },
    tolerance,
    layers: compared,
    first,
    onlyA: layers.filter(({ name }) => !paired.has(name)).map(({ name }) => name),
    onlyB: left,
    foldedInA: 0,
    foldedInB: 0,
    top: null,
    notes,
    warnings: [...source.warnings, ...faults.map((fault) => `${job.request.network}: ${faultWords(fault)}`)],
  };
}

/** @throws CnnvizError with the file's name in front; 'nothing' for a folder without arrays */
async function readDumps(path: string): Promise<Dump[]> {
  if (/\.npz$/i.test(path)) {
    const { tensors } = await readWeights(await openFile(path), { name: path, file: path, beside: null });
    return tensors.map(({ name, load }) => ({ name, value: load() }));
  }
  const files = (await filesBelow(path)).filter((file) => /\.npy$/i.test(file)).sort();
  if (files.length === 0) {
    throw new CnnvizError('usage', `${path}: a folder without .npy files`, {
      fix: 'numpy.save(f"dumped/{name}.npy", output), named as the layers or modules',
    });
  }
  const dumps: Dump[] = [];
  for (const file of files) {
    const full = joinPath(path, file);
    const bytes = await readBytes(full);
    dumps.push({
      name: file.replace(/\.npy$/i, ''),
      value: await atInput({ path: full }, () => npyToValue(readNpy(bytes))),
    });
  }
  return dumps;
}

/** /layer1/conv1/Conv, layer1/conv1/Conv:0 → layer1.conv1.Conv */
function dotted(name: string): string {
  return name.replace(/:\d+$/, '').replace(/[\\/]/g, '.').replace(/^\.+/, '');
}

/** /layer1/layer1.0/relu_1/Relu → layer1.0.relu_1, layer1.0.relu. Names without a slash are such paths. */
function modulesOf(name: string, isCounted: boolean): readonly string[] {
  if (!name.includes('/')) return [name];
  const module = modulePath(name.startsWith('/') ? name : `/${name}`)!;
  return isCounted ? [...new Set([module, module.replace(/_\d+$/, '')])] : [module];
}

interface Pairs {
  readonly pairs: readonly { readonly a: ComparedLayer; readonly b: ComparedLayer }[];
  /** Arrays without a layer, with the reason where one has the name. */
  readonly left: readonly string[];
}

function pairUp(layers: readonly NamedLayer[], dumps: readonly Dump[], tolerance: number): Pairs {
  const taken = new Map<NamedLayer, ComparedLayer>();
  const left: { readonly dump: Dump; readonly why: string }[] = [];
  const far = (layer: ComparedLayer, values: Float32Array) => compareArrays(layer.values, values).relative;
  for (const dump of dumps) {
    const named = layersCalled(dotted(dump.name), layers);
    // the last first: a module that runs twice is kept as it ran the last time
    const fitting = named
      .flatMap((layer) => laidAs(dump.value, layer.shape).map((values) => ({ layer, values })))
      .reverse();
    const same = fitting.find(({ layer, values }) => far(layer, values) <= tolerance);
    const best = same ?? nearest(fitting, far);
    const before = best && taken.get(best.layer);
    if (best && (!before || (same && far(best.layer, before.values) > tolerance))) {
      taken.set(best.layer, asLayer(best.layer, dump.name, best.values));
    } else if (best && !same) left.push({ dump, why: ` (${best.layer.name} is held against ${before!.name})` });
    else if (!best) {
      const [layer] = named;
      const sizes = layer && ` ([${dump.value.shape.join(', ')}], the layer gives [${layer.shape.join(', ')}])`;
      left.push({ dump, why: sizes ?? '' });
    }
  }
  // a batch norm that the export folded: its output is the convolution's; where others are, the nearer one is meant
  const unnamed = left.filter(({ why }) => why === '');
  const isFolded = (layer: ComparedLayer, values: Float32Array) => far(layer, values) <= tolerance;
  const found = unnamed.filter((one) => takeFolded(one, isFolded)).length;
  const mean = (layer: ComparedLayer, values: Float32Array) => compareArrays(layer.values, values).mean;
  const isNearer = (layer: NamedLayer, values: Float32Array) =>
    taken.has(layer) && mean(layer, values) < mean(layer, taken.get(layer)!.values) / 2;
  if (found > 0) for (const one of unnamed) if (left.includes(one)) takeFolded(one, isNearer);

  function takeFolded(
    one: (typeof left)[number],
    isMeant: (layer: NamedLayer, values: Float32Array) => boolean,
  ): boolean {
    for (const layer of layers) {
      const before = taken.get(layer);
      if (layer.kind !== 'conv' || (before && far(layer, before.values) <= tolerance)) continue;
      const values = laidAs(one.dump.value, layer.shape).find((own) => isMeant(layer, own));
      if (!values) continue;
      taken.set(layer, asLayer(layer, one.dump.name, values));
      left.splice(left.indexOf(one), 1);
      const dump = before && dumps.find(({ name }) => name === before.name);
      if (dump) left.push({ dump, why: ` (${layer.name} holds ${one.dump.name}: the batch norm is folded into it)` });
      return true;
    }
    return false;
  }

  return {
    pairs: layers.flatMap((a) => (taken.has(a) ? [{ a, b: taken.get(a)! }] : [])),
    left: left.map(({ dump, why }) => dump.name + why),
  };
}

function asLayer({ kind, role, shape }: ComparedLayer, name: string, values: Float32Array): ComparedLayer {
  return { name, kind, role, shape, values };
}

/** Of one layer in two orders of axes the nearer; of several layers the last. */
function nearest<T extends { readonly layer: ComparedLayer; readonly values: Float32Array }>(
  fitting: readonly T[],
  far: (layer: ComparedLayer, values: Float32Array) => number,
): T | undefined {
  const own = fitting.filter(({ layer }) => layer === fitting[0].layer);
  return own.reduce<T | undefined>(
    (best, one) => (best && far(best.layer, best.values) <= far(one.layer, one.values) ? best : one),
    undefined,
  );
}

/** The layers of a name: of the layer or its value, else all that a module holds. */
function layersCalled(name: string, layers: readonly NamedLayer[]): readonly NamedLayer[] {
  const own = layers.filter(({ names }) => names.includes(name));
  return own.length > 0 ? own : layers.filter(({ modules }) => modules.some((one) => `${one}.`.startsWith(`${name}.`)));
}

/** The numbers in the order of a layer's axes: as they are, or from channels last; none where the sides are others. */
function laidAs({ dtype, shape, data }: Value, wanted: readonly number[]): Float32Array[] {
  const sides = (one: readonly number[]) => one.filter((side) => side !== 1).join();
  const found: Float32Array[] = [];
  if (sides(shape) === sides(wanted)) found.push(toFloat32(data));
  const [C, H, W] = wanted.slice(-3);
  const [h, w, c] = shape.slice(-3);
  const isLast = wanted.length === 4 && shape.length >= 3 && shape.slice(0, -3).every((side) => side === 1);
  if (isLast && wanted[0] === 1 && h === H && w === W && c === C && (C > 1 || found.length === 0)) {
    found.push(toFloat32(toChannelsFirst({ dtype, shape: [1, h, w, c], data }).data));
  }
  return found;
}

/** What was fed elsewhere, [C, H, W]. */
function inputOf({ value }: Dump, shape: readonly number[]): { values: Float32Array; shape: readonly number[] } {
  const wanted = [1, ...shape.slice(-3)];
  const [values] = laidAs(value, wanted);
  return values ? { values, shape: shape.slice(-3) } : { values: toFloat32(value.data), shape: value.shape };
}

function nothingMatches(
  path: string,
  dumps: readonly Dump[],
  layers: readonly NamedLayer[],
  left: readonly string[],
): CnnvizError {
  const some = (names: readonly string[]) => names.slice(0, 4).join(', ') + (names.length > 4 ? ', …' : '');
  return new CnnvizError(
    'usage',
    `${path}: none of ${dumps.length} arrays (${some(left)}) has the name and size of a layer (${some(layers.map(({ name }) => name))})`,
    { fix: `name the files as the layers, which cnnviz summary lists, or as torch's modules`, scope: 'command' },
  );
}
