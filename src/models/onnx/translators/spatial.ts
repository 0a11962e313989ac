import type { GridSampleLayer } from '../../../layers/spatial/grid-sample.js';
import type { NodeBuilder, Translator } from '../builder.js';

function blocks(kind: 'depth_to_space' | 'space_to_depth'): Translator {
  return (node) => {
    const mode = node.text('mode', 'DCR');
    if (mode !== 'DCR' && mode !== 'CRD') throw node.refuse(`mode "${mode}": expected one of DCR, CRD`);
    node.emit({ kind, blockSize: node.int('blocksize', 0), mode }, [node.input(0)], node.facts(node.input(0)));
  };
}

const maxUnpool: Translator = (node) => {
  const kernelSize = node.ints('kernel_shape') ?? [];
  if (kernelSize.length === 0) throw node.refuse('a max unpool without kernel_shape');
  const stride = node.ints('strides') ?? kernelSize.map(() => 1);
  const padding = node.ints('pads') ?? [...kernelSize, ...kernelSize].map(() => 0);
  if (stride.length !== kernelSize.length || padding.length !== 2 * kernelSize.length) {
    throw node.refuse(`strides and pads of a max unpool over ${kernelSize.length} axes`);
  }
  const inputs = [node.input(0), node.input(1), node.optional(2)];
  node.emit({ kind: 'max_unpool', kernelSize, stride, padding }, inputs, node.facts(node.input(0)));
};

const fold: Translator = (node) => {
  const [stride, dilation, padding] = ['strides', 'dilations', 'pads'].map((name) => node.ints(name) ?? []);
  const sides = node.constant(node.input(1))?.shape[0];
  node.emit({ kind: 'fold', stride, dilation, padding }, [node.input(0), node.input(1), node.input(2)], {
    dtype: node.facts(node.input(0)).dtype,
    rank: sides === undefined ? null : sides + 2,
  });
};

/** Opset 20 calls bilinear linear, and bicubic cubic. */
const SAMPLINGS: ReadonlyMap<string, GridSampleLayer['mode']> = new Map([
  ['bilinear', 'linear'],
  ['linear', 'linear'],
  ['nearest', 'nearest'],
  ['bicubic', 'cubic'],
  ['cubic', 'cubic'],
]);

const gridSample: Translator = (node) => {
  const told = node.text('mode', 'linear');
  const mode = SAMPLINGS.get(told);
  if (!mode) throw node.refuse(`mode "${told}": expected one of ${[...SAMPLINGS.keys()].join(', ')}`);
  const paddingMode = node.text('padding_mode', 'zeros');
  if (paddingMode !== 'zeros' && paddingMode !== 'border' && paddingMode !== 'reflection') {
    throw node.refuse(`padding_mode "${paddingMode}": expected one of zeros, border, reflection`);
  }
  const layer = { kind: 'grid_sample', mode, paddingMode, alignCorners: node.int('align_corners', 0) !== 0 } as const;
  node.emit(layer, [node.input(0), node.input(1)], node.facts(node.input(0)));
};

const roiAlign: Translator = (node) => {
  const mode = node.text('mode', 'avg');
  if (mode !== 'avg' && mode !== 'max') throw node.refuse(`mode "${mode}": expected one of avg, max`);
  // before opset 16 there was no half pixel
  const transform = node.text('coordinate_transformation_mode', node.opset < 16 ? 'output_half_pixel' : 'half_pixel');
  if (transform !== 'half_pixel' && transform !== 'output_half_pixel') {
    throw node.refuse(`coordinate_transformation_mode "${transform}"`);
  }
  const layer = {
    kind: 'roi_align',
    mode,
    outputSize: [node.int('output_height', 1), node.int('output_width', 1)],
    samplingRatio: node.int('sampling_ratio', 0),
    spatialScale: node.float('spatial_scale', 1),
    halfPixel: transform === 'half_pixel',
  } as const;
  node.emit(layer, [node.input(0), node.input(1), node.input(2)], node.facts(node.input(0)));
};

const nonMaxSuppression: Translator = (node: NodeBuilder) => {
  const layer = { kind: 'non_max_suppression', centerPointBox: node.int('center_point_box', 0) !== 0 } as const;
  const inputs = [node.input(0), node.input(1), node.optional(2), node.optional(3), node.optional(4)];
  node.emit(layer, inputs, { dtype: 'int64', rank: 2 });
};

/** Places of maps moved, put back or read elsewhere. */
export const SPATIAL: Readonly<Record<string, Translator>> = {
  DepthToSpace: blocks('depth_to_space'),
  SpaceToDepth: blocks('space_to_depth'),
  MaxUnpool: maxUnpool,
  Col2Im: fold,
  GridSample: gridSample,
  RoiAlign: roiAlign,
  NonMaxSuppression: nonMaxSuppression,
};
