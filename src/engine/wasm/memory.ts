import { CnnvizError } from '../../core/errors.js';
import { groupDigits } from '../../core/text.js';
import type { Heap } from '../routines/heap.js';
import { type Routines, typescriptRoutines } from '../routines/index.js';
import { checkWebAssembly } from './compile.js';
import { sharesMemory } from './sharing.js';
import { routinesFor, wideState } from './wide.js';

const PAGE = 65_536;
/** Addresses below belong to the compiler's constants. */
const BASE = PAGE;
const MOST_PAGES = 65_536;
/** Memories kept for the next run, and the largest worth keeping. */
const IDLE = 2;
const LARGEST_IDLE = 256 * 2 ** 20;

/** Which of the two ways to write a routine is used: SIMD, or the plain TypeScript it must agree with. */
export type RoutineKind = 'wasm' | 'typescript';

let count = 0;

/**
 * One block of memory with the routines that work on it: the only owner of WebAssembly memory. It is sized before a run
 * and never grows during one. Shared, so that worker threads can join in, where the host shares memory.
 */
export class EngineMemory {
  readonly wasm: WebAssembly.Memory;
  readonly kind: RoutineKind;
  /** Tells memories of one thread apart. */
  readonly id = count++;
  #routines: Routines;
  #heap: Heap;
  #top = BASE;
  /** What was so when its routines were made. */
  readonly #vectors = wideState();

  /** @param wasm an existing memory, when a worker joins in */
  constructor(kind: RoutineKind, wasm?: WebAssembly.Memory) {
    checkWebAssembly();
    this.kind = kind;
    this.wasm = wasm ?? new WebAssembly.Memory({ initial: 2, maximum: MOST_PAGES, shared: sharesMemory() });
    this.#heap = viewsOf(this.wasm);
    this.#routines = kind === 'typescript' ? typescriptRoutines(this.#heap) : routinesFor(this.wasm);
  }

  /** The address of an array that lies here; −1 for one that lies elsewhere. */
  addressOf(data: ArrayBufferView): number {
    return data.buffer === this.#heap.u8.buffer ? data.byteOffset : -1;
  }

  get heap(): Heap {
    return this.#heap;
  }

  /** False when routines have begun to be packed since. */
  get isCurrent(): boolean {
    return this.kind === 'typescript' || this.#vectors === 'on' || wideState() !== 'on';
  }

  get routines(): Routines {
    return this.#routines;
  }

  /** Makes room for `bytes` in all and forgets what was allocated. Before a run only: views taken earlier are stale. */
  reserve(bytes: number): void {
    this.#top = BASE;
    const missing = Math.ceil((BASE + bytes) / PAGE) - this.wasm.buffer.byteLength / PAGE;
    if (missing > 0) this.#grow(missing, bytes);
    this.refresh();
  }

  #grow(pages: number, bytes: number): void {
    try {
      this.wasm.grow(pages);
    } catch (cause) {
      const megabytes = groupDigits(Math.ceil(bytes / 2 ** 20));
      throw new CnnvizError('unsupported', `needs ${megabytes} MB of working memory, more than can be had`, {
        fix: 'a smaller image, kernel or layer; 4,096 MB is the most WebAssembly can have',
        cause,
      });
    }
  }

  /** Takes notice of memory that another thread reserved. */
  refresh(): void {
    if (this.#heap.u8.byteLength !== this.wasm.buffer.byteLength) {
      this.#heap = viewsOf(this.wasm);
      if (this.kind === 'typescript') this.#routines = typescriptRoutines(this.#heap);
    }
  }

  /** The address of `bytes` fresh bytes, a multiple of 64. */
  allocate(bytes: number): number {
    const at = this.#top;
    this.#top = at + aligned(bytes);
    if (this.#top > this.wasm.buffer.byteLength) throw new RangeError(`engine memory: ${bytes} bytes were not planned`);
    return at;
  }
}

/** What `bytes` take up in the memory. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

function viewsOf({ buffer }: WebAssembly.Memory): Heap {
  return {
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
  };
}

const idle: EngineMemory[] = [];

/** A memory with room for `bytes`; an idle one when there is one. */
export function takeMemory(bytes: number, kind: RoutineKind): EngineMemory {
  const index = idle.findIndex((one) => one.kind === kind && one.isCurrent);
  const memory = index === -1 ? new EngineMemory(kind) : idle.splice(index, 1)[0];
  memory.reserve(bytes);
  return memory;
}

/** Gives a memory back for the next run. */
export function returnMemory(memory: EngineMemory): void {
  if (idle.length < IDLE && memory.wasm.buffer.byteLength <= LARGEST_IDLE) idle.push(memory);
}
