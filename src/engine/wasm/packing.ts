import type { Heap } from '../routines/heap.js';
import { type Routines, typescriptRoutines } from '../routines/index.js';
import { moduleApart, routinesOf } from './compile.js';
import { fillTiles, type RoutineName, TILE_PAGES, TILE_WORDS, TILES, TILES_FROM } from './tiles.js';
import { startPacking, type WideState } from './wide.js';

/**
 * What the host can have the compiler do: pack two neighbouring 128-bit operations into one of 256 bits. They stay the
 * same products and sums, so the bits do too.
 */
export interface WidePacker {
  /** Routines that its compiler is not to be given: no comparison finds what ends the process. */
  readonly without: readonly RoutineName[];
  /** Compiles a module whose functions are optimised as soon as they are called. */
  eager<T>(compile: () => T): T;
  /** What is optimised during `work` is packed, and is optimised before `work` goes on. */
  packed<T>(work: () => T): T;
}

interface WideOptions {
  /** Calls of a routine before it is packed, which takes some milliseconds: short work is done sooner without. */
  readonly patience?: number;
  readonly twins?: (heap: Heap) => Routines;
}

type Table = Record<string, (...args: readonly number[]) => unknown>;

const PATIENCE = 32;

/**
 * From now on the routines of `TILES` are packed on new memories, each once it has been called some times and gave the
 * bits of its twin. The others stay as they are.
 */
export function packWide(packer: WidePacker, options: WideOptions = {}): void {
  const { patience = PATIENCE, twins = typescriptRoutines } = options;
  const names = (Object.keys(TILES) as RoutineName[]).filter((name) => !packer.without.includes(name));
  let state: WideState = 'on';
  let bench: Bench | null = null;
  const calls = new Map<string, number>();
  /** Routines in use, and what they were before any was packed. */
  const tables: WeakRef<Table>[] = [];
  const plainOf = new WeakMap<Table, Table>();

  /** Whether it is time for a routine to be packed, and it can be trusted. */
  const mayBePacked = (name: RoutineName): boolean => {
    if (state !== 'on') return false;
    if (bench?.passed.has(name)) return true;
    const count = calls.get(name) ?? 0;
    calls.set(name, count + 1);
    if (count < patience) return false;
    bench ??= new Bench(packer, twins);
    if (bench.passes(name)) return true;
    // one routine that errs is a reason to trust none of them
    state = { differs: name };
    for (const table of tables.splice(0).map((one) => one.deref())) if (table) Object.assign(table, plainOf.get(table));
    return false;
  };

  startPacking({
    get state() {
      return state;
    },
    packed: (given, memory) => {
      const plain = given as unknown as Table;
      const routines: Table = { ...plain };
      let packed: Table | null = null;
      for (const name of names) {
        routines[name] = (...args) => {
          if (!mayBePacked(name)) return plain[name](...args);
          packed ??= routinesOf(bench!.module, memory) as unknown as Table;
          routines[name] = packed[name];
          return packed[name](...args);
        };
      }
      plainOf.set(routines, plain);
      tables.push(new WeakRef(routines));
      return routines as unknown as Routines;
    },
  });
}

/** Where packed routines are compared with their twins: a small memory for each of the two. */
class Bench {
  readonly module: WebAssembly.Module;
  /** The routines that gave the bits of their twins. */
  readonly passed = new Set<string>();
  readonly #packer: WidePacker;
  readonly #packed: Table;
  readonly #twins: Table;
  readonly #numbers: readonly [packed: Int32Array, twin: Int32Array];

  constructor(packer: WidePacker, twins: (heap: Heap) => Routines) {
    const memory = new WebAssembly.Memory({ initial: TILE_PAGES, maximum: TILE_PAGES, shared: true });
    const { buffer } = memory;
    const twin = new ArrayBuffer(buffer.byteLength);
    this.#packer = packer;
    [this.module, this.#packed] = packer.eager(() => {
      const module = moduleApart();
      return [module, routinesOf(module, memory) as unknown as Table];
    });
    this.#twins = twins({
      u8: new Uint8Array(twin),
      i32: new Int32Array(twin),
      f32: new Float32Array(twin),
      f64: new Float64Array(twin),
    }) as unknown as Table;
    this.#numbers = [new Int32Array(buffer, TILES_FROM), new Int32Array(twin, TILES_FROM)];
  }

  /** Whether a routine, optimised and packed, does to its tiles what its twin does. */
  passes(name: RoutineName): boolean {
    const [packed, twin] = this.#numbers;
    const call = (routines: Table, numbers: Int32Array): void => {
      fillTiles(numbers);
      for (const args of TILES[name]!) routines[name](...args);
    };
    this.#packer.packed(() => call(this.#packed, packed));
    // only now is it the optimised one from its first instruction on
    call(this.#packed, packed);
    call(this.#twins, twin);
    for (let i = 0; i < TILE_WORDS; i++) if (packed[i] !== twin[i]) return false;
    this.passed.add(name);
    return true;
  }
}
