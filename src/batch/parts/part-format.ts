import { CnnvizError } from '../../core/errors.js';

/** A file that was made of an input. */
export interface PartFile {
  /** What stands behind the input's key: ".edge3x3.npy" */
  readonly ending: string;
  readonly size: number;
  read(): Promise<Uint8Array>;
}

/** What became of one input, as a part tells it. */
export interface PartRow {
  /** Its name in the part. */
  readonly key: string;
  /** As it was given. */
  readonly path: string;
  /** Null when it could not be read. */
  readonly sha256: string | null;
  /** Why there is nothing of it. */
  readonly error: string | null;
  readonly files: readonly PartFile[];
  /** What belonged to it in its archive. */
  readonly beside: readonly { readonly ending: string; readonly bytes: Uint8Array }[];
  /** What is known of it and of its files; null of one that failed. */
  readonly facts: object | null;
}

/**
 * A file format that holds the results of many inputs. The same rows give the same bytes: no dates, no hosts.
 * Of a row's files one at a time is in memory.
 */
export interface PartFormat {
  /** Whether a row is one array: of a network one layer. */
  readonly holdsOne: boolean;
  /** Whether what belongs to an image of an archive goes with it: its class, its description. */
  readonly takesBeside?: true;
  write(rows: readonly PartRow[]): AsyncGenerator<Uint8Array>;
}

/** A row is one array; what a command makes is known when it has met its first input. */
export function notOne(place: string, count: number): CnnvizError {
  const what = count === 0 ? 'no array is made of it' : `${count} arrays are made of it`;
  return new CnnvizError('usage', `${place}: ${what}: a row of --format parquet holds one`, {
    fix: 'name one layer with --layers, or take --format npz, which holds several',
    scope: 'command',
  });
}
