import type { Answer, Frame, Work } from '../../cli/frame.js';
import { hearInterruption, type Interruption } from '../../cli/signals.js';
import { CnnvizError } from '../../core/errors.js';
import { shellWord } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { writeAtomic } from '../../io/files.js';
import { sha256 } from '../../io/hash.js';
import { formatBytes } from '../../reports/table.js';
import { deadChannels } from './dead-channels.js';
import { type CheckpointKeeper, checkpointFolder, openKeeper } from './keep-checkpoints.js';
import { type Learnt, learn, type Parts, stepsPerEpoch } from './learn.js';
import { networkFile, type TrainWords, trainArgs } from './network-file.js';
import { type OtherSeeds, seedLines, trainOtherSeeds } from './other-seeds.js';
import { type Prepared, readData, trainingFor } from './prepare-training.js';
import { beginningOf, paceOf } from './train-flags.js';
import {
  epochLine,
  headLines,
  likeKernels,
  measure,
  movedKernels,
  resultLines,
  stuckIn,
  type Trained,
} from './train-report.js';
import { openTrainable } from './trained-network.js';
import { readState, removeState, stateFile, writeState } from './training-state.js';
import { drawWatched, openWatcher, type Watcher, type Watching, watchPlace } from './watch.js';
import { openRecorder } from './watch-record.js';

/** The exit code of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

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
  const place = watchPlace(flags.watch, out, frame);
  const folder = checkpointFolder(flags.checkpoints);
  const read = await readData(network, flags, frame);
  const prepared = trainingFor(network, flags, read, frame.jobs);
  const { training, images, facts } = prepared;
  const interruption = hearInterruption(() => frame.terminal.note('ends after this step; again: at once'));
  try {
    const wishesPanel = flags.terminal || frame.show !== null;
    const steps = flags.epochs * stepsPerEpoch(images.parts, flags);
    const recorder = place !== null || wishesPanel ? openRecorder(opened, training, images, { ...facts, steps }) : null;
    const watcher = recorder && openWatcher(recorder, frame, wishesPanel);
    const keeper = folder === null ? null : openKeeper(folder, prepared, frame.clobber);
    const learnt = await learning(prepared, flags, { kept, watcher, keeper, interruption }, frame);
    for (const [name, values] of learnt.best ?? []) training.numbers.get(name)!.set(values);
    await watchKept(watcher, learnt, stepsPerEpoch(images.parts, flags));
    const judge = (some: Int32Array) =>
      some.length === 0 ? null : measure(training.evaluate(some), some, images.labels, training.tape.classes);
    const dead = await deadChannels(opened, training, images);
    const { history } = learnt.position;
    const result: Trained = {
      ...facts,
      history,
      best: learnt.position.best.epoch,
      end: learnt.end,
      steps: learnt.position.step,
      onHeldOut: judge(images.parts.heldOut),
      onTest: judge(images.test),
      moved: movedKernels(training, prepared.first),
      like: likeKernels(training),
      dead,
      stuck: stuckIn(dead, history, classSizes(images.parts, training.tape.classes), paceOf(flags).lr),
    };
    const args = trainArgs(net, flags);
    const bytes = networkFile(training, result, args, prepared);
    const watching = recorder && (await drawWatched(recorder, place, args, frame));
    const seeds =
      flags.seeds > 1 && learnt.end !== 'interrupted'
        ? await trainOtherSeeds(network, flags, read, { prepared, result }, interruption, frame)
        : null;
    const again = kept === null ? null : [...trainArgs(net, flags, (place) => place), '-o', out, '--resume'];
    return answerOf({ result, args, again, bytes, out, kept, prepared, watching, seeds }, frame);
  } finally {
    interruption.stop();
    training.close();
  }
}

/** How many of the images that are learnt from each class has. */
function classSizes({ labels, training }: Pick<Parts, 'labels' | 'training'>, classes: number): number[] {
  const sizes = new Array<number>(classes).fill(0);
  for (const image of training) sizes[labels[image]]++;
  return sizes;
}

