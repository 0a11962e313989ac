import type { Families } from '../family.js';
import { BLOCKS, type BlocksLayer } from './blocks.js';
import { CONV_TRANSPOSE, type ConvTransposeLayer } from './conv-transpose.js';
import { CONV_TRANSPOSE_ND, type ConvTransposeNdLayer } from './conv-transpose-nd.js';
import { FOLD, type FoldLayer } from './fold.js';
import { GRID_SAMPLE, type GridSampleLayer } from './grid-sample.js';
import { NON_MAX_SUPPRESSION, type NonMaxSuppressionLayer } from './non-max-suppression.js';
import { RESIZE } from './resize.js';
import type { ResizeLayer } from './resized-axes.js';
import { ROI_ALIGN, type RoiAlignLayer } from './roi-align.js';
import { MAX_UNPOOL, type MaxUnpoolLayer } from './unpool.js';

/** Maps made larger or smaller, their places moved or read elsewhere. */
export type SpatialFamily =
  | ConvTransposeLayer
  | ConvTransposeNdLayer
  | ResizeLayer
  | BlocksLayer
  | MaxUnpoolLayer
  | FoldLayer
  | GridSampleLayer
  | RoiAlignLayer
  | NonMaxSuppressionLayer;

export const SPATIAL: Families<SpatialFamily> = {
  ...CONV_TRANSPOSE,
  ...CONV_TRANSPOSE_ND,
  ...RESIZE,
  ...BLOCKS,
  ...MAX_UNPOOL,
  ...FOLD,
  ...GRID_SAMPLE,
  ...ROI_ALIGN,
  ...NON_MAX_SUPPRESSION,
};
