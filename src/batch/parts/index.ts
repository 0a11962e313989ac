import type { PartFormatName } from '../../core/part.js';
import type { PartFormat } from './part-format.js';

/** Every format that parts are written in; loaded when it is named. */
const PARTS: Readonly<Record<PartFormatName, () => Promise<PartFormat>>> = {
  npz: async () => (await import('./npz.js')).npz,
  webdataset: async () => (await import('./webdataset.js')).webdataset,
  parquet: async () => (await import('./parquet.js')).openParquet(),
};

/** @throws CnnvizError 'unsupported' when a package is missing that the format needs */
export function openPartFormat(name: PartFormatName): Promise<PartFormat> {
  return PARTS[name]();
}
