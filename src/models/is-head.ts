import type { ByteSource } from '../core/bytes.js';
import { readSafetensors, safetensorsReader } from './weights/safetensors.js';

/** What the metadata of a head says its format is. */
export const HEAD_FORMAT = 'cnnviz-head';

/** Whether a file is a head of any version, not only weights. @throws CnnvizError for a safetensors file that is damaged */
export function isHead(source: ByteSource): boolean {
  return safetensorsReader.matches(source) && readSafetensors(source).metadata.get('format') === HEAD_FORMAT;
}
