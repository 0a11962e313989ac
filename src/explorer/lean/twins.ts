/** In the worker's bundle this stands for engine/routines/index.ts: a page computes by WebAssembly alone. */
export function typescriptRoutines(): never {
  throw new Error('the twins of the routines are not in this bundle');
}
