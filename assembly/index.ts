export { leakyReluInPlace, relu6InPlace, reluInPlace } from './activation';
export { denseBackward, denseForward } from './dense';
export { directRows } from './direct';
export { fftColumns, fftKernel, fftRows, fftRowsInverse } from './fft';
export { gemmChunk, packPixels, packWeights } from './gemm';
export { gatherTaps, linearRows } from './linear';
export { bytesToPlanes, padBand } from './pad';
export { maxPoolRows, meanPoolRows } from './pool';
export { winogradInput, winogradMultiply, winogradOutput, winogradWeights } from './winograd';
