import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Heap } from '../../src/engine/routines/heap.js';
import { typescriptRoutines } from '../../src/engine/routines/index.js';
import type { WidePacker } from '../../src/engine/wasm/packing.js';
import { TILES } from '../../src/engine/wasm/tiles.js';
import { noWideReason, widePacker } from '../../src/io/wide.js';

/** Packs nothing, and counts. */
function countingPacker() {
  const asked: string[] = [];
  const packer: WidePacker = {
    without: [],
    eager(compile) {
      asked.push('eager');
      return compile();
    },
    packed(work) {
      asked.push('packed');
      return work();
    },
  };
  return { packer, asked };
}

/** The engine's memories as a process finds them that has just started. */
async function freshEngine() {
  vi.resetModules();
  const { packWide } = await import('../../src/engine/wasm/packing.js');
  const { wideState } = await import('../../src/engine/wasm/wide.js');
  const { EngineMemory } = await import('../../src/engine/wasm/memory.js');
  return { packWide, wideState, EngineMemory };
}

const [X, Y] = [65_536, 65_536 + 32_768];

/** One tile of the multiplication on `memory`: [4, 8] at Y. */
function multiply({ heap, routines }: { heap: Heap; routines: ReturnType<typeof typescriptRoutines> }): Float32Array {
  for (let i = 0; i < 4096; i++) heap.f32[X / 4 + i] = ((i * 37) % 101) / 100 - 0.3;
  routines.winogradMultiply(X, X + 8192, 40, 4, 8, Y, 32, Y + 4096);
  return heap.f32.slice(Y / 4, Y / 4 + 32);
}

afterEach(() => vi.resetModules());

describe('vectors of 256 bits', () => {
  it('gives the bits of its twin for the tiles of every routine that is packed', async () => {
    for (const name of Object.keys(TILES)) {
      const { packWide, wideState, EngineMemory } = await freshEngine();
      packWide(noWideReason() === null ? widePacker : countingPacker().packer, { patience: 0 });
      const memory = new EngineMemory('wasm');
      memory.reserve(65_536);
      (memory.routines as unknown as Record<string, (...args: readonly number[]) => void>)[name](
        ...TILES[name as keyof typeof TILES]![0],
      );
      expect(wideState(), name).toBe('on');
    }
  });

  it('waits until a routine has been called some times, and checks it once', async () => {
    const { packWide, EngineMemory } = await freshEngine();
    const { packer, asked } = countingPacker();
    packWide(packer, { patience: 3 });
    const [one, other] = [new EngineMemory('wasm'), new EngineMemory('wasm')];
    for (const memory of [one, other]) memory.reserve(65_536);
    const before = [multiply(one), multiply(other), multiply(one)];
    expect(asked).toEqual([]);
    const after = [multiply(one), multiply(other), multiply(one)];
    expect(asked).toEqual(['eager', 'packed']);
    for (const bits of [...before, ...after]) expect(bits).toEqual(before[0]);
  });

  it('leaves alone what the compiler is not to be given', async () => {
    const { packWide, EngineMemory } = await freshEngine();
    const { packer, asked } = countingPacker();
    packWide({ ...packer, without: ['winogradMultiply'] }, { patience: 0 });
    const memory = new EngineMemory('wasm');
    memory.reserve(65_536);
    multiply(memory);
    expect(asked).toEqual([]);
  });

  it('is turned off for all memories when one routine differs from its twin in one bit', async () => {
    const { packWide, wideState, EngineMemory } = await freshEngine();
    const { packer } = countingPacker();
    const wrong = (heap: Heap) => {
      const routines = typescriptRoutines(heap);
      return {
        ...routines,
        winogradMultiply: (...args: Parameters<typeof routines.winogradMultiply>) => {
          routines.winogradMultiply(...args);
          heap.i32[args[5] / 4] ^= 1;
        },
      };
    };
    packWide(packer, { patience: 0, twins: wrong });
    const [early, late] = [new EngineMemory('wasm'), new EngineMemory('wasm')];
    for (const memory of [early, late]) memory.reserve(65_536);
    early.routines.directRows(X, X, 0, X, X, 1, Y, 512, 1, 28, 0, Y + 4096);
    const packed = early.routines.directRows;
    const plain = new EngineMemory('typescript');
    plain.reserve(65_536);
    expect(multiply(late)).toEqual(multiply(plain));
    expect(wideState()).toEqual({ differs: 'winogradMultiply' });
    expect(early.routines.directRows).not.toBe(packed);
    expect(multiply(early)).toEqual(multiply(plain));
  });

  it('leaves memories alone that were made before it was asked for, and hands them out no more', async () => {
    const { packWide, EngineMemory } = await freshEngine();
    const { takeMemory, returnMemory } = await import('../../src/engine/wasm/memory.js');
    const before = takeMemory(1000, 'wasm');
    returnMemory(before);
    packWide(countingPacker().packer);
    const after = takeMemory(1000, 'wasm');
    expect(after).not.toBe(before);
    returnMemory(after);
    expect(takeMemory(1000, 'wasm')).toBe(after);
    expect(new EngineMemory('typescript').isCurrent).toBe(true);
  });
});

describe.runIf(noWideReason() === null)('V8', () => {
  it('has optimised a routine by the time it was checked, and has its own settings back', async () => {
    const { cachedDataVersionTag, setFlagsFromString } = await import('node:v8');
    setFlagsFromString('--allow-natives-syntax');
    const isOptimised = new Function('f', 'return %IsTurboFanFunction(f)') as (routine: unknown) => boolean;
    setFlagsFromString('--no-allow-natives-syntax');
    const before = cachedDataVersionTag();
    const { packWide, EngineMemory } = await freshEngine();
    packWide(widePacker, { patience: 0 });
    const memory = new EngineMemory('wasm');
    memory.reserve(65_536);
    multiply(memory);
    expect(isOptimised(memory.routines.winogradMultiply)).toBe(true);
    expect(cachedDataVersionTag()).toBe(before);
  });
});
