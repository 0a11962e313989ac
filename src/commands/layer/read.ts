import { arg, command } from '../../cli/command.js';
import { flag } from '../../cli/flags.js';
import { parsePosition } from '../../cli/parse.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { clippedWords, formatNumber, groupDigits } from '../../core/text.js';
import type { ReadMap } from '../../run/read-map.js';

/** Said where values are stored that a picture does not hold. */
const LIMITS = "values that were clipped are stored as the scale's limits";

/** `cnnviz read`: from greys back to values, from a picture back to its command. */
export const read = command({
  name: 'read',
  description:
    'Give back the values behind a PNG that cnnviz wrote (or a .npy array), and the command that made it. --recipe gives the command of every picture: maps, sheets, drawings, animations.',
  examples: `Examples:
  cnnviz read photo.edge3x3.png
  cnnviz read photo.edge3x3.png --at 188,42
  cnnviz read photo.edge3x3.strip.png --recipe
  cnnviz read photo.edge3x3.png -o photo.npy
`,
  args: { map: arg.one('a feature map as .png or .npy, or - for standard input') },
  flags: {
    at: flag.each(
      '--at <x,y>',
      'the value at this position; may be repeated',
      parsePosition,
      ({ x, y }) => `${x},${y}`,
    ),
    channel: flag.whole('--channel <n>', 'which map of a .npy array, counted from 0', 0, '0'),
    recipe: flag.on('--recipe', 'only the command that makes this picture again'),
  },
  output: { endings: ['.npy'], what: 'the array', about: 'write the values as float32: FILE.npy', draws: false },
  async answer({ map: path, flags: { at, channel, recipe } }, frame) {
    const name = path === '-' ? 'standard input' : path;
    const { baseName, extensionOf } = await import('../../io/paths.js');
    const stem = path === '-' ? 'stdin' : baseName(path).slice(0, -extensionOf(path).length || undefined);
    const input = { path, name: stem, ext: extensionOf(path), relative: '' };
    const place = frame.place({ name: `${stem}.npy`, inputs: [input], always: false });
    const { readMap, readRecipe } = await import('../../run/read-map.js');
    const failed = (error: unknown): never => {
      throw atPlace(name, error);
    };
    if (recipe) {
      const made = await readRecipe(path).catch(failed);
      if (made === null)
        throw new CnnvizError('unsupported', `${path}: an array carries no recipe`, { fix: 'read a .png map' });
      const line = commandLine(made.args);
      return { lines: [line], document: () => ({ path, note: made, command: line }) };
    }
    const map = await readMap(path).catch(failed);
    const plane = choosePlane(map, channel);
    const points = at.map((position) => pointAt(map, plane, position));
    const { note, halfStep, values } = map;
    const made = note && commandLine(note.args);
    const { writeNpy } = await import('../../models/npy.js');
    return {
      lines:
        points.length > 0 ? points.map((point) => pointWords(point, map, frame.style.dim)) : describe(name, map, made),
      document: () => ({ path, shape: values.shape, halfStep, note, command: made, points }),
      files: place === null ? [] : [{ place, bytes: () => writeNpy(values) }],
      notes: place !== null && note !== null && note.clipped.below + note.clipped.above > 0 ? [LIMITS] : [],
    };
  },
});

interface Point {
  readonly x: number;
  readonly y: number;
  readonly value: number;
  /** The grey was the darkest or brightest of a clipped scale: the value lies at or beyond the limit. */
  readonly clipped: 'below' | 'above' | null;
}

/** One [oH, oW] plane of the values. */
function choosePlane({ values }: ReadMap, index: number): { width: number; height: number; data: Float32Array } {
  const [height, width] = values.shape.length < 2 ? [1, values.data.length] : values.shape.slice(-2);
  const size = width * height;
  const planes = size === 0 ? 0 : values.data.length / size;
  if (index >= planes) {
    throw new CnnvizError('usage', `--channel ${index}: there are ${planes} maps, counted from 0`);
  }
  return { width, height, data: values.data.subarray(index * size, (index + 1) * size) };
}

function pointAt(
  map: ReadMap,
  plane: { width: number; height: number; data: Float32Array },
  { x, y }: { readonly x: number; readonly y: number },
): Point {
  if (x >= plane.width || y >= plane.height) {
    throw new CnnvizError('usage', `--at ${x},${y} lies outside the ${plane.width}×${plane.height} map`, {
      fix: `x from 0 to ${plane.width - 1}, y from 0 to ${plane.height - 1}`,
    });
  }
  const value = plane.data[y * plane.width + x];
  const { note } = map;
  const atLow = note && note.clipped.below > 0 && value <= Math.fround(note.lo);
  const atHigh = note && note.clipped.above > 0 && value >= Math.fround(note.hi);
  return { x, y, value, clipped: atLow ? 'below' : atHigh ? 'above' : null };
}

function pointWords({ value, clipped }: Point, { halfStep, depth }: ReadMap, dim: (text: string) => string): string {
  if (depth === 32) return `${value}   ${dim('(exact float32)')}`;
  if (clipped) {
    // what is not clipped may share the last grey, half a step inside
    const [sign, limit] = clipped === 'below' ? ['≤', value + halfStep] : ['≥', value - halfStep];
    return `${sign} ${formatNumber(limit, 4)}   ${dim('(clipped when it was written)')}`;
  }
  const more = depth === 8 ? '; --depth 16 or --format npy keep more' : '';
  const step = dim(`(${depth}-bit step ${formatNumber(2 * halfStep, 2)}${more})`);
  return `${formatNumber(value, 4)} ± ${formatNumber(halfStep, 2)}   ${step}`;
}

function describe(name: string, { values, note, halfStep, depth }: ReadMap, made: string | null): string[] {
  if (!note) return [`${name}  float32 array [${values.shape.join(', ')}]`, '  --at x,y prints a value'];
  const [height, width] = values.shape;
  return [
    `${name}  ${width}×${height}, map ${note.map} of ${note.input.name}`,
    `  values ${formatNumber(note.lo)} … ${formatNumber(note.hi)} in ${2 ** depth} greys: step ${formatNumber(2 * halfStep, 2)}`,
    `  ${lostWords(note, values.data.length)}`,
    `  made by: ${made}`,
  ];
}

/** "darkest 1 % and brightest 1 % clipped (1,356 below, 1,356 above)", "nothing clipped" */
function lostWords({ clipped, colormap }: NonNullable<ReadMap['note']>, of: number): string {
  const { below, above, nan } = clipped;
  const lost = clippedWords({ below, above, of }, colormap);
  const words = [
    lost === '' ? '' : `${lost} (${groupDigits(below)} below, ${groupDigits(above)} above)`,
    nan === 0 ? '' : `${groupDigits(nan)} NaN`,
  ];
  return words.filter(Boolean).join(', ') || 'nothing clipped';
}

function commandLine(args: readonly string[]): string {
  return `cnnviz ${args.map(quote).join(' ')}`;
}

/** A word as a shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
