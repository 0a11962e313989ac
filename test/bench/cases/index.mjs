import { batchCases } from './batch.mjs';
import { engineCases } from './engine.mjs';
import { networkCases } from './networks.mjs';
import { processCases } from './processes.mjs';
import { torchvisionCases } from './torchvision.mjs';
import { trainCases } from './train.mjs';

/**
 * Everything `npm run bench` measures; a new case is an entry in one of the lists.
 * A case: name · prepare(folder) → { run, output?, flops?, algorithms?, values?, peers: [{ peer, goal, run }], close? }, or a
 * text that says why it is left out. `goal`: how many times faster than the peer `run` should be; null: no goal. `values`:
 * { count, goal } of an element-wise layer, the goal in nanoseconds a value. A peer's run that is a text says why the peer is
 * missing; its `output` and the case's own are compared. `together`: all peers in one round. `effort`: as interleave takes it.
 */
export const CASES = [
  ...engineCases,
  ...torchvisionCases,
  ...trainCases,
  ...processCases,
  ...networkCases,
  ...batchCases,
];
