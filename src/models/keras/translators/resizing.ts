import type { ResizeLayer } from '../../../layers/spatial/resized-axes.js';
import { shapedAs } from '../arrays.js';
import { inside, type Maps, mapsOf } from '../axes.js';
import type { KerasValue, LayerCall, Made, Term, Translator } from '../layer-call.js';
import { aligned } from './merge.js';
import { floatsInside } from './normalization.js';

const RESIZE = {
  kind: 'resize',
  axes: null,
  keepAspectRatio: 'stretch',
  cubicCoeffA: -0.5,
  excludeOutside: false,
  antialias: false,
  extrapolationValue: 0,
} as const;

/** As TensorFlow 2 resizes: pixel 0 lies at ½, and nearest is the pixel that a place lies in. */
const METHODS: ReadonlyMap<string, ResizeLayer> = new Map<string, ResizeLayer>([
  ['nearest', { ...RESIZE, mode: 'nearest', coordinateMode: 'tf_half_pixel_for_nn', nearestMode: 'floor' }],
  ['bilinear', { ...RESIZE, mode: 'linear', coordinateMode: 'half_pixel', nearestMode: 'floor' }],
]);

/** Each pixel `factors` times; that needs no rule for what is nearest. */
const REPEATED: ResizeLayer = { ...RESIZE, mode: 'nearest', coordinateMode: 'asymmetric', nearestMode: 'floor' };

/** UpSampling1D, 2D, 3D: as many times the pixels along each axis. */
function upSampling(axes: 1 | 2 | 3): Translator {
  return (call) => {
    const { fields } = call;
    const factors = fields.wholes('size', axes, 2);
    const method = axes === 2 ? fields.text('interpolation', 'nearest') : 'nearest';
    const layer = method === 'nearest' ? REPEATED : METHODS.get(method);
    if (!layer) throw call.refuse(`interpolation "${method}" is not computed`);
    if (method !== 'nearest') refuseOldPixels(call);
    const maps = mapsOf(call, axes);
    const scales = call.floats('scales', [1, 1, ...factors]);
    const term = call.add('resize', layer, [maps.term, null, scales, null]);
    const sides = maps.sides.map((side, i) => (side === null ? null : side * factors[i]));
    return maps.made(term, maps.C, sides);
  };
}

/** TensorFlow 1 had pixel 0 at 0, and Keras of its day took either. */
function refuseOldPixels({ writer: { version }, refuse }: LayerCall): void {
  if (version === null || !/^(?:1\.|2\.[0-2]\.|2\.3\.[01]$)/.test(version)) return;
  throw refuse(
    `Keras ${version} resized by one of two rules, and does not say which`,
    'save it again with a newer Keras',
  );
}

/** Maps resized to height and width. */
export function resized(call: LayerCall, { term, made, C }: Maps, sides: readonly number[], method: string): Made {
  const layer = METHODS.get(method);
  if (!layer) throw call.refuse(`interpolation "${method}" is not computed`);
  const sizes = call.integers('sizes', sides);
  const result = call.add('resize', { ...layer, axes: [2, 3] }, [term, null, null, sizes]);
  return made(result, C, sides);
}

/** Resizing to a height and width, whatever they were. */
const resizing: Translator = (call) => {
  const { fields } = call;
  for (const field of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias']) {
    if (fields.flag(field, false)) throw call.refuse(field);
  }
  for (const field of ['fill_mode', 'fill_value', 'bounding_box_format']) fields.raw(field);
  const value = call.x();
  const maps = mapsOf(call, 2, value);
  const term = value.dtype === 'float32' ? maps.term : call.add('cast', { kind: 'cast', to: 'float32' }, [maps.term]);
  const sides = [fields.whole('height'), fields.whole('width')];
  if (sides.some((side) => side < 1)) throw fields.wrong('height', 'sides from 1');
  return resized(call, { ...maps, term }, sides, fields.text('interpolation', 'bilinear').toLowerCase());
};

