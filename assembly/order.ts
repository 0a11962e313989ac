/** Taps summed in float32 in one go, and taps in a chunk of such runs, as in src/engine/conv2d/order.ts. */
export const RUN: i32 = 32;
export const CHUNK: i32 = 256;
