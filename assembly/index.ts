export { clipInPlace, leakyReluInPlace, relu6InPlace, reluInPlace } from './activation';
export { adler32, crc32, deflateScan, deflateWrite } from './deflate';
export { denseBackward, denseForward } from './dense';
export { depthwisePlanes } from './depthwise';
export { directRows } from './direct';
export { fftColumns, fftKernel, fftRows, fftRowsInverse } from './fft';
export { foldRows } from './fold';
export {
  eluInPlace,
  erfInPlace,
  expInPlace,
  geluInPlace,
  geluTanhInPlace,
  hardSigmoidInPlace,
  hardswishInPlace,
  logInPlace,
  mishInPlace,
  sigmoidInPlace,
  softplusInPlace,
  swishInPlace,
  tanhInPlace,
} from './functions';
export { gemmPanels } from './gemm';
export { addRowSums, multiplyRows, outerRows, scatterRows, transposePanel } from './learn';
export {
  adamUpdate,
  addFloats,
  copyFloats,
  fillZero,
  leakyReluBackward,
  reluBackward,
  sgdUpdate,
  sigmoidBackward,
  sumGradients,
  tanhBackward,
} from './learn-elements';
export { largestInWindows, meansOfWindows, meansOfWindowsBackward, scatterPlaces } from './learn-windows';
export { gatherTaps, linearRows } from './linear';
export { countHalves, drawMap, sumMap } from './map';
export { packPixels, packPlanes, packWeights } from './pack';
export { bytesToPlanes, padBand } from './pad';
export { combinePairs } from './pairs';
export { copyRuns, copySteps, transposePlane } from './permute';
export { maxPoolRows, meanPoolRows } from './pool';
export { powerInPlace, rootPowerInPlace, simpleInPlace } from './powers';
export { extremeColumns, extremeRows, sumColumns, sumRows } from './reduce';
export { affineRows, softmaxColumns, softmaxRows } from './rows';
export { gemmRows } from './vectors';
export { maxWindows, meanWindows } from './windows';
export { winogradInput, winogradMultiply, winogradOutput, winogradWeights } from './winograd';
