import type { Explanation } from '../analysis/explain/explanation.js';
import type { FieldFacts } from '../analysis/field.js';
import { plural } from '../core/geometry.js';
import type { ProductKind } from '../core/job.js';
import type { InputFacts, MapResult, NetworkRunResult, PreprocessResult, RunResult } from '../core/result.js';
import type { SweepMap, SweepResult } from '../core/sweep.js';
import { formatNumber, groupDigits } from '../core/text.js';

/** At most this many maps are described one by one. */
const MOST_MAPS = 4;
/** Kernels of at most this many numbers are read out. */
const MOST_NUMBERS = 25;

/**
 * A sentence that describes the pictures of `conv` to somebody who cannot see them, from the facts of the run: kernel,
 * sizes, range, the brightest place, how much fires. No path, only the file's own name.
 */
export function altOfRun(result: RunResult): string {
  const kinds = [...new Set(result.outputs.map(({ kind }) => kind))].filter((kind) => kind !== 'npy');
  return kinds.map((kind) => altOfProduct(result, kind)).join(' ');
}

function altOfProduct({ input, banks }: RunResult, kind: ProductKind): string {
  const maps = banks.flatMap((bank) => bank.maps);
  const source = `the ${input.width}×${input.height} image ${nameOf(input.path)}`;
  const what =
    kind === 'strip'
      ? `Strip of input, kernel and feature map, ${plural(maps.length, 'row')}, for ${source}`
      : maps.length === 1
        ? `Feature map of ${source}`
        : `${kind === 'sheet' ? 'Sheet of' : ''} ${maps.length} feature maps of ${source}`.trim();
  const words = maps.slice(0, MOST_MAPS).map(mapWords);
  const rest = maps.length - words.length;
  return sentence([what, ...words, ...(rest > 0 ? [`and ${rest} more`] : [])]);
}

function mapWords({ kernel, width, height, values, peak }: MapResult): string {
  const size = kernel.shape.slice(1).reverse().join('×');
  return `kernel ${kernel.name} (${size}) gives ${width}×${height} values, ${rangeWords(values)}${peak ? brightestWords(values, peak) : ''}`;
}

/** A sentence for the picture of a sweep. */
export function altOfSweep({ input, axes, cells, scale }: SweepResult): string {
  const maps = cells.filter((cell): cell is typeof cell & { map: SweepMap } => cell.map !== null);
  const over = axes.map(({ name, values }) => `${name} (${values.join(', ')})`).join(' and ') || 'one combination';
  const what = `Grid of ${plural(maps.length, 'feature map')} of the ${input.width}×${input.height} image ${nameOf(input.path)} over ${over}, one scale from ${formatNumber(scale.lo)} to ${formatNumber(scale.hi)}`;
  const words = maps
    .slice(0, MOST_MAPS)
    .map(
      ({ label, map }) =>
        `${label}: ${map.width}×${map.height}, ${firingWords(map.values)}${map.peak ? brightestWords(map.values, map.peak) : ''}`,
    );
  const rest = maps.length - words.length;
  return sentence([what, ...words, ...(rest > 0 ? [`and ${rest} more`] : [])]);
}

/** A sentence for the pictures of each layer of a network, or of all of it; '' where none was made. */
export function altOfNetworkRun(network: string, { input, layers, outputs, top }: NetworkRunResult): string {
  if (outputs.some(({ kind }) => kind === 'overview')) {
    const best = (top?.[0] ?? []).map(({ label }) => label);
    return sentence([
      `Overview of ${nameOf(network)} for ${nameOf(input.path)}: the maps that vary most of ${plural(layers.length, 'layer')}`,
      ...layers.map(({ name, shape }) => `${name} ${shape.join('×')}`),
      ...(best.length > 0 ? [`best classes ${best.join(', ')}`] : []),
    ]);
  }
  const drawn = new Set(outputs.filter(({ kind }) => kind !== 'npy').map(({ layer }) => layer));
  return layers
    .filter(({ name }) => drawn.has(name))
    .map(({ name, kind, shape, facts }) =>
      sentence([
        `${plural(facts.channels, 'feature map')} of the layer ${name} (${kind}) of ${nameOf(network)} for ${nameOf(input.path)}`,
        `shape ${shape.join('×')}, ${rangeWords(facts)}`,
        ...(facts.dead === null ? [] : [facts.dead === 0 ? 'all fire' : `${facts.dead} never fire`]),
      ]),
    )
    .join(' ');
}

/** A sentence for the drawing of kernels. */
export function altOfKernels(
  kernels: readonly { readonly name: string; readonly rows: readonly (readonly number[])[] }[],
): string {
  const words = kernels.slice(0, MOST_MAPS).map(({ name, rows }) => {
    const numbers = rows.map((row) => row.map((value) => formatNumber(value)).join(' ')).join(', ');
    const size = `${rows[0].length}×${rows.length}`;
    return rows.length * rows[0].length <= MOST_NUMBERS ? `${name}, ${size}, rows ${numbers}` : `${name}, ${size}`;
  });
  const rest = kernels.length - words.length;
  const what =
    kernels.length === 1
      ? 'Drawing of a kernel with its numbers'
      : `Drawing of ${kernels.length} kernels with their numbers`;
  return sentence([what, ...words, ...(rest > 0 ? [`and ${rest} more`] : [])]);
}

/** A sentence for a sheet of a network's own kernels. */
export function altOfFilters({ network, layer, shape, kernels }: DescribedFilters): string {
  const [M, C, kH, kW] = shape;
  const min = Math.min(...kernels.map((one) => one.min));
  const max = Math.max(...kernels.map((one) => one.max));
  return sentence([
    `Sheet of the ${plural(M, 'kernel')} ${kW}×${kH}×${C} of the layer ${layer} of ${nameOf(network)}`,
    `weights ${rangeWords({ min, max })}, one scale`,
  ]);
}

