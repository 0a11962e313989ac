import { ValueWatch } from '../analysis/value-watch.js';
import { CnnvizError, ofCommand } from '../core/errors.js';
import type { NetworkJob } from '../core/job.js';
import type { Value, ValueFault, ValueInfo } from '../core/values.js';
import { evaluate } from '../engine/evaluate.js';
import { type Breathe, finish } from '../engine/execute.js';
import type { EngineInput } from '../engine/input.js';
import { type Plan, planModel } from '../engine/plan.js';
import { Session } from '../engine/session.js';
import type { ConvStep } from '../engine/steps.js';
import { readBytes } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { type BoundInput, inferShapes, type ShapedModel } from '../layers/infer.js';
import { refusalOf } from './file-kind.js';
import { type ChosenLayer, chooseLayers } from './layer-choice.js';
import { type OpenedNetwork, openNetwork } from './network.js';
import { checkPlaces, type Product } from './place.js';
import { threadTeam } from './threads.js';

interface SessionRequest {
  readonly layers: readonly string[];
  readonly exact: boolean;
  readonly threads: number;
  /** Of several layers, take the first. */
  readonly firstOnly: boolean;
}

/** What a run tells besides its values. */
interface RunTold {
  /** What went wrong among the numbers of any layer, when something did. */
  readonly fault?: (fault: ValueFault) => void;
  /** The steps that took another algorithm than planned, by the value they made. */
  readonly taken?: (steps: ReadonlyMap<string, ConvStep>) => void;
}

/** A network planned for inputs of one shape, its layers chosen. */
export interface NetworkSession {
  readonly plan: Plan;
  readonly chosen: readonly ChosenLayer[];
  /** What binding the weights had to say. */
  readonly notes: readonly string[];
  /** Reads and packs the weights, unless they are; a run does so by itself. */
  pack(): Promise<void>;
  /**
   * Computes the chosen layers, and the outputs, for one input. All runs of a network queue up, whatever their shapes.
   * `told` hears what is not among the values.
   */
  run(input: EngineInput | Value | null, breathe: Breathe, told?: RunTold): Promise<ReadonlyMap<string, Value>>;
}

/**
 * Sessions of one network, one for each shape of input. Weights are large, so one session at a time has them packed: the
 * one that ran last.
 */
export class NetworkSessions {
  readonly #opened: OpenedNetwork;
  readonly #request: SessionRequest;
  #last: { readonly key: string | null; readonly session: NetworkSession } | null = null;
  #packed: { readonly plan: Plan; readonly engine: Session } | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(opened: OpenedNetwork, request: SessionRequest) {
    this.#opened = opened;
    this.#request = request;
  }

  /** The session for an input of this type and shape (null: every input is an array that was named). */
  for(input: ValueInfo | null): NetworkSession {
    const key = input && JSON.stringify([input.dtype, input.shape]);
    if (this.#last === null || this.#last.key !== key) this.#last = { key, session: this.#plan(input) };
    return this.#last.session;
  }

  #plan(input: ValueInfo | null): NetworkSession {
    const { layers, exact, firstOnly } = this.#request;
    const { shaped, bound, notes } = shapeNetwork(this.#opened, input);
    const { model } = shaped;
    const chosen = chooseLayers(shaped, layers).slice(0, firstOnly ? 1 : undefined);
    const keep = [...new Set([...chosen.map(({ value }) => value), ...model.outputs])];
    const plan = planModel(model, bound, { exact, algorithm: null }, keep);
    return {
      plan,
      chosen,
      notes,
      pack: () => this.#enqueue(async () => void this.#engine(plan)),
      run: (x, breathe, told) =>
        this.#enqueue(async () => {
          const engine = this.#engine(plan);
          const values = await runOnce(engine, this.#opened, x, breathe, told?.fault);
          told?.taken?.(engine.taken);
          return values;
        }),
    };
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Only within a turn of the queue: nothing else runs when memory changes hands. */
  #engine(plan: Plan): Session {
    if (this.#packed?.plan !== plan) {
      this.#packed?.engine.close();
      this.#packed = null;
      this.#packed = { plan, engine: new Session(plan, { team: threadTeam(this.#request.threads) }) };
    }
    return this.#packed.engine;
  }
}

