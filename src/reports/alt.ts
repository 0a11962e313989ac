import { formatNumber, groupDigits } from '../core/format.js';
import { plural } from '../core/geometry.js';
import type { ProductKind } from '../core/job.js';
import type { LayerResult } from '../core/network-result.js';
import type { MapResult, RunResult } from '../core/result.js';
import type { SweepMap, SweepResult } from '../core/sweep.js';

/** At most this many maps are described one by one. */
const MOST_MAPS = 4;

/**
 * A sentence that describes the pictures of `conv` to somebody who cannot see them, from the facts of the run: kernel,
 * sizes, range, the brightest place, how much fires. No path, only the file's own name.
 */
export function altOfRun({ input, banks }: RunResult, kind: ProductKind): string {
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

/** A sentence for the sheet of one layer of a network. */
export function altOfLayer(network: string, input: string, layer: LayerResult): string {
  return sentence([
    `Feature maps of the layer ${layer.name} (${layer.kind}) of ${nameOf(network)} for ${nameOf(input)}`,
    `shape ${layer.shape.join('×')}`,
    rangeWords(layer.facts),
  ]);
}

/** Joins facts into one sentence. */
export function sentence(facts: readonly string[]): string {
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
