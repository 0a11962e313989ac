import { CnnvizError } from '../../core/errors.js';
import { groupDigits } from '../../core/text.js';
import { aligned, type EngineMemory, type RoutineKind, returnMemory, takeMemory } from '../wasm/memory.js';

/** Rows are taken four at a time: each weight that is loaded then serves four products. */
export const BLOCK = 4;

const MOST_BYTES = 4e9;

/**
 * Rows of features in the engine's memory with a fully connected layer over them: what a loss needs to be computed. One
 * evaluation: `begin`, then for each block of rows `forward`, z becomes the derivatives by it, `backward`, then `end`.
 */
export class DenseRows {
  readonly count: number;
  readonly features: number;
  readonly outputs: number;
  /** [n, features], to be filled once. */
  readonly x: Float32Array;
  /** [4, outputs]: the layer's outputs of a block, then the derivatives by them; 0 for rows past the last. */
  readonly z: Float64Array;
  readonly #memory: EngineMemory;
  readonly #at: { readonly x: number; readonly z: number; readonly layer: number; readonly gradient: number };
  /** W [outputs, features], then b [outputs]; and their gradient. */
  readonly #layer: Float64Array;
  readonly #gradient: Float64Array;

  /** @throws CnnvizError 'unsupported' when the rows do not fit into 4 GB */
  constructor(count: number, features: number, outputs: number, kind: RoutineKind = 'wasm') {
    const size = outputs * (features + 1);
    const bytes = [4 * count * features, 8 * BLOCK * outputs, 8 * size, 8 * size];
    const total = bytes.reduce((sum, one) => sum + aligned(one), 0);
    if (total > MOST_BYTES) {
      throw new CnnvizError(
        'unsupported',
        `${groupDigits(count)} rows of ${groupDigits(features)} features take ${groupDigits(Math.round(total / 1e6))} MB, more than 4,000`,
        { fix: 'learn from fewer images, or from fewer features: --reduce mean, or another --layer' },
      );
    }
    this.count = count;
    this.features = features;
    this.outputs = outputs;
    this.#memory = takeMemory(total, kind);
    const [x, z, layer, gradient] = bytes.map((one) => this.#memory.allocate(one));
    this.#at = { x, z, layer, gradient };
    const { f32, f64 } = this.#memory.heap;
    this.x = f32.subarray(x / 4, x / 4 + count * features);
    this.z = f64.subarray(z / 8, z / 8 + BLOCK * outputs);
    this.#layer = f64.subarray(layer / 8, layer / 8 + size);
    this.#gradient = f64.subarray(gradient / 8, gradient / 8 + size);
  }

  /** Takes the layer's W and b, and forgets the gradient. */
  begin(layer: Float64Array): void {
    this.#layer.set(layer);
    this.#gradient.fill(0);
  }

  /** z = x·Wᵀ + b of four rows from `row` on; past the last, the last again. */
  forward(row: number): void {
    const { features: D, outputs: K } = this;
    const [x0, x1, x2, x3] = this.#rows(row);
    const { layer, z } = this.#at;
    this.#memory.routines.denseForward(x0, x1, x2, x3, D, layer, layer + 8 * K * D, K, z);
  }

  /** Adds to the gradient what the derivatives in z say of those rows. */
  backward(row: number): void {
    const { features: D, outputs: K } = this;
    const [x0, x1, x2, x3] = this.#rows(row);
    const { gradient, z } = this.#at;
    this.#memory.routines.denseBackward(x0, x1, x2, x3, D, z, K, gradient, gradient + 8 * K * D);
  }

  /** Adds the gradient to `target`, as W and b lie. */
  end(target: Float64Array): void {
    for (let i = 0; i < target.length; i++) target[i] += this.#gradient[i];
  }

  /** Gives the memory back: x and z are no longer ours. */
  close(): void {
    returnMemory(this.#memory);
  }

  #rows(row: number): number[] {
    const step = 4 * this.features;
    return [0, 1, 2, 3].map((r) => this.#at.x + Math.min(row + r, this.count - 1) * step);
  }
}
