export { type BoundNetwork, bindNetwork, type WeightsFrom } from './bind.js';
export { BUILTIN_NETWORKS, BUILTIN_WORDS, builtinName, builtinNetwork, isBuiltin } from './builtin/index.js';
export { LAYER_WORDS } from './layer-words.js';
export { parsePipe } from './pipe.js';
export { looksLikePrintedModel, parsePrintedModel } from './printed-model.js';
export { checkPrintedModel } from './printed-truth.js';
export { fitNamed, recognizeTensors, tellArchitecture } from './recognize/recognize.js';
export { type RecognizedNetwork, recognizedNetwork } from './recognize/recognized-network.js';
export type { NetworkSpec } from './spec.js';
