import { z } from 'zod';
import type { Job, NetworkJob } from '../../core/job.js';
import { PRESET_NAMES } from '../../core/job.js';
import { PART_FORMATS } from '../../core/part.js';
import type { PreprocessFileJob } from '../../run/preprocess-file.js';
import type { Task } from '../work.js';

/** A path of a system, or a name: nothing that ends a text in C. */
const path = z
  .string()
  .min(1)
  .max(8192)
  .regex(/^[^\0]*$/);
const side = z
  .int()
  .positive()
  .max(2 ** 24);
const pair = z.tuple([z.int(), z.int()]);
const sizes = z.tuple([side, side]);
const numbers = z.array(z.number()).min(1).max(64);
const colour = z.string().regex(/^#[0-9a-f]{6}$/);
const flag = z.literal(true).exactOptional();

const decode = z.strictObject({
  background: colour.nullable(),
  maxPixels: z.number().positive(),
  page: z.int().positive().exactOptional(),
  range: z.union([z.tuple([z.number(), z.number()]), z.literal('auto')]).exactOptional(),
  rgb: flag,
});

const fit = z.union([
  z.strictObject({ kind: z.literal('crop') }),
  z.strictObject({ kind: z.literal('letterbox'), colour, corner: flag }),
]);

const resize = z.union([side, sizes]).nullable();
const geometry = z.strictObject({ resize, crop: sizes.nullable(), fit: fit.exactOptional() });
const normalize = z.strictObject({ mean: numbers, std: numbers }).nullable();
const pixels = z.enum(['unit', '255', 'signed']);
const preprocess = z.strictObject({
  pixels,
  gray: z.boolean(),
  normalize,
  channels: z.literal('bgr').exactOptional(),
});

const rect = z.strictObject({ x: z.int(), y: z.int(), width: side, height: side });
const kernel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('builtin'), name: z.string() }),
  z.strictObject({ kind: z.literal('file'), path }),
  z.strictObject({ kind: z.literal('inline'), text: z.string() }),
  z.strictObject({
    kind: z.literal('patch'),
    rect,
    image: path.nullable(),
    mode: z.enum(['zero-mean', 'raw', 'ncc']),
  }),
]);
const bias = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('number'), value: z.number() }),
  z.strictObject({ kind: z.literal('file'), path }),
  z.strictObject({ kind: z.literal('percentile'), percent: z.number() }),
  z.strictObject({ kind: z.literal('fire'), percent: z.number() }),
]);
const activation = z.strictObject({
  name: z.enum([
    'relu',
    'relu6',
    'leaky_relu',
    'elu',
    'gelu',
    'gelu_tanh',
    'silu',
    'hardswish',
    'softplus',
    'sigmoid',
    'tanh',
  ]),
  parameter: z.number().nullable(),
});
const four = z.tuple([z.int(), z.int(), z.int(), z.int()]);
const pool = z.strictObject({
  kind: z.enum(['max', 'avg', 'gauss']),
  kernelSize: pair,
  stride: pair,
  pads: four,
  sigma: z.tuple([z.number(), z.number()]).nullable(),
});
const layer = z.strictObject({
  kernels: z.array(kernel),
  flip: z.boolean(),
  stride: pair,
  padding: z.union([z.int(), z.array(z.int()), z.enum(['same', 'same_lower', 'valid', 'full'])]),
  paddingMode: z.enum(['zeros', 'reflect', 'replicate', 'circular']),
  dilation: pair,
  groups: z.int().positive(),
  bias: bias.nullable(),
  activation: activation.nullable(),
  pool: pool.nullable(),
  exact: z.boolean(),
  algorithm: z.string().nullable(),
});

const scale = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('auto') }),
  z.strictObject({ kind: z.literal('minmax') }),
  z.strictObject({ kind: z.literal('symmetric') }),
  z.strictObject({ kind: z.literal('fixed'), lo: z.number(), hi: z.number() }),
  z.strictObject({ kind: z.literal('percentiles'), lo: z.number(), hi: z.number() }),
]);
const picture = z.strictObject({
  scale,
  depth: z.union([z.literal(8), z.literal(16)]),
  colormap: z.enum(['gray', 'viridis', 'magma', 'diverging']),
  signs: flag,
  each: flag,
});
const look = z.strictObject({
  theme: z.enum(['light', 'dark', 'print']),
  title: z.string().nullable(),
  caption: z.string().nullable(),
  fontSize: z.number().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  dpi: z.number(),
  font: path.nullable(),
});
/** Results go below a folder: of other places a queue's workers know nothing. */
const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), path }),
  z.strictObject({ kind: z.literal('template'), path }),
]);
const output = z.strictObject({
  products: z.array(z.enum(['maps', 'sheet', 'strip', 'histogram', 'overview', 'npy', 'index'])).min(1),
  target,
  clobber: z.boolean(),
  figure: z.strictObject({ look, svg: z.boolean() }).exactOptional(),
  names: z.strictObject({ one: z.string(), all: z.string() }).exactOptional(),
  isOfOne: flag,
  parts: z.strictObject({ format: z.enum(PART_FORMATS), size: z.int().positive() }).exactOptional(),
});

const convJob: z.ZodType<Job> = z.strictObject({
  decode,
  geometry: geometry.exactOptional(),
  preprocess,
  layer,
  picture,
  output,
});

const preset = z.enum(PRESET_NAMES);
const choice = z.strictObject({
  name: preset.nullable(),
  resize,
  crop: sizes.nullable(),
  gray: z.boolean(),
  pixels: pixels.nullable(),
  normalize,
  channels: z.enum(['rgb', 'bgr']).exactOptional(),
  layout: z.enum(['nchw', 'nhwc']).exactOptional(),
  fit: z.union([fit, z.strictObject({ kind: z.literal('stretch') })]).exactOptional(),
});
const networkJob: z.ZodType<NetworkJob> = z.strictObject({
  request: z.strictObject({
    network: path,
    weights: path.nullable(),
    init: z.int().nonnegative().nullable(),
    asPrinted: z.boolean().exactOptional(),
    inputs: z.array(z.strictObject({ name: z.string(), path })),
  }),
  decode,
  preset: choice.nullable(),
  layers: z.array(z.string()),
  picturesImplied: z.boolean(),
  exact: z.boolean(),
  top: z.int().nonnegative().nullable(),
  labels: path.nullable(),
  picture,
  output,
});

const preprocessJob: z.ZodType<PreprocessFileJob> = z.strictObject({
  decode,
  preset: z.strictObject({
    geometry,
    preprocess,
    digit: flag,
    layout: z.literal('nhwc').exactOptional(),
  }),
  name: preset.exactOptional(),
  output,
});

/** A task as it comes out of a queue that others may write to: every key of every kind, and no other. */
export const taskSchema: z.ZodType<Task> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('conv'), job: convJob }),
  z.strictObject({ kind: z.literal('run'), job: networkJob }),
  z.strictObject({ kind: z.literal('preprocess'), job: preprocessJob }),
]);