interface DescribedFilters {
  readonly network: string;
  readonly layer: string;
  readonly shape: readonly number[];
  readonly kernels: readonly { readonly min: number; readonly max: number }[];
}

/** A sentence for the drawing of a network. */
export function altOfArchitecture(
  name: string,
  {
    inputs,
    layers,
    params,
    macs,
  }: {
    readonly inputs: readonly { readonly shape: readonly number[] }[];
    readonly layers: readonly { readonly outShape: readonly number[] }[];
    readonly params: number;
    readonly macs: number;
  },
): string {
  const first = inputs.map(({ shape }) => shape.join('×')).join(' and ');
  return sentence([
    `Drawing of the network ${name}: ${plural(layers.length, 'layer')} from ${first} to ${layers.at(-1)?.outShape.join('×') ?? 'nothing'}`,
    `${groupDigits(params)} parameters, ${groupDigits(macs)} multiply-accumulates`,
  ]);
}

/** A sentence for the picture of the steps of `preprocess --audit`; '' where none was made. */
export function altOfPreprocess({ input, steps, outputs }: PreprocessResult): string {
  if (outputs.every(({ kind }) => kind === 'npy')) return '';
  const words = steps.map(({ name, width, height }) => `${name} ${width}×${height}`);
  return sentence([`Steps that prepare the image ${nameOf(input.path)}`, ...words]);
}

/** A sentence for the picture of one number: patch, kernel and products. */
export function altOfExplanation({ input, network, layer, place, value }: Explanation): string {
  const { channel, x, y } = place;
  const where = x === null ? `unit ${channel}` : `channel ${channel} at (${x}, ${y})`;
  const what = `Patch, kernel and products in cells behind the value of the layer ${layer} of ${network}, ${where}, for ${nameOf(input.path)}`;
  return sentence([what, `the value is ${formatNumber(value, 7)}`]);
}

/** A sentence for an animation of windows that slide. */
export function altOfAnimation(
  { width, height, path }: InputFacts,
  { network, layer }: { readonly network: string; readonly layer: string },
  { scenes, shown }: AnimatedScenes,
): string {
  const words = scenes.map(
    ({ name, words: said, map }) =>
      `${name} (${said}) fills a map of ${map.width}×${map.height} values, ${rangeWords(rangeOf(map.values))}`,
  );
  const what = `Animation in ${plural(shown, 'step')} of the windows that slide to the layer ${layer} of ${network} for the ${width}×${height} image ${nameOf(path)}, products and their sum beside them`;
  return sentence([what, ...words]);
}

interface AnimatedScenes {
  readonly shown: number;
  readonly scenes: readonly {
    readonly name: string;
    readonly words: string;
    readonly map: { readonly width: number; readonly height: number; readonly values: Float32Array };
  }[];
}

function rangeOf(values: Float32Array): { readonly min: number; readonly max: number } {
  return values.reduce(({ min, max }, value) => ({ min: Math.min(min, value), max: Math.max(max, value) }), {
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
  });
}

/** A sentence for the picture of a receptive field. */
export function altOfField({ input, network, layer, at, window, inputSize, outSize, unread }: FieldFacts): string {
  const what = `The ${inputSize.x}×${inputSize.y} input from ${nameOf(input.path)} with the field of the layer ${layer} of ${network} at (${at.x}, ${at.y}) of ${outSize.x}×${outSize.y} outlined, and a heat map of how many fields see each pixel`;
  const sees = `the field spans x ${window.x0} to ${window.x1} and y ${window.y0} to ${window.y1}`;
  return sentence([what, sees, unread === 0 ? 'every pixel is seen' : `${groupDigits(unread)} pixels are never seen`]);
}

const STUDIES: Readonly<Record<string, string>> = {
  gradcam: 'Grad-CAM as a heat map over the image',
  saliency: 'Gradient of the score as a heat map over the image',
  occlude: 'Fall of the score where patches are covered, as a heat map over the image',
  ablate: 'Bars of how the score changes without each channel',
};

/** A sentence for the picture of a study of one class: what it is, and the report's own first lines. */
export function altOfClassStudy(command: string, network: string, path: string, lines: readonly string[]): string {
  const words = lines.slice(0, MOST_MAPS).map((line) => line.trim().replace(/ {2,}/g, ', '));
  return sentence([`${STUDIES[command]} ${nameOf(path)}, through ${network}`, ...words]);
}

/** A sentence for a sheet of the patches that excite channels most. */
export function altOfTop(network: string, layer: string, images: number, lines: readonly string[]): string {
  const words = lines.slice(0, MOST_MAPS).map((line) => line.trim().replace(/ {2,}/g, ', '));
  return sentence([`Patches of ${plural(images, 'image')} that excite ${layer} of ${network} most`, ...words]);
}

/** Joins facts into one sentence. */
function sentence(facts: readonly string[]): string {
  return `${facts.join('; ')}.`;
}

function rangeWords({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? `all ${formatNumber(min)}` : `from ${formatNumber(min)} to ${formatNumber(max)}`;
}

function brightestWords(
  { min, max }: { readonly min: number; readonly max: number },
  { x, y }: { readonly x: number; readonly y: number },
): string {
  return min === max ? '' : `, brightest at (${x}, ${y})`;
}

function firingWords({ firing, count }: { readonly firing: number; readonly count: number }): string {
  return firing === 0
    ? 'nothing fires'
    : `${formatNumber((100 * firing) / count)} % of ${groupDigits(count)} positions fire`;
}

/** A file's own name: never the folders it is in. */
function nameOf(path: string): string {
  return path === '-' ? 'from standard input' : path.split(/[/\\]/).at(-1)!;
}
