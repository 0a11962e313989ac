/** In the worker's bundle this stands for engine/wasm/module.ts: the page hands the module over. */
export const MODULE_BASE64 = '';
