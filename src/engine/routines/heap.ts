/** The engine's memory as typed arrays from address 0. Addresses are bytes; element i of f32 lies at address 4·i. */
export interface Heap {
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}
