export { directRows } from './direct';
export { fftColumns, fftKernel, fftRows, fftRowsInverse } from './fft';
export { gemmChunk, packPixels, packWeights } from './gemm';
export { bytesToPlanes, padBand } from './pad';
export { winogradInput, winogradMultiply, winogradOutput, winogradWeights } from './winograd';
