import { parsePosition, parseWhole } from '../../cli/parse.js';
import { openTerminal } from '../../cli/terminal.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { formatNumber } from '../../core/text.js';
import { writeAtomic } from '../../io/files.js';
import { writeNpy } from '../../models/npy.js';
import { type ReadMap, readMap } from '../../run/read-map.js';

interface ReadFlags {
  readonly at: readonly string[];
  readonly channel: string;
  readonly recipe: boolean;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly value: number;
  /** The grey was the darkest or brightest of a clipped scale: the value lies at or beyond the limit. */
  readonly clipped: 'below' | 'above' | null;
}

/** `cnnviz read`: prints, or exports, the values behind a map. */
export async function runRead(path: string, flags: ReadFlags): Promise<void> {
  const terminal = await openTerminal({ quiet: flags.quiet, reserveStdout: flags.json });
  const map = await readMap(path).catch((error) => {
    throw atPlace(path === '-' ? 'standard input' : path, error);
  });
  const plane = choosePlane(map, flags);
  const points = flags.at.map((text) => pointAt(map, plane, text));
  const command = map.note && `cnnviz ${map.note.args.map(quote).join(' ')}`;
  if (flags.recipe) {
    if (!command)
      throw new CnnvizError('unsupported', `${path}: an array carries no recipe`, { fix: 'read a .png map' });
    terminal.print(command);
    return;
  }
  if (flags.out !== undefined) {
    if (!flags.out.toLowerCase().endsWith('.npy')) {
      throw new CnnvizError('usage', `${flags.out}: values are written as .npy`, { fix: '-o FILE.npy' });
    }
    await writeAtomic(flags.out, writeNpy(map.values), { clobber: flags.clobber });
  }
  if (flags.json) {
    const { note, halfStep, values } = map;
    const document = { path, shape: values.shape, halfStep, note, command, points };
    await terminal.send(new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`));
    return;
  }
  for (const point of points) terminal.print(pointWords(point, map, terminal.style.dim));
  if (points.length === 0) for (const line of describe(path, map, command)) terminal.print(line);
  if (flags.out !== undefined) terminal.print(`wrote ${terminal.style.strong(flags.out)}`);
}

/** One [oH, oW] plane of the values. */
function choosePlane(
  { values }: ReadMap,
  { channel }: ReadFlags,
): { width: number; height: number; data: Float32Array } {
  const [height, width] = values.shape.length < 2 ? [1, values.data.length] : values.shape.slice(-2);
  const size = width * height;
  const planes = size === 0 ? 0 : values.data.length / size;
  const index = parseWhole('--channel', channel, 0);
  if (index >= planes) {
    throw new CnnvizError('usage', `--channel ${index}: there are ${planes} maps, counted from 0`);
  }
  return { width, height, data: values.data.subarray(index * size, (index + 1) * size) };
}

function pointAt(map: ReadMap, plane: { width: number; height: number; data: Float32Array }, text: string): Point {
  const { x, y } = parsePosition('--at', text);
  if (x >= plane.width || y >= plane.height) {
    throw new CnnvizError('usage', `--at ${x},${y} lies outside the ${plane.width}×${plane.height} map`, {
      fix: `x from 0 to ${plane.width - 1}, y from 0 to ${plane.height - 1}`,
    });
  }
  const value = plane.data[y * plane.width + x];
  const { note } = map;
  const atLow = note && note.clipped.below > 0 && value <= note.lo;
  const atHigh = note && note.clipped.above > 0 && value >= Math.fround(note.hi);
  return { x, y, value, clipped: atLow ? 'below' : atHigh ? 'above' : null };
}

function pointWords({ value, clipped }: Point, { halfStep, depth }: ReadMap, dim: (text: string) => string): string {
  if (depth === 32) return `${value}   ${dim('(exact float32)')}`;
  if (clipped)
    return `${clipped === 'below' ? '≤' : '≥'} ${formatNumber(value)}   ${dim('(clipped when it was written)')}`;
  const more = depth === 8 ? '; --depth 16 or --format npy keep more' : '';
  const step = dim(`(${depth}-bit step ${formatNumber(2 * halfStep, 2)}${more})`);
  return `${formatNumber(value, 4)} ± ${formatNumber(halfStep, 2)}   ${step}`;
}

function describe(path: string, { values, note, halfStep, depth }: ReadMap, command: string | null): string[] {
  const name = path === '-' ? 'standard input' : path;
  if (!note) return [`${name}  float32 array [${values.shape.join(', ')}]`, '  --at x,y prints a value'];
  const [height, width] = values.shape;
  const { below, above, nan } = note.clipped;
  const lost = below + above + nan;
  return [
    `${name}  ${width}×${height}, map ${note.map} of ${note.input.name}`,
    `  values ${formatNumber(note.lo)} … ${formatNumber(note.hi)} in ${2 ** depth} greys: step ${formatNumber(2 * halfStep, 2)}`,
    `  ${lost === 0 ? 'nothing clipped' : `${below} clipped below, ${above} above, ${nan} NaN`}`,
    `  made by: ${command}`,
  ];
}

/** A word as a shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
