import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childPeer } from '../child-peer.mjs';
import { BATCH, cnnvizTraining, drawnDigits, MOMENTUM, RATE, STEPS, writeTask } from '../training.mjs';

const PYTHON = '/usr/bin/python3';
const JAVASCRIPT = fileURLToPath(new URL('../train-peer.mjs', import.meta.url));
const TORCH = fileURLToPath(new URL('../train-peer.py', import.meta.url));
/** Times are told for so many images. */
const TOLD = 10_000;
const IMAGES = 2048;

/** The time of `steps` steps as that of 10,000 images. */
const ofTold = (seconds, steps) => ({ ms: (1000 * seconds * TOLD) / (steps * BATCH) });

/**
 * A peer in a process of its own, which takes its own times; a text where it is not there.
 * @param steps how many make one time: a slow peer need not do many
 */
async function trainPeer(program, args, folder, steps, needs) {
  const child = await childPeer(program, [...args, BATCH, RATE, MOMENTUM].map(String));
  if (child === null) return needs;
  const { missing } = JSON.parse(child.said);
  if (missing) {
    child.stop();
    return missing;
  }
  const out = join(folder, 'peer.bin');
  // from the first weights on: before any run is timed
  const output = async () => {
    await child.ask(`run ${STEPS}`);
    await child.ask(`save ${out}`);
    const { buffer, byteOffset, byteLength } = readFileSync(out);
    return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  };
  const run = async () => ofTold(Number(await child.ask(`run ${steps}`)), steps);
  return Object.assign(run, { output, close: child.stop });
}

const javascript = (kind, folder, steps) =>
  trainPeer(process.execPath, [JAVASCRIPT, kind, folder], folder, steps, 'npm install --prefix test/bench');

function withoutOutput(run) {
  const { close } = run;
  return Object.assign(() => run(), { close });
}

const torch = (threads, folder) =>
  trainPeer(PYTHON, [TORCH, folder, threads], folder, 30, `needs Debian's python3-torch for ${PYTHON}`);

/**
 * One training by all: the same images, first weights, order, batch and rate; after five steps the weights of each peer are
 * compared with ours. ConvNetJS and tfjs know one thread. tfjs has no gradient of a convolution's weights for wasm: it is
 * told, and measured with that gradient by its own convolution, and on its cpu backend.
 */
const training = (threads) => ({
  name: `train: 10,000 digits, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
  effort: { warmUps: 1, fewest: 3, seconds: 2 },
  async prepare(parent) {
    const folder = join(parent, `train-${threads}`);
    mkdirSync(folder, { recursive: true });
    const digits = drawnDigits(IMAGES);
    const own = await cnnvizTraining(digits, threads);
    writeTask(folder, digits, own);
    const peers = [
      {
        peer: `PyTorch, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
        goal: 1 / 3,
        run: await torch(threads, folder),
      },
      { peer: 'ConvNetJS', goal: 4, run: await javascript('convnetjs', folder, 4) },
      { peer: 'tfjs wasm, dW by conv2d', goal: 1.5, run: await javascript('tfjs-wasm-conv', folder, 10) },
    ];
    if (threads > 1) {
      peers.push({ peer: 'tfjs wasm', goal: 1.5, run: await javascript('tfjs-wasm', folder, 10) });
      // seconds a step: it is not asked for weights, too
      const cpu = await javascript('tfjs-cpu', folder, 1);
      peers.push({ peer: 'tfjs cpu', goal: 1.5, run: typeof cpu === 'string' ? cpu : withoutOutput(cpu) });
    }
    let first = null;
    const steps = 60;
    return {
      async run() {
        const start = performance.now();
        own.steps(steps);
        return ofTold((performance.now() - start) / 1000, steps);
      },
      output() {
        if (first === null) {
          own.steps(STEPS);
          first = own.weights();
        }
        return first;
      },
      peers,
      close() {
        own.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});

export const trainCases = [training(2), training(1)];
