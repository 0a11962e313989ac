import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { shapeAt } from './bind.js';
import { fitsUsual, inOneSequence, sizeGiving, takesImages, usualPoolsGiving } from './feature-sizes.js';
import { SEQUENCE, TELL_FORWARD } from './printed-model.js';
import type { LayerSpec, NetworkSpec } from './spec.js';

const SHOWN_GAPS = 3;
/** Digits of MNIST have it: no usual images are smaller. */
const LEAST_LIKELY_SIDE = 28;

/** Modules that hold others and have no forward() of their own. */
const CONTAINERS: readonly string[] = ['ModuleList', 'ModuleDict'];
/** What people call a module whose output is joined with that of others, or that is not on the way to the output. */
const BESIDE =
  /^(res|resid|residual|skip|short_?cut|identity|branch|aux|attn|attention|gate|lateral)_?(block|conv|layer|path|fc|classifier|logits)?s?_?\d*[a-z]?$/i;

/**
 * Refuses a text of print(model) that cannot be all that forward() does: a layer with weights right behind another, no
 * activation between them; an activation or a pool where nothing is left for it; a linear layer whose features no image
 * of a likely size gives; a module called after a side path. What a Sequential holds runs as it is printed, so pairs
 * within one are taken as they are.
 * @throws CnnvizError 'unsupported' with what is missing
 */
export function checkPrintedModel({ name: type, layers }: NetworkSpec): void {
  if (type === SEQUENCE) return;
  const doubt = CONTAINERS.includes(type)
    ? `a ${type} holds modules and does not say how they are called`
    : (missingParts(layers) ?? besidePath(layers) ?? unlikelySize(layers));
  if (doubt === null) return;
  throw new CnnvizError('unsupported', `${type}: ${doubt}: print(model) shows modules, not forward()`, {
    fix: `${TELL_FORWARD}; if the text is the whole network: --as-printed`,
  });
}

/** What certainly runs, but is not in the text; or is in the text, but does not run there. */
function missingParts(layers: readonly LayerSpec[]): string | null {
  const gaps = missingActivations(layers);
  const hidden = hiddenPooling(layers);
  const missing = [...hidden, ...(gaps.length > 0 ? [gapWords(gaps)] : [])];
  if (gaps.length > 0) {
    const are = missing.length > 1 || gaps.length > 1 ? 'are' : 'is';
    return `${featureWords(layers)}${missing.join(' and ')} ${are} not in the text`;
  }
  const stray = strayLayer(layers);
  if (stray !== null)
    return `${featureWords(layers)}${stray} in the text, but not in forward(): it is called elsewhere`;
  return hidden.length > 0 ? `${featureWords(layers)}${hidden[0]} would explain them and is not in the text` : null;
}

/** A module with layers that is called like a side path: a sum or a concatenation with it is not in the text. */
function besidePath(layers: readonly LayerSpec[]): string | null {
  const beside = layers.map(({ name }) => name.split('.')[0]).find((one) => BESIDE.test(one));
  return beside === undefined
    ? null
    : `${beside} is called like a path beside others, and how they are joined is not in the text`;
}

/** A size that nobody prepares images in, as the only one that fits. */
function unlikelySize(layers: readonly LayerSpec[]): string | null {
  const linear = firstLinear(layers);
  if (!linear || saysItsSize(layers) || !takesImages(layers, linear.index, linear.read, shapeAt)) return null;
  const { index, features, read } = linear;
  if (fitsUsual(layers, index, read, features, shapeAt)) return null;
  const size = sizeGiving(layers, index, read, features, shapeAt);
  if (size === null) return `${featureWords(layers)}as it is printed no size of image gives them`;
  const [H, W] = size;
  if (H !== W) return `${featureWords(layers)}as it is printed no square image gives them`;
  return H >= LEAST_LIKELY_SIDE
    ? null
    : `${featureWords(layers)}as it is printed only an image of ${W}×${H} gives them`;
}

function isWeighted({ layer }: LayerSpec): boolean {
  return layer.kind === 'conv' || layer.kind === 'linear';
}

