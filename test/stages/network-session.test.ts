import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { openNetwork } from '../../src/run/network.js';
import { type NetworkSession, NetworkSessions } from '../../src/run/network-session.js';
import { randomArray } from '../random.js';

const REQUEST = { layers: ['output'], exact: false, threads: 1, firstOnly: false };
const NETWORK = { network: 'conv sobel-x padding=1 | relu | conv outline3x3', weights: null, init: null, inputs: [] };
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('sessions of one network', () => {
  it('inputs of several shapes may be planned before any of them runs, and all queue up', async () => {
    const opened = await openNetwork(NETWORK);
    const together = new NetworkSessions(opened, REQUEST);
    const shapes = [
      [1, 3, 20, 30],
      [1, 3, 30, 20],
      [1, 3, 19, 29],
      [1, 3, 29, 19],
    ];
    const inputs = shapes.map((shape, i) => ({ data: randomArray(sizeOf(shape), i + 1), shape }));
    const sessions: NetworkSession[] = [];
    for (const { shape } of inputs) {
      sessions.push(together.for({ dtype: 'float32', shape }));
      await breathe(); // as a lane does that still has names to check
    }
    const values = await Promise.all(sessions.map((session, i) => session.run(inputs[i], breathe)));
    for (const [i, input] of inputs.entries()) {
      const alone = new NetworkSessions(opened, REQUEST).for({ dtype: 'float32', shape: input.shape });
      expect(values[i]).toEqual(await alone.run(input, breathe));
    }
  });
});
