import type { Heap } from '../../routines/heap.js';
import type { Routines } from '../../routines/index.js';
import type { SliceValue, Tape } from './tape.js';

/** One slice at work on one thread. */
export interface SliceContext {
  readonly heap: Heap;
  readonly routines: Routines;
  readonly tape: Tape;
  /** Addresses: the slice's values, the thread's scratch, the weights, the buffers, the tables. */
  readonly area: number;
  readonly work: number;
  readonly weights: number;
  readonly buffers: number;
  readonly tables: number;
  /** Where the slice's group sums its gradients. */
  readonly gradients: number;
  /** Images of the slice that count: the others are zeros and pass no gradients. */
  readonly images: number;
  /** Images of the whole batch. */
  readonly batch: number;
  /** False: as the network will be used, by running statistics and without dropout. */
  readonly trains: boolean;
  /** What random numbers are told apart by. */
  readonly seed: number;
  readonly step: number;
  readonly slice: number;
  /** The areas of all slices of the batch, in order; for what a batch norm sums. */
  readonly areas: readonly number[];
}

/** Addresses of a value and of its gradient; the latter 0 where there is none. */
export function placeOf({ area }: SliceContext, { at, gradient }: SliceValue): { at: number; gradient: number } {
  return { at: area + at, gradient: gradient === null ? 0 : area + gradient };
}
