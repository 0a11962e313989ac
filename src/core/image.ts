/**
 * A picture as samples: interleaved, row-major, [height, width, channels], no gaps.
 * It is what a decoder returns and what an encoder takes. Samples are whole numbers in 0 … 2^depth − 1.
 */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly depth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
}

/** The largest sample of an image: 255 or 65535. */
export function maxSample(depth: 8 | 16): number {
  return depth === 8 ? 255 : 65535;
}
