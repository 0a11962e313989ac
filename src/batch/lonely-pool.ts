import type { Input } from '../io/inputs.js';
import type { BatchPool } from './shared-pool.js';
import type { WorkerPool } from './worker-pool.js';

/**
 * A pool that stays open, for one batch alone: some of its inputs are worked on when all others are done, with nothing
 * beside them. Killed, it ends.
 */
export function withLonely(pool: WorkerPool<Input>, alone: ReadonlySet<number>): BatchPool {
  let end: () => void = () => {};
  const killed = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    async run(indexes) {
      const running = pool.run(indexes.filter((index) => !alone.has(index)));
      pool.add(
        indexes.filter((index) => alone.has(index)),
        true,
      );
      pool.finish();
      await Promise.race([running, killed]);
    },
    stop: () => pool.stop(),
    kill() {
      pool.kill();
      end();
    },
  };
}