async function runOnce(
  engine: Session,
  opened: OpenedNetwork,
  x: EngineInput | Value | null,
  breathe: Breathe,
  tell?: (fault: ValueFault) => void,
): Promise<ReadonlyMap<string, Value>> {
  const watch = tell && new ValueWatch(engine.plan);
  const values = await finish(engine.runAll(feeds(opened, x), undefined, watch), breathe);
  for (const fault of watch?.faults ?? []) tell!(fault);
  return values;
}

/** The model's inputs: named arrays, and the source for the open one. */
export function feeds(
  { fed, open }: OpenedNetwork,
  x: EngineInput | Value | null,
): ReadonlyMap<string, EngineInput | Value> {
  const inputs = new Map<string, EngineInput | Value>(fed);
  if (x && open.length > 0) inputs.set(open[0], x);
  return inputs;
}

/** A model with the shapes of all its values, for one input; what `summary` and a dry run need. */
export function shapeNetwork(
  opened: OpenedNetwork,
  input: ValueInfo | null,
): {
  readonly shaped: ShapedModel;
  readonly bound: ReadonlyMap<string, BoundInput>;
  readonly notes: readonly string[];
} {
  const first = input ?? opened.fed.values().next().value ?? { dtype: 'float32', shape: [] };
  const { model, notes } = inNetworkWords(() => opened.bind(first));
  const bound = new Map<string, BoundInput>();
  for (const [name, value] of opened.fed) bound.set(name, { dtype: value.dtype, shape: value.shape, value });
  if (input && opened.open.length > 0) bound.set(opened.open[0], { ...input, value: null });
  return { shaped: inNetworkWords(() => inferShapes(model, bound, evaluate)), bound, notes };
}

/** What flags of one layer do stands in the network itself: its commands have none of them. */
const IN_NETWORK = [
  ['--padding same', 'padding=same in that layer'],
  ['--padding-mode ', 'padding_mode='],
] as const;

/** Runs something; of an error, what to do about it is told in a network's words. */
function inNetworkWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CnnvizError) || error.fix === undefined) throw error;
    const { code, message, scope } = error;
    const fix = IN_NETWORK.reduce((text, [flag, field]) => text.replace(flag, field), error.fix);
    throw fix === error.fix ? error : new CnnvizError(code, message, { fix, cause: error, scope });
  }
}

/** What a network's run needs besides its images: read once, shared by all of them. */
export interface NetworkMaterials {
  readonly opened: OpenedNetwork;
  readonly sessions: NetworkSessions;
  /** Class names that were given; null: ImageNet's for 1,000 classes. */
  readonly labels: readonly string[] | null;
  /** Refuses names of outputs that clash, before the first run. */
  checkPlaces(session: NetworkSession): Promise<void>;
}

/** Opens the network and reads what goes with it. @throws CnnvizError that names the file or flag at fault */
export async function loadNetworkMaterials(
  job: NetworkJob,
  inputs: readonly Input[],
  threads: number,
): Promise<NetworkMaterials> {
  const opened = await openNetwork(job.request);
  let checked: Promise<void> | null = null;
  return {
    opened,
    sessions: new NetworkSessions(opened, { layers: job.layers, exact: job.exact, threads, firstOnly: holdsOne(job) }),
    labels: job.labels === null ? null : await readLabels(job.labels),
    checkPlaces(session) {
      checked ??= checkPlaces(job.output, inputs, productsOfLayers(job, session)).catch((error) => {
        throw ofCommand(error);
      });
      return checked;
    },
  };
}

/** One array file holds one result: of several outputs the first. */
function holdsOne({ output, layers }: NetworkJob): boolean {
  const single = output.target.kind === 'file' || output.target.kind === 'stdout';
  return single && layers.length === 1 && layers[0] === 'output';
}

/** What a job makes of one input; single maps are counted when they are drawn. */
export function productsOfLayers({ output }: NetworkJob, { chosen }: NetworkSession): Product[] {
  return output.products.flatMap((kind) =>
    chosen.map(({ name }) => ({ kind, layer: name, map: kind === 'maps' ? '0' : '' })),
  );
}

/** Class names from a file, one a line. @throws CnnvizError 'usage' when it is no text */
export async function readLabels(path: string): Promise<string[]> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(path));
    return text.replace(/\r?\n$/, '').split(/\r?\n/);
  } catch (error) {
    if (error instanceof CnnvizError) throw refusalOf(path, error);
    throw new CnnvizError('usage', `${path}: class names are not UTF-8`, { cause: error });
  }
}
