import type { EngineMemory } from '../wasm/memory.js';
import { bandRunner, type SharedBands } from './shared-bands.js';
import { portionRunner, type SharedPortions } from './shared-portions.js';
import { joinWork, leaveWork, nextTicket } from './tickets.js';

/** What threads share: plain data, sent by message; all numbers lie in the shared memory. */
export type SharedWork = SharedBands | SharedPortions;

/** Threads that can help: implemented where threads exist (src/io). */
export interface ThreadTeam {
  /** Threads in all, the caller's own included. */
  readonly size: number;
  /** False until the first help was asked for: starting takes about 0.1 s. */
  readonly isRunning: boolean;
  /** Asks the others to join; returns at once. They take tickets until none is left. */
  start(memory: EngineMemory, work: SharedWork): void;
}

/** What a helping thread does with a message: portions, until none is left. `lane`: its place in the team, from 1. */
export function helpWith(memory: EngineMemory, work: SharedWork, lane: number): void {
  if (!joinWork(memory, work.serial)) return;
  const { count, run } = work.kind === 'bands' ? bandRunner(memory, work, lane) : portionRunner(memory, work, lane);
  for (let index = nextTicket(memory); index < count; index = nextTicket(memory)) run(index);
  leaveWork(memory);
}
