/** A chunk of an array that was written. */
export interface Chunk {
  /** Which one, along each axis. */
  readonly place: readonly number[];
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
  /** Filters that were left out, by their bits. */
  readonly mask: number;
}

/** How many chunks there are along each axis, now and at most; null: no limit. */
export interface Grid {
  readonly grid: readonly number[];
  readonly mostGrid: readonly (number | null)[];
  readonly chunkBytes: number;
  readonly isPacked: boolean;
}
