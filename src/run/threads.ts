import type { SharedWork, ThreadTeam } from '../engine/threads/shared-work.js';
import type { TrainingShare } from '../engine/training/network/share.js';
import type { TrainingTeam } from '../engine/training/network/team.js';
import { WorkerThreads } from '../io/threads.js';

/** What the main thread sends to its helpers: a convolution to join in, or a training to stay at. */
export type HelpMessage = { readonly id: number; readonly memory: WebAssembly.Memory } & (
  | { readonly work: SharedWork }
  | { readonly training: TrainingShare }
);

const teams = new Map<number, ThreadTeam>();

/** The process's team of `size` threads; null for one thread, which needs no help. */
export function threadTeam(size: number): ThreadTeam | null {
  if (size <= 1) return null;
  let team = teams.get(size);
  if (!team) {
    const threads = new WorkerThreads(size);
    team = {
      size,
      get isRunning() {
        return threads.isRunning;
      },
      start: ({ id, wasm }, work) => threads.post({ id, memory: wasm, work } satisfies HelpMessage),
    };
    teams.set(size, team);
  }
  return team;
}

/** `size` threads for one training; null for one thread, which needs no help. They stay at it until it is closed. */
export function trainingTeam(size: number): TrainingTeam | null {
  if (size <= 1) return null;
  const threads = new WorkerThreads(size);
  return {
    size,
    start: ({ id, wasm }, training) => threads.post({ id, memory: wasm, training } satisfies HelpMessage),
  };
}
