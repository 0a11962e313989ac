import { batchCases } from './batch.mjs';
import { engineCases } from './engine.mjs';
import { networkCases } from './networks.mjs';
import { processCases } from './processes.mjs';

/**
 * Everything `npm run bench` measures; a new case is an entry in one of the lists.
 * A case: name · prepare(folder) → { run, flops?, algorithms?, peers: [{ peer, goal, run }] }. `goal`: how many times
 * faster than the peer `run` should be. A peer's run that is a text says why the peer is missing.
 */
export const CASES = [...engineCases, ...processCases, ...networkCases, ...batchCases];
