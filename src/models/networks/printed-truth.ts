import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { shapeAt } from './bind.js';
import { fitsUsual, usualPoolsGiving } from './feature-sizes.js';
import { SEQUENCE, TELL_FORWARD } from './printed-words.js';
import type { LayerSpec, NetworkSpec } from './spec.js';

const SHOWN_GAPS = 3;

/**
 * Refuses a text of print(model) that cannot be all that forward() does: a layer with weights right behind another, no
 * activation between them; an activation or a pool where nothing is left for it. What a Sequential holds runs as it is
 * printed, so pairs within one are taken as they are.
 * @throws CnnvizError 'unsupported' with what is missing
 */
export function checkPrintedModel({ name: type, layers }: NetworkSpec): void {
  if (type === SEQUENCE) return;
  const gaps = missingActivations(layers);
  const stray = strayLayer(layers);
  if (gaps.length === 0 && stray === null) return;
  const missing = [...hiddenPooling(layers), ...(gaps.length > 0 ? [gapWords(gaps)] : [])];
  const what =
    gaps.length > 0
      ? `${missing.join(' and ')} ${missing.length > 1 || gaps.length > 1 ? 'are' : 'is'} not in the text`
      : `${stray} in the text, but not in forward(): it is called elsewhere`;
  throw new CnnvizError(
    'unsupported',
    `${type}: ${featureWords(layers)}${what}: print(model) shows modules, not forward()`,
    {
      fix: `${TELL_FORWARD}; if the text is the whole network: --as-printed`,
    },
  );
}

/** What a text without gaps may still leave out; null: nothing that shows. */
export function printedDoubt({ name, layers }: NetworkSpec): string | null {
  const [hidden] = name === SEQUENCE ? [] : hiddenPooling(layers);
  if (!hidden) return null;
  return `${name} fits no usual size of image as it is printed, but with ${hidden} that forward() may call`;
}

function isWeighted({ layer }: LayerSpec): boolean {
  return layer.kind === 'conv' || layer.kind === 'linear';
}

function isPool({ layer }: LayerSpec): boolean {
  return layer.kind.endsWith('_pool');
}

/** "features.0" and "features.3" lie in one module that the text shows whole: only Sequentials hold layers. */
function inOneSequence(a: LayerSpec, b: LayerSpec): boolean {
  const [outer, ...inner] = a.name.split('.');
  return inner.length > 0 && b.name.startsWith(`${outer}.`);
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

/** The first linear layer behind a convolution, with the channels that reach it. */
function firstLinear(layers: readonly LayerSpec[]) {
  const index = layers.findIndex(({ layer }) => layer.kind === 'linear');
  const shape = layers[index]?.parameters[0]?.shape;
  const conv = layers.slice(0, Math.max(0, index)).findLast(({ layer }) => layer.kind === 'conv')?.parameters[0]?.shape;
  if (shape?.kind !== 'linear' || conv?.kind !== 'conv' || !shape.inFeatures || !conv.outChannels) return null;
  return { index, features: shape.inFeatures, channels: conv.outChannels };
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
  const first = layers.find(({ layer }) => layer.kind === 'conv')?.parameters[0]?.shape;
  if (!linear || first?.kind !== 'conv' || !first.inChannels) return [];
  const { index, features, channels } = linear;
  if (fitsUsual(layers, index, first.inChannels, features, shapeAt)) return [];
  if (features === channels) return ['a pooling over the whole map'];
  const hidden = usualPoolsGiving(layers, index, first.inChannels, features, shapeAt);
  if (!hidden) return [];
  const [H, W] = hidden.size;
  return [`${plural(hidden.pools, 'pooling')} by 2 (as for an image of ${W}×${H})`];
}
