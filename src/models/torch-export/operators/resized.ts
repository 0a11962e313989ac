import { type AtenNode, type Attributes, ints, text, type Writer } from '../aten-node.js';

const COORDINATES = (aligned: boolean): string => (aligned ? 'align_corners' : 'half_pixel');

/** Where a pixel of the output lies, and what is taken there. Source: aten/src/ATen/native/UpSample.h */
function modeOf(node: AtenNode, mode: 'nearest' | 'linear' | 'cubic'): Attributes {
  if (mode === 'nearest') {
    return {
      mode: text(mode),
      coordinate_transformation_mode: text('asymmetric'),
      nearest_mode: text('floor'),
    };
  }
  return { mode: text(mode), coordinate_transformation_mode: text(COORDINATES(node.bool('align_corners', false))) };
}

/**
 * A map in another size, given or by factors. torch puts the pixels by the factor where it is given: a size that is no
 * whole multiple of it would put them elsewhere.
 */
function resize(mode: 'nearest' | 'linear' | 'cubic', axes: number, input: 'input' | 'self'): Writer {
  return (node) => {
    const x = node.tensor(input);
    if (node.rank(x) !== axes + 2) throw node.refuse(`an input of ${node.rank(x)} axes: expected ${axes + 2}`);
    const along = Array.from({ length: axes }, (_, i) => i + 2);
    const attributes = { ...modeOf(node, mode), axes: ints(along) };
    const factors = factorsOf(node, axes);
    const sizes = node.sizesOf('output_size');
    if (factors === null) {
      if (sizes === null) throw node.refuse('neither a size nor a factor');
      node.emit('Resize', [x, null, null, node.sizes(sizes)], attributes);
      return;
    }
    if (factors.length !== axes) throw node.refuse(`${factors.length} factors for ${axes} axes`);
    const inexact = factors.find((factor) => !(factor > 0) || !Number.isInteger(Math.max(factor, 1 / factor)));
    if (inexact !== undefined) throw node.refuse(`a factor of ${inexact}: expected a whole number, or one part of one`);
    const sides = along.map((axis) => {
      const side = node.side(x, axis);
      const factor = factors[axis - 2];
      if (factor >= 1) return node.compute('Mul', side, factor);
      if (typeof side !== 'number' || side % (1 / factor) !== 0) {
        throw node.refuse(`a side that may not be a multiple of ${1 / factor}, made smaller`);
      }
      return side * factor;
    });
    if (sizes?.some((size, i) => typeof size === 'number' && typeof sides[i] === 'number' && size !== sides[i])) {
      throw node.refuse('a size that is not the factor times the side');
    }
    node.emit('Resize', [x, null, null, node.sizes(sides)], attributes);
  };
}

/** Of `scale_factors`, or of what decompositions write, scales_h and scales_w; null: a size alone. */
function factorsOf(node: AtenNode, axes: number): readonly number[] | null {
  const list = node.floats('scale_factors');
  if (list !== null) return list;
  const names = axes === 1 ? ['scales'] : ['scales_d', 'scales_h', 'scales_w'].slice(3 - axes);
  const given = names.filter((name) => node.has(name));
  return given.length === 0 ? null : given.map((name) => node.float(name));
}

function both(name: string, mode: 'nearest' | 'linear' | 'cubic', axes: number): [string, Writer][] {
  return [
    [`${name}.vec`, resize(mode, axes, 'input')],
    [`${name}.default`, resize(mode, axes, 'self')],
  ];
}

export const RESIZED: Readonly<Record<string, Writer>> = Object.fromEntries([
  ...both('upsample_nearest1d', 'nearest', 1),
  ...both('upsample_nearest2d', 'nearest', 2),
  ...both('upsample_nearest3d', 'nearest', 3),
  ...both('upsample_linear1d', 'linear', 1),
  ...both('upsample_bilinear2d', 'linear', 2),
  ...both('upsample_bicubic2d', 'cubic', 2),
]);
