import type { FusedBand } from '../fused.js';
import type { EngineInput } from '../input.js';
import type { BandedConv, Lane, PackedConv } from '../lane.js';
import type { Portions } from '../operators/portions.js';
import type { Room } from '../operators/room.js';
import { runBand } from '../run-band.js';
import type { EngineMemory } from '../wasm/memory.js';
import { shareBands, sharedInput, sharedOutput } from './shared-bands.js';
import type { PortionTask } from './shared-portions.js';
import type { ThreadTeam } from './shared-work.js';
import { closeWork, endTickets, nextTicket, openTickets } from './tickets.js';

/** About this many multiply-accumulates pass between two breaths: a few hundredths of a second. */
const MACS_PER_BREATH = 4e8;

/** A session's memory, the threads that may help, and what each of them has of its own; the first is the caller's. */
export interface Crew {
  readonly memory: EngineMemory;
  readonly team: ThreadTeam | null;
  /** For what layers need beside their values while they are computed. */
  readonly rooms: readonly Readonly<Room>[];
  /** The same for bands. */
  readonly lanes: readonly Lane[];
}

/** A convolution ready to run; `shared`: where its input and output lie when threads share it. */
export interface ReadyConv {
  readonly conv: PackedConv & BandedConv;
  readonly shared: { readonly x: number; readonly y: number } | null;
}

/** All bands of one image, alone or with the team; yields the share done every now and then. */
export function* runBands(
  { memory, team, lanes }: Crew,
  { conv, shared }: ReadyConv,
  input: EngineInput,
  y: Float32Array,
  fused: readonly FusedBand[],
  macs: number,
): Generator<number> {
  const { count } = conv.bands;
  const portions = (from: EngineInput, to: Float32Array): Portions => ({
    count,
    run: (index) => runBand(memory, conv, lanes[0], from, to, fused, index),
  });
  if (!shared) {
    yield* runThese(portions(input, y), macs, sequence(count));
    return;
  }
  const work = shareBands(memory, conv, input, shared, y, fused, lanes);
  team!.start(memory, work);
  yield* runShared(memory, work.serial, portions(sharedInput(memory, work), sharedOutput(memory, work)), macs);
  if (memory.addressOf(y) === -1) y.set(sharedOutput(memory, work));
}

/**
 * All portions of a step, alone or with the team; yields the share done every now and then.
 * @param task the same for other threads; null: they are not to help
 */
export function* runPortions(
  { memory, team, rooms }: Crew,
  portions: Portions,
  task: PortionTask | null,
  macs = 0,
): Generator<number> {
  const { count } = portions;
  if (task === null || count < 2) {
    if (portions.whole) portions.whole();
    else yield* runThese(portions, macs, sequence(count));
    return;
  }
  const serial = openTickets(memory);
  team!.start(memory, { kind: 'portions', serial, task, rooms });
  yield* runShared(memory, serial, portions, macs);
}

/** Those portions of open work that come to this thread. When it is left, be it in the middle, nobody is at it any more. */
function* runShared(memory: EngineMemory, serial: number, portions: Portions, macs: number): Generator<number> {
  const tickets = sequence(portions.count, () => nextTicket(memory));
  try {
    yield* runThese(portions, macs, tickets);
  } finally {
    endTickets(memory);
    closeWork(memory, serial);
  }
}

function* runThese({ count, run }: Portions, macs: number, tickets: Iterable<number>): Generator<number> {
  let sinceBreath = 0;
  for (const index of tickets) {
    run(index);
    sinceBreath += macs / count;
    if (sinceBreath < MACS_PER_BREATH) continue;
    sinceBreath = 0;
    yield (index + 1) / count;
  }
}

/** What `next` gives, 0, 1, 2 … by default, while it is below count. */
function* sequence(count: number, next = counter()): Generator<number> {
  for (let index = next(); index < count; index = next()) yield index;
}

function counter(): () => number {
  let next = 0;
  return () => next++;
}
