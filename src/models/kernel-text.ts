import { CnnvizError } from '../core/errors.js';
import { type Tensor, tensor } from '../core/tensor.js';

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
