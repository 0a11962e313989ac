import type { SharedBands, ThreadTeam } from '../engine/shared-bands.js';
import { WorkerThreads } from '../io/threads.js';

/** What the main thread sends to its helpers. */
export interface HelpMessage {
  readonly id: number;
  readonly memory: WebAssembly.Memory;
  readonly work: SharedBands;
}

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
