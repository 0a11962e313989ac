import { describe, expect, it } from 'vitest';
import { packTogether, partsBytes } from '../../src/engine/threads/shared-packing.js';
import { EngineMemory } from '../../src/engine/wasm/memory.js';

const COUNT = 5;

/** A fresh memory, and threads in it, one after another or within one another: what each of them packs, and what it is told. */
function threadsIn() {
  const memory = new EngineMemory('wasm');
  memory.reserve(partsBytes(COUNT));
  const at = memory.allocate(partsBytes(COUNT));
  return (pack: (part: number) => boolean) => {
    const packed: number[] = [];
    const told = packTogether(memory, at, COUNT, (part) => {
      packed.push(part);
      return pack(part);
    });
    return { packed, told };
  };
}

const isOdd = (part: number): boolean => part % 2 === 1;

describe('constants that threads pack together', () => {
  it('who is alone packs all, the last first, and whoever comes later is told the same', () => {
    const enter = threadsIn();
    const told = [false, true, false, true, false];
    expect(enter(isOdd)).toEqual({ packed: [4, 3, 2, 1, 0], told });
    expect(enter(isOdd)).toEqual({ packed: [], told });
  });

  it('of two who are at it at the same time each packs what the other has not begun', () => {
    const enter = threadsIn();
    const other: number[] = [];
    const besides = (): void => {
      enter((part) => {
        other.push(part);
        // what the first has in hand it would wait for
        if (part === 0) throw new Error('enough');
        return isOdd(part);
      });
    };
    const { packed, told } = enter((part) => {
      if (part === 3) expect(besides).toThrow('enough');
      return isOdd(part);
    });
    expect(other).toEqual([2, 1, 0]);
    expect(packed).toEqual([4, 3, 0]);
    expect(told).toEqual([false, true, false, true, false]);
  });

  it('what one cannot pack is left to the next, who meets the same or does it', () => {
    const enter = threadsIn();
    const fails = (): void => {
      enter((part) => {
        if (part === 2) throw new Error('cannot be read');
        return false;
      });
    };
    expect(fails).toThrow('cannot be read');
    expect(fails).toThrow('cannot be read');
    expect(enter(isOdd)).toEqual({ packed: [2, 1, 0], told: [false, true, false, false, false] });
  });
});