/** A last snapshot, where the weights that are kept are not those of the last step. */
async function watchKept(watcher: Watcher | null, { position, best, end }: Learnt, steps: number): Promise<void> {
  const { epoch } = position.best;
  const isLast = epoch === position.history.length && (end !== 'interrupted' || position.begun.steps === 0);
  if (watcher && best && !isLast) await watcher.kept(epoch * steps, epoch);
}

interface Doors {
  /** Where what goes on is kept; null: nowhere. */
  readonly kept: string | null;
  readonly watcher: Watcher | null;
  readonly keeper: CheckpointKeeper | null;
  readonly interruption: Interruption;
}

/** The steps, watched; what goes on after a Ctrl-C is kept. */
async function learning(
  { training, images, facts, fingerprint }: Prepared,
  flags: TrainWords,
  { kept, watcher, keeper, interruption }: Doors,
  frame: Frame,
): Promise<Learnt> {
  const pace = paceOf(flags);
  const from = flags.resume && kept !== null ? await readState(kept, training, fingerprint) : null;
  if (!frame.json) for (const line of headLines(facts)) frame.terminal.print(line);
  if (from) frame.terminal.note(`goes on after step ${from.position.step}`);
  else if (flags.resume) frame.terminal.note(`there is no ${kept}: begins anew`);
  await watcher?.begin(from?.position.step ?? 0, from?.position.history.length ?? 0);
  await keeper?.after(from?.position.step ?? 0);
  let work: Work | null = null;
  try {
    const learnt = await learn(training, images.parts, pace, from, {
      async step(done, total, facts) {
        await watcher?.step(done, facts);
        await keeper?.after(done);
        if (watcher?.hasPanel) return new Promise((resolve) => setImmediate(resolve));
        work ??= frame.progress(total, { mayEndEarly: true });
        await work.breathe(done);
      },
      epoch: (epoch) => {
        watcher?.epoch(epoch);
        return frame.report(epochLine(epoch, pace.epochs), () => epoch);
      },
      async save(standing) {
        if (kept !== null) await writeState(kept, training, standing, fingerprint);
      },
      isInterrupted: interruption.isWished,
    });
    const { step, history, begun } = learnt.position;
    await watcher?.end(step, history.length + (begun.steps > 0 ? 1 : 0));
    await keeper?.end(step);
    return learnt;
  } finally {
    (work as Work | null)?.bar.stop();
  }
}

interface Found {
  readonly result: Trained;
  readonly args: readonly string[];
  /** What goes on with it when it was ended; null: nothing is kept for that. */
  readonly again: readonly string[] | null;
  readonly bytes: Uint8Array;
  readonly out: string;
  readonly kept: string | null;
  readonly prepared: Prepared;
  readonly watching: Watching | null;
  readonly seeds: OtherSeeds | null;
}

function answerOf({ result, args, again, bytes, out, kept, prepared, watching, seeds }: Found, frame: Frame): Answer {
  const isDone = result.end !== 'interrupted';
  const hash = sha256(bytes);
  const facts = `${formatBytes(bytes.length)}, sha256 ${hash.slice(0, 16)}…`;
  const goOn = isDone || again === null ? [] : [`to go on: cnnviz ${again.map(shellWord).join(' ')}`];
  return {
    notes: [...prepared.notes, ...(seeds?.failed ?? [])],
    lines: [...resultLines(result), ...(seeds ? seedLines(seeds) : []), ...goOn],
    document: () => ({
      cnnviz: VERSION,
      command: frame.name,
      args,
      ...result,
      dataSha256: prepared.dataSha256,
      ...(seeds && { seeds }),
      ...(watching && { watched: watching.document }),
      outputs: [{ path: out, bytes: bytes.length, sha256: hash }],
      warnings: [...prepared.notes, ...(seeds?.failed ?? [])],
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
      ...(watching?.files ?? []),
    ],
    ...(watching && { picture: watching.picture, alt: watching.alt }),
    ok: isDone ? prepared.failed === 0 : INTERRUPTED,
  };
}
