import type { Answer, Frame, Work } from '../../cli/frame.js';
import { decodeOf, presetOf } from '../../cli/network-flags.js';
import { hearInterruption } from '../../cli/signals.js';
import { float32Bytes } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import type { ImagePreset } from '../../core/job.js';
import { shellWord } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { openTraining, type Training } from '../../engine/training/network/trainer.js';
import { writeAtomic } from '../../io/files.js';
import { sha256, sha256OfParts } from '../../io/hash.js';
import { formatBytes } from '../../reports/table.js';
import { presetOfJob } from '../../run/network-input.js';
import { presetWords } from '../../run/preset.js';
import { trainingTeam } from '../../run/threads.js';
import { copyOf, type Learnt, learn, type Numbers } from './learn.js';
import { networkFile, saidOf, type TrainWords, trainArgs } from './network-file.js';
import { beginningOf, descentOf, paceOf } from './train-flags.js';
import {
  epochLine,
  headLines,
  measure,
  movedKernels,
  resultLines,
  type Trained,
  type Trainee,
} from './train-report.js';
import { begin, openTrainable, type TrainableNetwork, tapeFor } from './trained-network.js';
import { type DataEvents, openTrainingData } from './training-data.js';
import { checkOutputs, imagesInParts, type TrainingImagesInParts } from './training-images.js';
import { type Fingerprint, readState, removeState, stateFile, writeState } from './training-state.js';

/** The exit code of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** A training with all that it learns from, ready for its first step. */
interface Prepared {
  readonly training: Training;
  readonly images: TrainingImagesInParts;
  readonly facts: Trainee;
  readonly first: Numbers;
  readonly dataSha256: string;
  /** How its images were prepared. */
  readonly preset: ImagePreset;
  readonly fingerprint: Fingerprint;
  readonly notes: readonly string[];
  readonly failed: number;
}

/** `cnnviz train`, answered. */
export async function trainAnswer(net: string, flags: TrainWords, frame: Frame): Promise<Answer> {
  const network = await openTrainable(net, flags.asPrinted, beginningOf(flags));
  const { opened } = network;
  const out = frame.place({ name: `${opened.name}.safetensors`, inputs: [], always: 'with --json' })!;
  const kept = out === '-' ? null : stateFile(out);
  if (kept === null && flags.resume) {
    throw new CnnvizError('usage', '--resume: what goes to standard output is kept nowhere', {
      fix: '-o FILE.safetensors',
    });
  }
  const prepared = await prepare(network, flags, frame);
  const { training, images, facts } = prepared;
  try {
    const learnt = await learning(prepared, flags, kept, frame);
    for (const [name, values] of learnt.best ?? []) training.numbers.get(name)!.set(values);
    const judge = (some: Int32Array) =>
      some.length === 0 ? null : measure(training.evaluate(some), some, images.labels, training.tape.classes);
    const result: Trained = {
      ...facts,
      history: learnt.position.history,
      best: learnt.position.best.epoch,
      end: learnt.end,
      steps: learnt.position.step,
      onHeldOut: judge(images.parts.heldOut),
      onTest: judge(images.test),
      moved: movedKernels(training, prepared.first),
    };
    const args = trainArgs(net, flags);
    const bytes = networkFile(training, result, args, prepared);
    return answerOf({ result, args, bytes, out, kept, prepared }, frame);
  } finally {
    training.close();
  }
}