/** The middle of larger maps. */
const centerCrop: Translator = (call) => {
  const { fields } = call;
  const wanted = [fields.whole('height'), fields.whole('width')];
  const maps = mapsOf(call, 2);
  const starts = maps.sides.map((side, i) => {
    if (side === null) throw call.refuse('the sides of its input are open');
    if (side < wanted[i] || wanted[i] < 1)
      throw call.refuse(`a side of ${side} is resized to ${wanted[i]} before it is cropped`);
    return Math.floor((side - wanted[i]) / 2);
  });
  const ends = starts.map((start, i) => start + wanted[i]);
  const term = call.add('crop', { kind: 'slice' }, [
    maps.term,
    call.integers('starts', starts),
    call.integers('ends', ends),
    call.integers('axes', [2, 3]),
  ]);
  return maps.made(term, maps.C, wanted);
};

/** x · scale + offset; each one number, or one for each channel. */
const rescaling: Translator = (call) => {
  const value = call.x();
  const { shape } = value;
  const [scale, offset] = ['scale', 'offset'].map((field) => numbersOf(call, field, value));
  const { term, isFirst } = floatsInside(call, value);
  const rank = shape?.length ?? 0;
  const spread = (suffix: string, numbers: readonly number[]): Term => {
    const behind = isFirst && rank > 2 ? new Array<number>(rank - 2).fill(1) : [];
    return call.floats(suffix, numbers, numbers.length === 1 ? [] : [numbers.length, ...behind]);
  };
  const isNothing = offset.every((one) => one === 0);
  const scaled = call.add('mul', { kind: 'mul' }, [term, spread('scale', scale)]);
  const moved = isNothing ? scaled : call.add('add', { kind: 'add' }, [scaled, spread('offset', offset)]);
  return { term: moved, shape, isFirst };
};

function numbersOf({ fields }: LayerCall, field: string, { shape }: KerasValue): readonly number[] {
  const told = fields.raw(field) ?? 0;
  const list = Array.isArray(told) ? told : [told];
  const fits = list.length === 1 || list.length === (shape?.at(-1) ?? null);
  if (fits && list.every((one) => typeof one === 'number' && Number.isFinite(one))) return list as number[];
  throw fields.wrong(field, 'a number, or one for each channel');
}

/** A layer of a scale that it has learnt for each channel. gamma [C] */
const layerScale: Translator = (call) => {
  const { fields } = call;
  const C = fields.whole('projection_dim');
  fields.raw('init_values');
  const value = call.x();
  const [gamma] = call.weights([['gamma', [C]]]);
  const { term, isFirst } = inside(call, value);
  const behind = isFirst ? new Array<number>((value.shape?.length ?? 4) - 2).fill(1) : [];
  const scale = call.parameter('gamma', shapedAs(gamma, [C, ...behind]));
  return { term: call.add('scale', { kind: 'mul' }, [term, scale]), shape: value.shape, isFirst };
};

/** Drops whole branches while it learns. */
const stochasticDepth: Translator = (call) => {
  call.fields.raw('drop_path_rate');
  const value = call.x();
  const { term, isFirst } = inside(call, value);
  return { term, shape: value.shape, isFirst };
};

/** a + b · scale. Source: keras, applications/inception_resnet_v2.py */
const scaledSum: Translator = (call) => {
  if (call.inputs.length !== 2) throw call.refuse(`${call.inputs.length} inputs: expected 2`);
  const { terms, shape, isFirst } = aligned(call, call.inputs, true);
  const scaled = call.add('scale', { kind: 'mul' }, [
    terms[1],
    call.floats('factor', [call.fields.number('scale', 1)], []),
  ]);
  return { term: call.add('add', { kind: 'add' }, [terms[0], scaled]), shape, isFirst };
};

export const RESIZING: Readonly<Record<string, Translator>> = {
  UpSampling1D: upSampling(1),
  UpSampling2D: upSampling(2),
  UpSampling3D: upSampling(3),
  Resizing: resizing,
  CenterCrop: centerCrop,
  Rescaling: rescaling,
};

/** Layers of keras.applications, which are Keras's only where the configuration says so. */
export const OF_APPLICATIONS: Readonly<Record<string, Translator>> = {
  LayerScale: layerScale,
  StochasticDepth: stochasticDepth,
  CustomScaleLayer: scaledSum,
};
