import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { shorten } from '../core/text.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
const FIX = 'rows end with ";": "1 0 -1; 1 0 -1; 1 0 -1"';
/** Square kernels of at most this side are spelled out in a message. */
const MOST_SIDE = 3;
/** So much of a kernel's text, and of one of its numbers, is shown in a message. */
const LONGEST_TEXT = 120;
const LONGEST_WORD = 80;
/** Longer texts are not repeated in a fix. */
const LONGEST = 160;

/** One row as it was typed, and its numbers as they were typed. */
interface Row {
  readonly text: string;
  readonly words: readonly string[];
}

/**
 * "1 0 -1; 1 0 -1" → [kH, kW]: spaces or commas between numbers, ";" or line ends between rows, fractions as 1/9, and what
 * numpy, torch, MATLAB and JSON print, brackets and all (JSON also [C, kH, kW] and [M, C/groups, kH, kW]).
 * @throws CnnvizError 'usage' for what could be read in two ways: decimal commas, n² numbers in one row ("1 2 2 1;" is one)
 */
export function parseInlineKernel(text: string): Tensor {
  const plain = unwrapped(text.replace(/[−–]/g, '-').trim());
  refuseSize(plain, text);
  if (/^\[\s*\[/.test(plain)) return bracketed(plain, text);
  const inner = plain.replace(/^\[(.*)\]$/s, '$1').trim();
  refuseSemicolonCells(inner, text);
  const rows = rowsOf(inner.split(/[;\n]/));
  if (rows.length === 0) throw refusal(text, 'expected numbers', FIX);
  refuseCommas(rows, text, true);
  if (!/;$/.test(inner)) refuseSlashes(rows, text);
  const weight = matrix(rows, text);
  if (!/;$/.test(inner)) refuseSquare(rows, text);
  return weight;
}

/** Without the call around it: np.array(…), tensor(…). */
function unwrapped(text: string): string {
  return text.replace(/^(?:\w+\.)?(?:array|tensor|matrix)\((.*?)(?:,\s*(?:dtype|device)=[^)]*)?\)$/s, '$1').trim();
}

function rowsOf(lines: readonly string[]): Row[] {
  return lines
    .map((line) => ({ text: line.trim(), words: line.split(/[\s,]+/).filter(Boolean) }))
    .filter(({ words }) => words.length > 0);
}

function matrix(rows: readonly Row[], text: string): Tensor {
  const width = rows[0].words.length;
  const values = rows.flatMap(({ words }, r) => {
    if (words.length !== width) {
      throw refusal(text, `row ${r + 1} has ${plural(words.length, 'number')}, row 1 has ${width}`, FIX);
    }
    return words.map((word) => numberOf(word, r, text));
  });
  return tensor(Float32Array.from(values), [rows.length, width]);
}

/** Rows in brackets of their own: as JSON, else as numpy prints them. */
function bracketed(plain: string, text: string): Tensor {
  const lists = [...plain.matchAll(/\[([^[\]]*)\]/g)].map(([, inside]) => inside);
  refuseCommas(rowsOf(lists), text, false);
  let nested = plain;
  try {
    JSON.parse(plain);
  } catch {
    nested = '';
  }
  if (nested !== '') return ofJson(nested, text);
  if (/\[\s*\[\s*\[/.test(plain) || !/\]\s*\]$/.test(plain)) {
    throw refusal(text, 'expected rows of numbers in brackets', '"[[1, 0, -1], [1, 0, -1]]", or "1 0 -1; 1 0 -1"');
  }
  if (lists.some((inside) => inside.trim() === '')) throw refusal(text, 'a row is empty', FIX);
  return matrix(rowsOf(lists), text);
}

function ofJson(json: string, text: string): Tensor {
  try {
    return parseKernelJson(json).weight;
  } catch (error) {
    throw error instanceof CnnvizError ? refusal(text, error.message, error.fix ?? FIX) : error;
  }
}

function numberOf(word: string, row: number, text: string): number {
  const [above, below, ...rest] = word.split('/');
  const value = below === undefined ? Number(above) : Number(above) / Number(below);
  const wellFormed = rest.length === 0 && NUMBER.test(above) && (below === undefined || NUMBER.test(below));
  if (!wellFormed || !Number.isFinite(Math.fround(value))) {
    const fix = /[/÷*]/.test(word) ? 'a fraction is one number: "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9"' : FIX;
    throw refusal(text, `row ${row + 1}: expected a finite number, got "${shorten(word, LONGEST_WORD)}"`, fix);
  }
  return value;
}

/** "3x3" says how large a kernel is, not what is in it. */
function refuseSize(plain: string, text: string): void {
  const size = /^(\d+)\s*[x×*]\s*(\d+)$/i.exec(plain);
  if (!size) return;
  throw refusal(
    text,
    'a size alone is no kernel, which needs its numbers',
    `a name such as edge3x3 or box3 (\`cnnviz kernels\`), numbers ("1 0 -1; 1 0 -1; 1 0 -1") or a piece of the image: --patch 0,0,${size[1]},${size[2]}`,
  );
}

/** Lines whose single numbers have ";" between them: a table of another program, where ";" ends no row. */
function refuseSemicolonCells(plain: string, text: string): void {
  const lines = plain.split('\n').map((line) => line.trim().replace(/;$/, ''));
  const isTable = lines.length > 1 && lines.some((line) => line.includes(';'));
  if (!isTable || !lines.every((line) => line.split(';').every((cell) => !/\S\s+\S/.test(cell.trim())))) return;
  const rows = lines.map((line) => line.split(';').map((cell) => cell.trim().replace(',', '.')));
  throw refusal(text, '";" stands between the numbers of a line, but ends a row', spelling(rows));
}

/**
 * Commas that are no separators: "0,1 0,2" beside spaces, "0,1, 0,2", "-0,5", or every row a single 0,5 (`mayBeOne`: not
 * in brackets, where a comma always separates). A text in which a comma may be both is not guessed.
 */
function refuseCommas(rows: readonly Row[], text: string, mayBeOne: boolean): void {
  const mixed = rows.find(({ text: row }) => {
    const tight = /[^\s,],[^\s,]/.test(row);
    return tight && /[^\s,]\s+[^\s,]|,\s+[^\s,]/.test(row.replace(/\s+,/g, ','));
  });
  const negativeZero = rows.find(({ text: row }) => /(^|[\s,])[+-]0,\d/.test(row));
  const pairs = rows.every(({ text: row }) => DECIMAL_COMMA.test(row));
  const zeros = rows.filter(({ text: row }) => /^[+-]?0,/.test(row)).length;
  // "0,1; 1,0" is a 2×2; a column of more rows that has a 0,5 is none of two columns that people type
  const single = mayBeOne && pairs && (rows.length === 1 || zeros === rows.length || (rows.length > 2 && zeros > 0));
  if (mixed === undefined && negativeZero === undefined && !single) return;
  const points = rows.map(({ text: row }) => pointed(row));
  const spaced = rows.map(({ words }) => words);
  const areNumbers = points.every((row) => row.every((cell) => NUMBER.test(cell)));
  throw refusal(
    text,
    'a comma may be a decimal point or stand between numbers',
    `${areNumbers ? `with decimal points ${spelling(points)}, or ` : ''}with spaces between the numbers ${spelling(spaced)}`,
  );
}

/** "1 0 -1/1 0 -1": slashes that part one line into rows of one length, unless they are fractions. */
function refuseSlashes([row, ...others]: readonly Row[], text: string): void {
  if (others.length > 0 || !row.text.includes('/')) return;
  const parts = rowsOf(row.text.split('/')).map(({ words }) => words);
  const [first] = parts;
  if (first.length < 2 || parts.some(({ length }) => length !== first.length)) return;
  throw refusal(
    text,
    '"/" may end a row or make a fraction',
    `rows are ${spelling(parts)}; a single row with fractions ends with ";": "${row.words.join(' ')};"`,
  );
}

/** The numbers of a row whose commas are decimal points: those between digits that no space follows. */
function pointed(row: string): string[] {
  const cells = /\s/.test(row) ? row.split(/,\s+|\s+/) : (row.match(/[^,]+(?:,[^,]+)?/g) ?? []);
  return cells.filter(Boolean).map((cell) => cell.replace(',', '.'));
}

/** Whether so many numbers fill a square kernel of more than one. */
function isSquare(count: number): boolean {
  return count > 1 && Number.isInteger(Math.sqrt(count));
}

/** n² numbers one after another, or one below another, are an n×n kernel whose rows were not said; a final ";" says one row. */
function refuseSquare(rows: readonly Row[], text: string): void {
  const count =
    rows.length === 1 ? rows[0].words.length : rows.every(({ words }) => words.length === 1) ? rows.length : 0;
  const side = Math.sqrt(count);
  const isColumn = rows.length > 1;
  if (!isSquare(count) || (isColumn && !text.includes(';'))) return;
  const numbers = rows.flatMap(({ words }) => words);
  const square = Array.from({ length: side }, (_, r) => numbers.slice(r * side, (r + 1) * side));
  const meant = side <= MOST_SIDE ? spelling(square) : `rows with ";" behind each ${side} numbers`;
  const line = isColumn ? 'column' : 'row';
  throw refusal(
    text,
    `${count} numbers in one ${line}, which a ${side}×${side} kernel also has`,
    `a ${side}×${side} kernel is ${meant}; a single ${line} ends with ";": ${spelling(isColumn ? numbers.map((one) => [one]) : [numbers])}`,
  );
}

/** "1 0 -1; 1 0 -1", as it is typed, with the final ";" where it needs one; long ones are told in words. */
function spelling(rows: readonly (readonly string[])[]): string {
  const isLine = rows.length === 1 || rows.every(({ length }) => length === 1);
  const end = isLine && isSquare(rows.flat().length) ? ';' : '';
  const whole = rows.map((row) => row.join(' ')).join('; ');
  return whole.length > LONGEST ? 'rows of numbers with ";" behind each' : `"${whole}${end}"`;
}

function refusal(text: string, what: string, fix: string): CnnvizError {
  const shown = text.replace(/\s*\n\s*/g, ' ⏎ ').trim();
  const short = shorten(shown, LONGEST_TEXT);
  return new CnnvizError('usage', `kernel "${short}": ${what}`, { fix });
}

const EVEN = 'every level holds arrays of one length, the innermost numbers only';

/** A kernel file in JSON: nested arrays of 2, 3 or 4 levels, or { name, weight }. @throws CnnvizError 'format' */
export function parseKernelJson(text: string): { name: string | null; weight: Tensor } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CnnvizError('format', `not JSON: ${(cause as Error).message}`, { cause });
  }
  let name: string | null = null;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const { name: given, weight } = value as { name?: unknown; weight?: unknown };
    if (given !== undefined && typeof given !== 'string') throw new CnnvizError('format', 'name: expected a text');
    name = given ?? null;
    value = weight;
  }
  const shape = shapeOf(value);
  if (shape.length < 2 || shape.length > 4 || shape.some((side) => side === 0)) {
    throw new CnnvizError('format', `expected nested arrays of 2, 3 or 4 levels, got [${shape.join(', ')}]`, {
      fix: '[[1, 0, -1], [1, 0, -1], [1, 0, -1]] or {"name": "mine", "weight": [[…]]}',
    });
  }
  const values: number[] = [];
  collect(value, shape, '', values);
  return { name, weight: tensor(Float32Array.from(values), shape) };
}

