import { z } from 'zod';
import type { ByteSource } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';
import type { DenseLayer, FeatureOrigin, Head, HeadParameters, TrainingSettings } from '../core/head.js';
import { VERSION } from '../core/version.js';
import { foreignFile } from './foreign/index.js';
import { HEAD_FORMAT } from './is-head.js';
import {
  readSafetensors,
  type SafetensorsEntry,
  type SafetensorsFile,
  safetensorsReader,
  writeSafetensors,
} from './weights/safetensors.js';

const FORMAT_VERSION = '1';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const side = z
  .int()
  .positive()
  .max(2 ** 20);
const pair = z.tuple([side, side]);
const numbers = z.array(z.number()).min(1);

const colour = z.string().regex(/^#[0-9a-f]{6}$/);

const originSchema: z.ZodType<FeatureOrigin> = z.strictObject({
  network: z.string().min(1),
  weights: z.string().nullable(),
  init: z.int().nonnegative().nullable(),
  weightsSha256: sha256,
  layersSha256: sha256,
  layer: z.string(),
  reduce: z.enum(['mean', 'max', 'flatten']),
  preset: z.strictObject({
    geometry: z.strictObject({
      resize: z.union([side, pair]).nullable(),
      crop: pair.nullable(),
      fit: z
        .union([
          z.strictObject({ kind: z.literal('crop') }),
          z.strictObject({ kind: z.literal('letterbox'), colour, corner: z.literal(true).exactOptional() }),
        ])
        .exactOptional(),
    }),
    preprocess: z.strictObject({
      pixels: z.enum(['unit', '255', 'signed']),
      gray: z.boolean(),
      normalize: z.strictObject({ mean: numbers, std: numbers }).nullable(),
      channels: z.literal('bgr').exactOptional(),
    }),
    digit: z.literal(true).exactOptional(),
    layout: z.literal('nhwc').exactOptional(),
  }),
  background: colour.nullable(),
  exact: z.boolean(),
});

const settingsSchema: z.ZodType<TrainingSettings> = z.strictObject({
  l2: z.number().nonnegative(),
  hidden: z.int().positive().nullable(),
  classWeight: z.enum(['none', 'balanced']),
  holdout: z.number().min(0).lt(1),
  seed: z.int().nonnegative(),
  maxIterations: z.int().positive(),
  patience: z.int().positive(),
});

const classesSchema = z.array(z.string()).min(2);

/**
 * A head as a safetensors file (docs/heads.md): mean [D], std [D], hidden.weight [H, D] and hidden.bias [H] if there is a
 * hidden layer, weight [K, D or H], bias [K]; the rest as JSON in the metadata. The same head gives the same bytes.
 */
export function writeHead({ classes, origin, settings, parameters }: Head): Uint8Array {
  const { mean, std, hidden, output } = parameters;
  const D = mean.length;
  const layer = (prefix: string, { weight, bias }: DenseLayer): SafetensorsEntry[] => [
    { name: `${prefix}weight`, shape: [bias.length, weight.length / bias.length], data: weight },
    { name: `${prefix}bias`, shape: [bias.length], data: bias },
  ];
  const entries = [
    { name: 'mean', shape: [D], data: mean },
    { name: 'std', shape: [D], data: std },
    ...(hidden ? layer('hidden.', hidden) : []),
    ...layer('', output),
  ];
  return writeSafetensors(entries, {
    format: HEAD_FORMAT,
    format_version: FORMAT_VERSION,
    cnnviz: VERSION,
    classes: JSON.stringify(classes),
    features: JSON.stringify(origin),
    settings: JSON.stringify(settings),
  });
}

/** Reads a head and checks that its parts fit together. @throws CnnvizError 'format' */
export function readHead(source: ByteSource): Head {
  if (!safetensorsReader.matches(source)) {
    const foreign = foreignFile(source, null, 'FILE');
    if (foreign) refuse(`not a head: it is ${foreign.what}`, foreign.fix);
    refuse('not a safetensors file', 'a head is what `cnnviz head train` writes');
  }
  const file = readSafetensors(source);
  const { metadata } = file;
  if (metadata.get('format') !== HEAD_FORMAT) {
    refuse('a safetensors file, but not of a head', 'a head is what `cnnviz head train` writes');
  }
  if (metadata.get('format_version') !== FORMAT_VERSION) {
    refuse(`a head of format ${metadata.get('format_version') ?? '?'}: expected ${FORMAT_VERSION}`, 'train it again');
  }
  const classes = parsed(metadata, 'classes', classesSchema);
  const settings = parsed(metadata, 'settings', settingsSchema);
  return {
    classes,
    origin: parsed(metadata, 'features', originSchema),
    settings,
    parameters: parametersOf(file, classes.length, settings.hidden),
  };
}

function refuse(what: string, fix = 'the file is damaged: train the head again'): never {
  throw new CnnvizError('format', what, { fix });
}

function parsed<T>(metadata: ReadonlyMap<string, string>, key: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(metadata.get(key) ?? '');
  } catch {
    return refuse(`metadata "${key}": not JSON`);
  }
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const [{ path, message }] = error.issues;
  return refuse(`metadata "${[key, ...path].join('.')}": ${message}`);
}

function parametersOf({ tensors }: SafetensorsFile, classes: number, hidden: number | null): HeadParameters {
  const take = (name: string, shape: readonly (number | null)[]): Float32Array => {
    const tensor = tensors.find((one) => one.name === name);
    const fits =
      tensor?.dtype === 'float32' &&
      tensor.shape.length === shape.length &&
      tensor.shape.every((n, axis) => n === (shape[axis] ?? n));
    if (!fits) {
      const expected = shape.map((n) => n ?? 'D').join(', ');
      return refuse(
        `"${name}": expected float32 [${expected}], got ${tensor ? `${tensor.stored} [${tensor.shape.join(', ')}]` : 'none'}`,
      );
    }
    const { data } = tensor.load();
    if (!data.every(Number.isFinite)) refuse(`"${name}": holds NaN or infinite numbers`);
    return data as Float32Array;
  };
  const mean = take('mean', [null]);
  const D = mean.length;
  const std = take('std', [D]);
  if (D === 0 || std.includes(0)) refuse('"std": expected numbers other than 0');
  const layer = (prefix: string, outputs: number, inputs: number): DenseLayer => ({
    weight: take(`${prefix}weight`, [outputs, inputs]),
    bias: take(`${prefix}bias`, [outputs]),
  });
  return {
    mean,
    std,
    hidden: hidden === null ? null : layer('hidden.', hidden, D),
    output: layer('', classes, hidden ?? D),
  };
}
