import { channelsOf } from '../layer-facts.js';

/** Mean and variance of each channel of a value, over all that was added. */
export interface Moments {
  /** How many numbers each channel had. */
  readonly count: number;
  readonly mean: Float64Array;
  /** Of all numbers, not of a sample: divided by their count. */
  readonly variance: Float64Array;
}

/**
 * Sums of channels over many runs, in float64, each around a centre near its mean: squares do not cancel.
 * Values are [N, C, ...], or [C, H, W] for rank 3, as a batch norm takes them.
 */
export class ChannelMoments {
  readonly #centres: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  /** @param centres [C], such as running means */
  constructor(centres: ArrayLike<number>) {
    this.#centres = Float64Array.from(centres);
    this.#sums = new Float64Array(centres.length);
    this.#squares = new Float64Array(centres.length);
  }

  add(values: ArrayLike<number>, shape: readonly number[]): void {
    const { items, channels, size } = channelsOf(shape);
    for (let n = 0, i = 0; n < items; n++) {
      for (let c = 0; c < channels; c++) {
        const centre = this.#centres[c];
        let sum = 0;
        let squares = 0;
        for (const end = i + size; i < end; i++) {
          const off = values[i] - centre;
          sum += off;
          squares += off * off;
        }
        this.#sums[c] += sum;
        this.#squares[c] += squares;
      }
    }
    this.#count += items * size;
  }

  get moments(): Moments {
    const n = this.#count;
    const off = this.#sums.map((sum) => sum / n);
    return {
      count: n,
      mean: off.map((value, c) => this.#centres[c] + value),
      variance: this.#squares.map((sum, c) => Math.max(0, sum / n - off[c] * off[c])),
    };
  }
}
