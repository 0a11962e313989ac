import { activationRoutines } from './activation.js';
import { deflateRoutines } from './deflate.js';
import { denseRoutines } from './dense.js';
import { depthwiseRoutines } from './depthwise.js';
import { directRoutines } from './direct.js';
import { fftRoutines } from './fft.js';
import { foldRoutines } from './fold.js';
import { functionRoutines } from './functions.js';
import { gemmRoutines } from './gemm.js';
import type { Heap } from './heap.js';
import { learnRoutines } from './learn.js';
import { learnElementRoutines } from './learn-elements.js';
import { learnWindowRoutines } from './learn-windows.js';
import { linearRoutines } from './linear.js';
import { mapRoutines } from './map.js';
import { padRoutines } from './pad.js';
import { pairRoutines } from './pairs.js';
import { permuteRoutines } from './permute.js';
import { poolRoutines } from './pool.js';
import { powerRoutines } from './powers.js';
import { reduceRoutines } from './reduce.js';
import { rowRoutines } from './rows.js';
import { windowRoutines } from './windows.js';
import { winogradRoutines } from './winograd.js';

/**
 * The engine's inner loops, each written twice: in AssemblyScript with SIMD (assembly/) and here in plain TypeScript. The
 * two give the same bits. Arguments are addresses in the engine's memory (bytes) and sizes.
 */
export function typescriptRoutines(heap: Heap) {
  return {
    ...padRoutines(heap),
    ...deflateRoutines(heap),
    ...denseRoutines(heap),
    ...depthwiseRoutines(heap),
    ...directRoutines(heap),
    ...gemmRoutines(heap),
    ...winogradRoutines(heap),
    ...fftRoutines(heap),
    ...poolRoutines(heap),
    ...activationRoutines(heap),
    ...foldRoutines(heap),
    ...functionRoutines(heap),
    ...linearRoutines(heap),
    ...learnRoutines(heap),
    ...learnElementRoutines(heap),
    ...learnWindowRoutines(heap),
    ...mapRoutines(heap),
    ...rowRoutines(heap),
    ...pairRoutines(heap),
    ...powerRoutines(heap),
    ...permuteRoutines(heap),
    ...reduceRoutines(heap),
    ...windowRoutines(heap),
  };
}

export type Routines = ReturnType<typeof typescriptRoutines>;
