export { directRows } from './direct';
export { gemmChunk, packPixels, packWeights } from './gemm';
export { bytesToPlanes, padBand } from './pad';
export { winogradInput, winogradMultiply, winogradOutput, winogradWeights } from './winograd';
