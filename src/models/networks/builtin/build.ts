import type { FieldValue } from '../fields.js';
import { layerSpec } from '../layer-words.js';
import type { LayerSpec } from '../spec.js';

/** One layer of a built-in network: its word, its name, torch's fields, what it reads when that is not the one before. */
export function layer(
  word: string,
  name: string,
  fields: Readonly<Record<string, FieldValue>> = {},
  from: readonly string[] | null = null,
): LayerSpec {
  return layerSpec(word, name, new Map(Object.entries(fields)), from);
}

/** conv with torch's first arguments */
export function conv(
  name: string,
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  fields: Readonly<Record<string, FieldValue>> = {},
  from: readonly string[] | null = null,
): LayerSpec {
  const said = { in_channels: inChannels, out_channels: outChannels, kernel_size: kernelSize, ...fields };
  return layer('conv', name, said, from);
}

/** linear with torch's arguments */
export function linear(name: string, inFeatures: number, outFeatures: number): LayerSpec {
  return layer('linear', name, { in_features: inFeatures, out_features: outFeatures });
}