/** Data read, memory taken, first weights in their places. */
async function prepare(network: TrainableNetwork, flags: TrainWords, frame: Frame): Promise<Prepared> {
  const beginning = beginningOf(flags);
  const { opened } = network;
  const decode = decodeOf(flags);
  const preset = presetOfJob({ preset: presetOf(flags), decode }, opened);
  const data = await openTrainingData(flags.data, { preset, decode }, dataEvents(frame));
  const test = flags.test === null ? null : await openTrainingData(flags.test, { preset, decode }, dataEvents(frame));
  const images = imagesInParts(flags.data, data, test && { place: flags.test!, data: test }, flags);
  const { tape, shaped } = tapeFor(network, images.shape);
  const more = checkOutputs(opened.name, tape.classes, data.classes);
  const dataSha256 = sha256OfParts([bytesOf(images.data), bytesOf(images.labels)]);
  const training = openTraining({ tape, images, settings: descentOf(flags), team: trainingTeam(frame.jobs) });
  begin(training, shaped, beginning, flags.seed);
  const first = copyOf(training.numbers);
  return {
    training,
    images,
    first,
    dataSha256,
    preset,
    fingerprint: {
      network: JSON.stringify([tape.ops, tape.parameters]),
      data: dataSha256,
      'first weights': sha256OfParts([...first.values()].map(float32Bytes)),
      ...saidOf(flags),
    },
    facts: {
      network: opened.name,
      parameters: tape.parameters.reduce((sum, { floats }) => sum + floats, 0),
      classes: data.classes,
      data: flags.data,
      images: images.parts.training.length,
      heldOut: images.parts.heldOut.length,
      test: images.test.length,
      preprocess: presetWords(preset, { width: images.shape[2], height: images.shape[1] }),
    },
    notes: [...opened.notes, ...data.notes, ...more],
    failed: data.failed + (test?.failed ?? 0),
  };
}

/** The steps, watched; what goes on after a Ctrl-C is kept. */
async function learning(
  { training, images, facts, fingerprint }: Prepared,
  flags: TrainWords,
  kept: string | null,
  frame: Frame,
): Promise<Learnt> {
  const pace = paceOf(flags);
  const from = flags.resume && kept !== null ? await readState(kept, training, fingerprint) : null;
  if (!frame.json) for (const line of headLines(facts)) frame.terminal.print(line);
  if (from) frame.terminal.note(`goes on after step ${from.position.step}`);
  const interruption = hearInterruption(() => frame.terminal.note('ends after this step; again: at once'));
  try {
    let work: Work | null = null;
    return await learn(training, images.parts, pace, from, {
      async step(done, total) {
        work ??= frame.progress(total, { mayEndEarly: true });
        await work.breathe(done);
      },
      epoch: (epoch) => frame.report(epochLine(epoch, pace.epochs), () => epoch),
      async save(standing) {
        if (kept !== null) await writeState(kept, training, standing, fingerprint);
      },
      isInterrupted: interruption.isWished,
    });
  } finally {
    interruption.stop();
  }
}

interface Found {
  readonly result: Trained;
  readonly args: readonly string[];
  readonly bytes: Uint8Array;
  readonly out: string;
  readonly kept: string | null;
  readonly prepared: Prepared;
}

function answerOf({ result, args, bytes, out, kept, prepared }: Found, frame: Frame): Answer {
  const isDone = result.end !== 'interrupted';
  const hash = sha256(bytes);
  const facts = `${formatBytes(bytes.length)}, sha256 ${hash.slice(0, 16)}…`;
  const goOn = isDone || kept === null ? [] : [`to go on: cnnviz ${[...args, '--resume'].map(shellWord).join(' ')}`];
  return {
    notes: prepared.notes,
    lines: [...resultLines(result), ...goOn],
    document: () => ({
      cnnviz: VERSION,
      command: frame.name,
      args,
      ...result,
      dataSha256: prepared.dataSha256,
      outputs: [{ path: out, bytes: bytes.length, sha256: hash }],
      warnings: prepared.notes,
    }),
    files: [
      kept === null
        ? { place: out, facts, bytes: () => bytes }
        : {
            place: out,
            facts,
            async write() {
              await writeAtomic(out, bytes, { clobber: frame.clobber });
              if (isDone) await removeState(kept);
            },
          },
    ],
    ok: isDone ? prepared.failed === 0 : INTERRUPTED,
  };
}

/** A bar over the images that are read, and failures as they come. */
function dataEvents(frame: Frame): DataEvents {
  let work: Work | null = null;
  return {
    async images(done, total, failed) {
      work ??= frame.progress(total);
      await work.breathe(done, failed);
      if (done === total) work.bar.stop();
    },
    failure: (error) => frame.terminal.fail(error),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
