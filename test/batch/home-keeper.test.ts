import { describe, expect, it } from 'vitest';
import { type Grant, HomeKeeper } from '../../src/batch/home-keeper.js';

const MB = 2 ** 20;
/** Weights of 100 MB, 20 MB for each thread. */
const BYTES = { constants: 100 * MB, own: 20 * MB, parts: 50 };
/** What a thread needs besides, as the keeper reckons. */
const BESIDES = 96 * MB;

function keeperOf(lanes: number, budget: number) {
  const granted = new Map<number, Grant>();
  const wanted: number[] = [];
  const keeper = new HomeKeeper(lanes, budget, {
    granted: (lane, grant) => void granted.set(lane, grant),
    wanted: (lane) => void wanted.push(lane),
  });
  return { keeper, granted, wanted };
}

const roomOf = (grants: ReadonlyMap<number, Grant>, lane: number) => grants.get(lane)?.room;

describe('rooms for the threads that share weights', () => {
  it('all have rooms of their own behind one copy, and in front of it what they tell each other about its parts', () => {
    const { keeper, granted } = keeperOf(3, 10_000 * MB);
    for (const lane of [0, 1, 2]) keeper.enter(lane, 'a', BYTES);
    const rooms = [0, 1, 2].map((lane) => roomOf(granted, lane)!);
    expect(new Set(rooms.map(({ memory }) => memory)).size).toBe(1);
    expect(new Set(rooms.map(({ constants, parts }) => `${constants} ${parts}`)).size).toBe(1);
    const [own] = rooms;
    expect(rooms.map((room) => room.own - own.own)).toEqual([0, BYTES.own, 2 * BYTES.own]);
    expect(own.own - own.constants).toBe(BYTES.constants);
    expect(own.constants - own.parts).toBeGreaterThanOrEqual(4 * BYTES.parts);
    expect(own.memory.buffer.byteLength).toBeGreaterThanOrEqual(rooms[2].own + BYTES.own);
  });

  it('where memory is for two, the third waits until one of them lets go', () => {
    const { keeper, granted, wanted } = keeperOf(3, BYTES.constants + 2 * (BYTES.own + BESIDES));
    for (const lane of [0, 1, 2]) keeper.enter(lane, 'a', BYTES);
    expect([...granted.keys()]).toEqual([0, 1]);
    expect(wanted).toEqual([0, 1]);
    keeper.leave(1);
    expect(roomOf(granted, 2)!.own).toBe(roomOf(granted, 1)!.own);
  });

  it('who comes back to another room is told that it is another: its session would write into what somebody else has now', () => {
    const { keeper, granted } = keeperOf(3, BYTES.constants + 2 * (BYTES.own + BESIDES));
    for (const lane of [0, 1, 2]) keeper.enter(lane, 'a', BYTES);
    const before = granted.get(0)!;
    keeper.leave(0);
    expect(granted.get(2)).toEqual(before);
    keeper.enter(0, 'a', BYTES);
    keeper.leave(1);
    const after = granted.get(0)!;
    expect(after.room!.own).not.toBe(before.room!.own);
    expect(after.id).not.toBe(before.id);
  });

  it('whoever is alone has room, however little memory there is', () => {
    const { keeper, granted } = keeperOf(2, 0);
    keeper.enter(0, 'a', BYTES);
    keeper.enter(1, 'a', BYTES);
    expect([...granted.keys()]).toEqual([0]);
    keeper.leave(0);
    expect([...granted.keys()]).toEqual([0, 1]);
  });

  it('another plan takes the place of one that nobody uses', () => {
    const { keeper, granted } = keeperOf(2, 10_000 * MB);
    keeper.enter(0, 'a', BYTES);
    keeper.enter(1, 'b', BYTES);
    expect(granted.has(1)).toBe(false);
    keeper.leave(0);
    expect(granted.get(1)!.id).not.toBe(granted.get(0)!.id);
    expect(roomOf(granted, 1)!.memory).not.toBe(roomOf(granted, 0)!.memory);
  });

  it('few constants are packed by each thread for itself, and count as well', () => {
    const small = { constants: MB, own: 50 * MB, parts: 2 };
    const { keeper, granted } = keeperOf(2, 51 * MB + BESIDES);
    keeper.enter(0, 'a', small);
    keeper.enter(1, 'b', small);
    expect([...granted]).toEqual([[0, { id: 1, room: null }]]);
    keeper.leave(0);
    expect(granted.get(1)).toEqual({ id: 2, room: null });
  });
});
