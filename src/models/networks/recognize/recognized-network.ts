import { sizeOf } from '../../../core/tensor.js';
import type { WeightFile, WeightTensor } from '../../weights/weight-file.js';
import { builtinNetwork } from '../builtin/index.js';
import type { LayerSpec, NetworkSpec } from '../spec.js';
import type { Fit } from './fit.js';
import { prefixWords } from './prefix.js';
import type { Renamed } from './reading.js';

/** A built-in network as a file's tensors say it, and the tensors under its names. */
export interface RecognizedNetwork {
  readonly spec: NetworkSpec;
  readonly file: WeightFile;
}

/**
 * The network that a file's tensors fit, with what was taken for granted among its notes.
 * @param isSaid somebody named the network: only what differs from it is noted
 */
export function recognizedNetwork(file: WeightFile, fit: Fit<WeightTensor>, isSaid: boolean): RecognizedNetwork {
  const { network, reading, cutAt } = fit;
  const spec = builtinNetwork(network.name);
  const adapted = reading.naming?.adapt?.(spec.layers) ?? spec.layers;
  const layers = cutAt === null ? adapted : layersBefore(adapted, cutAt);
  const notes = [...(isSaid ? [] : [foundNote(file, fit)]), ...fitNotes(fit, layers, isSaid)];
  return {
    spec: { ...spec, layers, notes: [...spec.notes, ...notes] },
    file: { ...file, tensors: fit.tensors.map(asTensor) },
  };
}

/** "ResNet-50 by its 320 tensors" */
function foundNote({ tensors }: WeightFile, { network, reading, cutAt }: Fit<WeightTensor>): string {
  const names = reading.naming === null ? '' : ` (names of ${reading.naming.words})`;
  const end = cutAt === null ? '' : ' without its head';
  const whose = network.isOwn ? 'the built-in' : "torchvision's";
  return `${network.title} by its ${tensors.length} tensors${names}${end}: computed as ${whose} ${network.name}`;
}

function fitNotes(fit: Fit<WeightTensor>, layers: readonly LayerSpec[], isSaid: boolean): string[] {
  const { network, reading, cutAt, trainingOnly, others } = fit;
  const { naming, prefix } = reading;
  const notes: string[] = [];
  if (prefix !== '') notes.push(`names without their "${prefix}" (${prefixWords(prefix)})`);
  if (cutAt !== null) {
    notes.push(`the file ends before ${cutAt}: ${layers[layers.length - 1].name}, its features, is the output`);
  }
  const assumed = naming?.assumed ?? network.assumed;
  if (assumed !== undefined && !(isSaid && naming === null)) notes.push(`not told by the tensors: ${assumed}`);
  if (trainingOnly.length > 0) {
    const modules = [...new Set(trainingOnly.map((one) => one.split('.')[0]))].join(', ');
    notes.push(`${modules}: ${trainingOnly.length} tensors that only training uses, not computed`);
  }
  const unread = [...others, ...reading.leftOut];
  if (unread.length > 0) {
    const some = unread.slice(0, SHOWN).join(', ') + (unread.length > SHOWN ? ', …' : '');
    notes.push(`${unread.length} tensors of the checkpoint are not used: ${some}`);
  }
  return notes;
}

const SHOWN = 4;

/** What stands before a layer, to the last maps or their means: what only leads to the head is left out. */
function layersBefore(layers: readonly LayerSpec[], cutAt: string): LayerSpec[] {
  const kept = layers.slice(
    0,
    layers.findIndex(({ name }) => name === cutAt),
  );
  while (LEADS_ON.includes(kept[kept.length - 1].layer.kind) || keepsAllPlaces(kept[kept.length - 1])) kept.pop();
  return kept;
}

const LEADS_ON: readonly string[] = ['dropout', 'flatten'];

/** VGG's pool, which brings maps to 7×7 for the linear layer behind it. */
function keepsAllPlaces({ layer }: LayerSpec): boolean {
  return layer.kind === 'adaptive_avg_pool' && layer.outputSize[0] !== 1;
}

/** A tensor under its new name, in its new shape. */
function asTensor({ name, shape, parts }: Renamed<WeightTensor>): WeightTensor {
  const [first] = parts;
  const bytes = parts.reduce((sum, one) => sum + one.bytes, 0);
  const loadInto = (target: Float32Array) => {
    let at = 0;
    for (const one of parts) {
      const size = sizeOf(one.shape);
      one.loadInto(target.subarray(at, at + size));
      at += size;
    }
  };
  const load = () => {
    if (parts.length === 1) return { ...first.load(), shape };
    const data = new Float32Array(sizeOf(shape));
    loadInto(data);
    return { dtype: 'float32', shape, data } as const;
  };
  const { loadPart, ...rest } = first;
  const asOne = parts.length > 1 ? { dtype: 'float32' as const } : loadPart && { loadPart };
  return { ...rest, ...asOne, name, shape, bytes, load, loadInto };
}