/** The sides along the first element of each level; more than five levels are not looked into. */
function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level) && shape.length < 6; level = level[0]) shape.push(level.length);
  return shape;
}

/** What was found, short enough for a message. JSON has no word for a number that overflowed. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'number' ? String(value) : (JSON.stringify(value)?.slice(0, 40) ?? 'nothing');
}

function collect(value: unknown, [side, ...inner]: readonly number[], place: string, into: number[]): void {
  if (!Array.isArray(value) || value.length !== side) {
    const found = Array.isArray(value) ? `${value.length}` : shown(value);
    throw new CnnvizError('format', `weight${place}: expected an array of ${side}, got ${found}`, { fix: EVEN });
  }
  value.forEach((entry: unknown, i) => {
    if (inner.length > 0) collect(entry, inner, `${place}[${i}]`, into);
    else if (typeof entry !== 'number' || !Number.isFinite(Math.fround(entry))) {
      throw new CnnvizError('format', `weight${place}[${i}]: expected a finite number, got ${shown(entry)}`, {
        fix: EVEN,
      });
    } else into.push(entry);
  });
}

/** The JSON that parseKernelJson reads. */
export function kernelToJson(name: string, weight: Tensor): string {
  const nest = (shape: readonly number[], start: number): unknown => {
    const [side, ...inner] = shape;
    if (side === undefined) return weight.data[start];
    const step = inner.reduce((product, length) => product * length, 1);
    return Array.from({ length: side }, (_, i) => nest(inner, start + i * step));
  };
  return `${JSON.stringify({ name, weight: nest(weight.shape, 0) })}\n`;
}