function isPool({ layer }: LayerSpec): boolean {
  return layer.kind.endsWith('_pool');
}

/** Neighbours with weights, no activation between them, whose connection is said by forward() alone. */
function missingActivations(layers: readonly LayerSpec[]): (readonly [LayerSpec, LayerSpec])[] {
  const gaps: (readonly [LayerSpec, LayerSpec])[] = [];
  let before: LayerSpec | null = null;
  for (const one of layers) {
    if (['activation', 'softmax', 'log_softmax'].includes(one.layer.kind)) before = null;
    if (!isWeighted(one)) continue;
    if (before && !inOneSequence(before, one)) gaps.push([before, one]);
    before = one;
  }
  return gaps;
}

/** An activation or a pool before everything that has weights, or a pool behind a linear layer. */
function strayLayer(layers: readonly LayerSpec[]): string | null {
  const first = layers.findIndex(isWeighted);
  const early = layers.slice(0, Math.max(0, first)).find((one) => isPool(one) || one.layer.kind === 'activation');
  if (early && !inOneSequence(early, layers[first])) return `${early.name} stands before ${layers[first].name}`;
  const linear = layers.findIndex(({ layer }) => layer.kind === 'linear');
  const late = linear < 0 ? undefined : layers.slice(linear).find(isPool);
  return late && !inOneSequence(late, layers[linear]) ? `${late.name} stands behind ${layers[linear].name}` : null;
}

function gapWords(gaps: readonly (readonly [LayerSpec, LayerSpec])[]): string {
  const pairs = gaps.slice(0, SHOWN_GAPS).map(([a, b]) => `${a.name} and ${b.name}`);
  const more = gaps.length > SHOWN_GAPS ? `, … (${gaps.length} places)` : '';
  return `${gaps.length === 1 ? 'the activation' : 'the activations'} between ${pairs.join(', ')}${more}`;
}

/** With an adaptive pooling in the text the maps are brought to their size there, whatever the image. */
function saysItsSize(layers: readonly LayerSpec[]): boolean {
  return layers.some(({ layer }) => layer.kind.startsWith('adaptive_'));
}

/** The first linear layer behind a convolution, with the channels that reach it, and those that the first convolution reads. */
function firstLinear(layers: readonly LayerSpec[]) {
  const index = layers.findIndex(({ layer }) => layer.kind === 'linear');
  const shape = layers[index]?.parameters[0]?.shape;
  const convs = layers.slice(0, Math.max(0, index)).filter(({ layer }) => layer.kind === 'conv');
  const [first, last] = [convs[0], convs.at(-1)].map((conv) => conv?.parameters[0]?.shape);
  if (shape?.kind !== 'linear' || first?.kind !== 'conv' || last?.kind !== 'conv') return null;
  if (!shape.inFeatures || !first.inChannels || !last.outChannels) return null;
  return { index, features: shape.inFeatures, channels: last.outChannels, read: first.inChannels };
}

/** "fc1 reads 400 = 16·5·5 features: " */
function featureWords(layers: readonly LayerSpec[]): string {
  const linear = firstLinear(layers);
  if (!linear) return '';
  const { index, features, channels } = linear;
  const area = features / channels;
  const side = Math.sqrt(area);
  const factors = Number.isInteger(side)
    ? ` = ${channels}·${side}·${side}`
    : Number.isInteger(area)
      ? ` = ${channels}·${area}`
      : '';
  return `${layers[index].name} reads ${features}${factors} features: `;
}

/** The poolings that must be missing if the network was made for an image of a usual size. */
function hiddenPooling(layers: readonly LayerSpec[]): string[] {
  const linear = firstLinear(layers);
  if (!linear || saysItsSize(layers)) return [];
  const { index, features, channels, read } = linear;
  if (fitsUsual(layers, index, read, features, shapeAt)) return [];
  if (features === channels) return ['a pooling over the whole map'];
  const hidden = usualPoolsGiving(layers, index, read, features, shapeAt);
  if (!hidden) return [];
  const [H, W] = hidden.size;
  return [`${plural(hidden.pools, 'pooling')} by 2 (as for an image of ${W}×${H})`];
}
