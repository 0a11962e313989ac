import type { Pads, Pair } from '../../../core/geometry.js';
import { type Maps, mapsOf } from '../axes.js';
import type { LayerCall, Term, Translator } from '../layer-call.js';
import { paddingOf, samePads, slidSides, type Windows } from './windows.js';

/** No pool that means anything is larger, and what is larger still counts all of its window. */
const LARGEST = 4096;

/** MaxPooling and AveragePooling over one to three axes; a mean counts no padding. Source: keras.io/api/layers/pooling_layers */
function pool(kind: 'max' | 'avg', axes: 1 | 2 | 3): Translator {
  return (call) => {
    const { fields } = call;
    const kernel = fields.wholes('pool_size', axes, 2);
    const stride = fields.has('strides') ? fields.wholes('strides', axes, 1) : kernel;
    fields.raw('strides');
    if (kernel.some((side) => side > LARGEST)) throw fields.wrong('pool_size', `sides of at most ${LARGEST}`);
    const windows: Windows = { kernel, stride, dilation: kernel.map(() => 1), padding: paddingOf(call) };
    const maps = mapsOf(call, axes);
    return maps.made(slid(call, kind, maps, windows), maps.C, slidSides(call, maps.sides, windows, 'pool_size'));
  };
}

function slid(call: LayerCall, kind: 'max' | 'avg', { term, sides }: Maps, windows: Windows): Term {
  const { kernel, stride, dilation } = windows;
  const padding = windows.padding === 'same' ? 'same' : 'valid';
  const pads = sides.map((side, i) => {
    if (padding === 'valid') return [0, 0] as const;
    return side === null ? null : samePads(side, kernel[i], stride[i]);
  });
  const suffix = `${kind}_pool`;
  const [rows, columns] = pads;
  if (pads.length === 2 && rows && columns) {
    const fields = {
      kernelSize: kernel as Pair,
      stride: stride as Pair,
      pads: [rows[0], columns[0], rows[1], columns[1]] as Pads,
      ceilMode: false,
    };
    if (kind === 'max') return call.add(suffix, { kind: 'max_pool', ...fields, dilation: [1, 1] }, [term]);
    return call.add(suffix, { kind: 'avg_pool', ...fields, countIncludePad: false, divisorOverride: null }, [term]);
  }
  const fields = { kernelSize: kernel, stride, dilation, padding, ceilMode: false } as const;
  return call.add(suffix, { kind: `${kind}_pool_nd`, ...fields, countIncludePad: false, columnMajor: false }, [term]);
}

/** GlobalAveragePooling and GlobalMaxPooling: one number of each map. */
function globalPool(kind: 'avg' | 'max', axes: 1 | 2 | 3): Translator {
  return (call) => {
    const keepDims = call.fields.flag('keepdims', false);
    const maps = mapsOf(call, axes);
    const ones = maps.sides.map(() => 1);
    const shape = keepDims ? maps.made(maps.term, maps.C, ones).shape : [maps.N, maps.C];
    const isFirst = keepDims && maps.made(maps.term, maps.C, ones).isFirst;
    if (axes === 2) {
      const layer = { kind: `adaptive_${kind}_pool`, outputSize: [1, 1] } as const;
      const pooled = call.add('pool', layer, [maps.term]);
      if (keepDims) return { term: pooled, shape, isFirst };
      const flat = call.add('flatten', { kind: 'flatten', startDim: 1, endDim: -1 }, [pooled]);
      return { term: flat, shape, isFirst };
    }
    const name = kind === 'avg' ? 'mean' : 'max';
    const layer = { kind: 'reduce', name, keepDims, noopWithEmptyAxes: false } as const;
    const along = call.integers('axes', axes === 1 ? [2] : [2, 3, 4]);
    return { term: call.add('pool', layer, [maps.term, along]), shape, isFirst };
  };
}

/** AdaptiveAveragePooling and AdaptiveMaxPooling over maps. */
function adaptivePool(kind: 'avg' | 'max'): Translator {
  return (call) => {
    const [height, width] = call.fields.wholes('output_size', 2, 0);
    const maps = mapsOf(call, 2);
    const layer = { kind: `adaptive_${kind}_pool`, outputSize: [height, width] } as const;
    return maps.made(call.add('pool', layer, [maps.term]), maps.C, [height, width]);
  };
}

export const POOL: Readonly<Record<string, Translator>> = {
  MaxPooling1D: pool('max', 1),
  MaxPooling2D: pool('max', 2),
  MaxPooling3D: pool('max', 3),
  MaxPool1D: pool('max', 1),
  MaxPool2D: pool('max', 2),
  MaxPool3D: pool('max', 3),
  AveragePooling1D: pool('avg', 1),
  AveragePooling2D: pool('avg', 2),
  AveragePooling3D: pool('avg', 3),
  AvgPool1D: pool('avg', 1),
  AvgPool2D: pool('avg', 2),
  AvgPool3D: pool('avg', 3),
  GlobalAveragePooling1D: globalPool('avg', 1),
  GlobalAveragePooling2D: globalPool('avg', 2),
  GlobalAveragePooling3D: globalPool('avg', 3),
  GlobalAvgPool1D: globalPool('avg', 1),
  GlobalAvgPool2D: globalPool('avg', 2),
  GlobalAvgPool3D: globalPool('avg', 3),
  GlobalMaxPooling1D: globalPool('max', 1),
  GlobalMaxPooling2D: globalPool('max', 2),
  GlobalMaxPooling3D: globalPool('max', 3),
  GlobalMaxPool1D: globalPool('max', 1),
  GlobalMaxPool2D: globalPool('max', 2),
  GlobalMaxPool3D: globalPool('max', 3),
  AdaptiveAveragePooling2D: adaptivePool('avg'),
  AdaptiveMaxPooling2D: adaptivePool('max'),
};
