import { z } from 'zod';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { PRESET_NAMES } from '../../core/job.js';
import { presetFor } from '../../core/preset.js';
import { placed, readDataFile, schemaFault, unknownKey, type Where } from '../data-file.js';
import type { FieldValue } from './fields.js';
import { findWord, LAYER_TABLE, layerSpec } from './layer-words.js';
import { checkGraph, parseLayer, type TakenNames, takeName, unknownLayer } from './pipe.js';
import { filesOf, type LayerSpec, type NetworkSpec } from './spec.js';

const side = z.int().positive();
const pair = z.union([side, z.tuple([side, side])]);
const perChannel = z.union([z.number(), z.array(z.number()).min(1)]);

const preprocess = z.union([
  z.enum(PRESET_NAMES),
  z.strictObject({
    resize: pair.optional().describe('the shorter side, or [height, width]'),
    crop: pair.optional().describe('the middle of the image'),
    mean: perChannel.optional(),
    std: perChannel.optional(),
    pixels: z.enum(['unit', '255', 'signed']).optional(),
    gray: z.boolean().optional(),
  }),
]);

const scalar = z.union([z.number(), z.boolean(), z.string(), z.null()]);
const fieldValue = z.union([scalar, z.array(scalar)]);

/** One layer: a text in pipe syntax, or an object with its type and torch's fields. */
const layer = z.union([
  z.string().describe('pipe syntax: "max_pool 3 stride=2"'),
  z
    .strictObject({
      type: z.enum(LAYER_TABLE.map(({ word }) => word) as [string, ...string[]]),
      name: z.string().optional(),
      from: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
      ...Object.fromEntries(
        [...new Set(LAYER_TABLE.flatMap(({ fields }) => fields))].sort().map((field) => [field, fieldValue.optional()]),
      ),
    })
    .describe('fields as in torch.nn'),
]);

const schema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().optional(),
  input: z.tuple([side, side, side]).optional().describe('[C, H, W] it is made for'),
  preprocess: preprocess.optional(),
  layers: z.array(layer).min(1),
  outputs: z.array(z.string()).min(1).optional().describe('the layers whose values it gives; default: the last'),
});

const DOCS = 'docs/network-files.md';

type NetworkFile = z.infer<typeof schema>;

/** The schema of network files, for editors. */
export function networkJsonSchema(): unknown {
  return { title: 'cnnviz network', ...z.toJSONSchema(schema, { io: 'input' }) };
}

/**
 * A network file, YAML or JSON. Errors name file, line and column.
 * @throws CnnvizError 'usage' or 'format'
 */
export function parseNetworkFile(text: string, fileName: string): NetworkSpec {
  const { data, where } = readDataFile(text, fileName, { plural: 'network files', docs: DOCS });
  checkKeys(data, where);
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw schemaFault(parsed.error, where, DOCS);
  return specOf(parsed.data, where);
}

/** Unknown keys first, with what was meant: zod's unions only say that nothing fitted. */
function checkKeys(data: unknown, where: Where): void {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) {
    throw new CnnvizError('format', `${where([])}: expected a network with "layers"`, {
      fix: `see ${DOCS}`,
    });
  }
  const keys = ['$schema', 'name', 'input', 'preprocess', 'layers', 'outputs'];
  for (const key of Object.keys(data)) if (!keys.includes(key)) throw unknownKey(where([key]), key, keys);
  const { layers } = data as { layers?: unknown };
  if (!Array.isArray(layers)) return;
  for (const [i, item] of layers.entries()) {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) continue;
    const { type } = item as { type?: unknown };
    if (typeof type !== 'string') {
      throw new CnnvizError('usage', `${where(['layers', i])}: layer ${i + 1} has no type`, {
        fix: `type: ${LAYER_TABLE.map(({ word }) => word).join(', ')}`,
      });
    }
    const { fields } = placed(where(['layers', i, 'type']), () => findWord(type));
    const known = ['type', 'name', 'from', ...fields];
    for (const key of Object.keys(item))
      if (!known.includes(key)) throw unknownKey(where(['layers', i, key]), key, known);
  }
}

function specOf(file: NetworkFile, where: Where): NetworkSpec {
  const taken: TakenNames = new Map();
  const layers = file.layers.map(
    (item, i): LayerSpec =>
      placed(where(['layers', i]), () => (typeof item === 'string' ? parseLayer(item, taken) : layerOf(item, taken))),
  );
  checkGraph(layers, (i) => where(['layers', i, 'from']));
  for (const [i, name] of (file.outputs ?? []).entries()) {
    if (taken.has(name)) continue;
    throw atPlace(where(['outputs', i]), unknownLayer('no layer is', name, [...taken.keys()]));
  }
  return {
    name: file.name ?? '',
    input: file.input ?? null,
    preset: presetSpec(file.preprocess),
    layers,
    outputs: file.outputs ?? null,
    files: filesOf(layers),
    isPrinted: false,
    notes: [],
  };
}

function layerOf(item: Exclude<NetworkFile['layers'][number], string>, taken: TakenNames): LayerSpec {
  const { type, from, name: given, ...rest } = item;
  const values = new Map<string, FieldValue>(Object.entries(rest as Record<string, FieldValue>));
  const name = takeName(type, given, taken);
  return layerSpec(type, name, values, from === undefined ? null : Array.isArray(from) ? from : [from]);
}

function presetSpec(said: NetworkFile['preprocess']): NetworkSpec['preset'] {
  if (said === undefined || typeof said === 'string') return said ?? null;
  const { resize, crop, mean, std, pixels = 'unit', gray = false } = said;
  const list = (value: number | number[]) => (typeof value === 'number' ? [value] : value);
  const normalize = mean === undefined && std === undefined ? null : { mean: list(mean ?? 0), std: list(std ?? 1) };
  const none = presetFor('none');
  const cropPair = typeof crop === 'number' ? ([crop, crop] as const) : crop;
  return {
    geometry: { resize: resize ?? none.geometry.resize, crop: cropPair ?? none.geometry.crop },
    preprocess: { pixels, gray, normalize },
  };
}
