/** Files that hold the results of many inputs. npz: arrays · webdataset: a tar of samples · parquet: a row for each input */
export const PART_FORMATS = ['npz', 'webdataset', 'parquet'] as const;
export type PartFormatName = (typeof PART_FORMATS)[number];

/** Inputs in a part, where nobody says it. */
export const PART_SIZE = 1000;

/** How results are gathered in parts. Plain JSON. */
export interface PartsJob {
  readonly format: PartFormatName;
  /** Inputs in a part; the last may have fewer. */
  readonly size: number;
}

const ENDINGS: Readonly<Record<PartFormatName, string>> = { npz: '.npz', webdataset: '.tar', parquet: '.parquet' };

/** part-00017.npz */
export function partName(number: number, format: PartFormatName): string {
  return `part-${String(number).padStart(5, '0')}${ENDINGS[format]}`;
}

/** What is told of a part: part-00017.json */
export function partFacts(part: string): string {
  return part.replace(/\.\w+$/, '.json');
}

/** What an input is called among those of its list. */
interface Named {
  readonly name: string;
  readonly relative: string;
  readonly archive?: string;
}

/**
 * What an input's results are called in a part: its folders below the one that was named, or below its archive, and its name
 * without the ending. A key of WebDataset ends at the first dot of its last part, so that there it has none.
 */
export function partKey({ name, relative, archive = '' }: Named, format: PartFormatName): string {
  const folders = relative.split(/[\\/]/).filter(Boolean);
  const above = archive.split(/[\\/]/).filter(Boolean).length;
  return [...folders.slice(above), format === 'webdataset' ? name.replaceAll('.', '_') : name].join('/');
}
