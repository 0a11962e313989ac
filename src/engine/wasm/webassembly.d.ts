/** The part of the WebAssembly JavaScript API that is used; TypeScript has it only with the browser's types. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    /** An ArrayBuffer where it is not shared; that is detached when the memory grows. */
    readonly buffer: SharedArrayBuffer;
    constructor(limits: { initial: number; maximum: number; shared: boolean });
    grow(pages: number): number;
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>);
  }
}
