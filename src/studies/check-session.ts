import { type Outcome, runAll } from '../batch/run-all.js';
import type { CheckCase } from '../core/check-job.js';
import { atLine, atPlace } from '../core/errors.js';
import { faultWords } from '../core/value-fault.js';
import { existingFile } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { pathFrom } from '../io/paths.js';
import { isBuiltin } from '../models/networks/index.js';
import { type OpenedNetwork, openNetwork } from '../stages/network.js';
import { layerMapNote } from '../stages/network-recipe.js';
import { NetworkSessions } from '../stages/network-session.js';
import { readNetworkSource } from '../stages/network-source.js';
import { filesOfStages, folderOfImage } from './check-baseline.js';
import type { ComputedStage } from './check-stage.js';

/** One case with the images it means. */
export interface PlannedCase {
  readonly one: CheckCase;
  readonly inputs: readonly Input[];
}

export interface CheckRun {
  readonly jobs: number;
  /** Once for each thing that was unexpected though it is no error. */
  readonly note: (text: string) => void;
  /** How many images are done, a share of one counts, and how many of them failed. */
  readonly progress: (done: number, failed: number) => void;
}

/**
 * Computes the stages of every image of a case, one run of the network each, and hands them on; what that gives is kept,
 * the stages are not.
 */
export async function runCase<R>(
  { one, inputs }: PlannedCase,
  { jobs, note, progress }: CheckRun,
  use: (input: Input, stages: readonly ComputedStage[]) => Promise<R>,
): Promise<Outcome<R>[]> {
  const { job } = one;
  const opened = await openCase(one);
  const sessions = new NetworkSessions(opened, {
    layers: job.layers,
    exact: job.exact,
    threads: jobs,
    firstOnly: false,
  });
  const told = new Set<string>();
  const tell = (notes: readonly string[]) => {
    for (const text of notes) if (!told.has(text)) note(text);
    for (const text of notes) told.add(text);
  };
  tell(opened.notes);
  return runAll(
    inputs,
    async (input, breathe) => {
      try {
        const source = await readNetworkSource(input, job, opened);
        // no pause between these two: another image's shape would close this session
        const session = sessions.for(source.info);
        const values = await session.run(source.x, breathe, {
          fault: (fault) => tell([`${input.path}: ${faultWords(fault)}`]),
        });
        tell([...session.notes, ...source.warnings]);
        const files = filesOfStages(
          folderOfImage(input),
          session.chosen.map(({ name }) => name),
        );
        const stages = session.chosen.map(({ name, value: key, node }, i): ComputedStage => {
          const value = values.get(key)!;
          const drops = source.dropsBatch && value.shape[0] === 1;
          const layer = { name, kind: node?.layer.kind ?? 'identity', shape: value.shape };
          return {
            name,
            value,
            stored: drops ? { ...value, shape: value.shape.slice(1) } : value,
            files: files[i],
            note: (label, scale, clipped) => layerMapNote(job, source, layer, label, scale, clipped),
          };
        });
        return await use(input, stages);
      } catch (error) {
        throw atPlace(input.path, error);
      }
    },
    jobs,
    { outcome: () => {}, progress },
  );
}

/** The inputs of a case that failed or were not begun: nothing is known of their stages. */
export function notDone({ inputs }: PlannedCase, outcomes: readonly Outcome<unknown>[]): Input[] {
  const done = new Set(outcomes.filter(({ error }) => error === null).map(({ input }) => input));
  return inputs.filter((input) => !done.has(input));
}

async function openCase({ job, folder, place }: CheckCase): Promise<OpenedNetwork> {
  try {
    const request = { ...job.request, network: await locateNetwork(job.request.network, folder) };
    return await openNetwork(request, folder);
  } catch (error) {
    throw place === '' ? error : atLine(place, error);
  }
}

/** A network named in a case file lies beside it, unless it is a built-in or a pipe. */
async function locateNetwork(network: string, folder: string): Promise<string> {
  if (network.includes('|') || folder === '') return network;
  const at = network.lastIndexOf('@');
  const own = async (name: string) => {
    const path = pathFrom(folder, name);
    return !isBuiltin(name) && (await existingFile(path)) ? path : name;
  };
  if (at <= 0 || (await existingFile(pathFrom(folder, network)))) return own(network);
  return `${await own(network.slice(0, at))}@${pathFrom(folder, network.slice(at + 1))}`;
}
