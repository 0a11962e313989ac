import type { KeptRun } from '../analysis/explain/explanation.js';
import { ValueWatch } from '../analysis/value-watch.js';
import { atPlace, CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import type { Image } from '../core/image.js';
import type { Job, NetworkJob } from '../core/job.js';
import type { InputFacts } from '../core/result.js';
import { someOf } from '../core/text.js';
import { faultWords, type Value } from '../core/values.js';
import { type Breathe, finish } from '../engine/execute.js';
import { type EngineInput, numbersOf } from '../engine/input.js';
import { type Plan, planModel } from '../engine/plan.js';
import { Session } from '../engine/session.js';
import type { Input } from '../io/inputs.js';
import type { ShapedModel } from '../layers/infer.js';
import { imageShape } from '../layers/inputs.js';
import { type Bank, bankModel, bindKernels } from './bind.js';
import { computeBanks } from './compute.js';
import { type ChosenLayer, chooseLayers } from './layer-choice.js';
import { loadMaterials } from './materials.js';
import { openNetwork } from './network.js';
import { feeds, shapeNetwork } from './network-session.js';
import { readNetworkSource } from './network-source.js';
import { commandArgs, networkArgs } from './recipe.js';
import { pictureOfInput, readSource } from './source.js';
import { threadTeam } from './threads.js';

/** One layer as `conv` computes it, or one layer of a network as `run` does. Plain JSON. */
export type LayerRequest =
  | {
      readonly kind: 'layer';
      readonly job: Job;
      /** conv, or what follows it (relu, max_pool …); null: the last. */
      readonly layer: string | null;
    }
  | {
      readonly kind: 'network';
      readonly job: NetworkJob;
      /** The layer's name; null: the network's output. */
      readonly layer: string | null;
    };

/** A run of which one layer is looked at, with everything that was kept of it. */
export interface LookedAt extends KeptRun {
  readonly facts: InputFacts;
  readonly sha256: string;
  /** The layer, and the value it makes. */
  readonly layer: string;
  readonly value: string;
  /** The network as it was named, or the kernel: "alexnet", "edge3x3". */
  readonly network: string;
  /** The channel of the value that was asked for; null: none was. */
  readonly channel: number | null;
  /** The input as the first layer reads it, to be drawn; null when it is no picture. */
  readonly picture: Image | null;
  /** The options that decide the values, in one fixed order, behind the command's name. */
  readonly args: readonly string[];
  readonly notes: readonly string[];
}

/** Values to keep besides the layer's own, for whoever looks at it. */
type KeepFor = (shaped: ShapedModel, value: string) => readonly string[];

export interface LookContext {
  /** Which kernel's map, or which channel of the layer; null: not said. */
  readonly channel: number | null;
  readonly threads: number;
  readonly breathe: Breathe;
}

/**
 * Runs a layer or a network once and keeps what `keepFor` names besides the layer's own output.
 * @throws CnnvizError as `conv` and `run` do; 'usage' when a pattern names several layers
 */
export async function lookAtLayer(
  request: LayerRequest,
  input: Input,
  keepFor: KeepFor,
  context: LookContext,
): Promise<LookedAt> {
  return request.kind === 'layer'
    ? lookAtOneLayer(request, input, keepFor, context)
    : lookAtNetwork(request, input, keepFor, context);
}

/** What goes wrong with an input carries its name. */
export async function atInput<T>({ path }: Input, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw atPlace(path === '-' ? 'standard input' : path, error);
  }
}

/** What is worth knowing of an image that has one channel in its file and three in the layer. */
function grayNotes({ colour, channels }: InputFacts): string[] {
  return colour === 'gray' && channels === 3 ? ['a gray image is read as three equal channels; --gray reads one'] : [];
}

async function lookAtOneLayer(
  { job, layer }: LayerRequest & { readonly kind: 'layer' },
  input: Input,
  keepFor: KeepFor,
  { channel, threads, breathe }: LookContext,
): Promise<LookedAt> {
  const materials = await loadMaterials(job);
  const source = await atInput(input, () => readSource(input, job));
  return atInput(input, async () => {
    const banks = bindKernels(job.layer, materials, source.x.shape, source.x);
    const [b, inBank] = bankOf(banks, channel ?? 0);
    // the run of `conv` finds the bias, which may depend on the map; a second one keeps what lies between the layers
    const { bank, bias } = (await computeBanks(job.layer, materials, banks, source.x, { breathe, threads }))[b];
    const model = bankModel(job.layer, bank, bias);
    const shape = imageShape(source.x.shape);
    const { shaped } = planModel(model, shape, job.layer);
    const { name, value } = chooseOneLayer(shaped, layer);
    const plan = planModel(model, shape, job.layer, [...new Set([value, ...keepFor(shaped, value)])]);
    const x: EngineInput = 'bytes' in source.x ? source.x : { data: source.x.data, shape };
    const { read, faults } = await runPlan(plan, new Map([['input', x]]), { threads, breathe });
    return {
      plan,
      read,
      facts: source.facts,
      sha256: source.sha256,
      layer: name,
      value,
      network: bank.maps[inBank].label,
      channel: inBank,
      picture: source.image ?? pictureOfInput(source.x),
      args: [...commandArgs(job, source.facts.path).slice(1), ...(layer === null ? [] : ['--layer', layer])],
      notes: [...source.warnings, ...faults, ...grayNotes(source.facts)],
    };
  });
}

/** Which bank map `channel` of all of them is in, and its number there. */
export function bankOf(banks: readonly Bank[], channel: number): [bank: number, map: number] {
  let first = 0;
  for (const [b, { kind, maps }] of banks.entries()) {
    if (channel < first + maps.length) {
      if (kind === 'gradient') throw isMagnitude(maps[0].label);
      return [b, channel - first];
    }
    first += maps.length;
  }
  throw new CnnvizError('usage', `--channel ${channel}: the layer has ${plural(first, 'kernel')}`, {
    fix: `a number from 0 to ${first - 1}`,
  });
}

/** Two sums and a root are behind each of its values: what is shown here follows one sum. */
function isMagnitude(label: string): CnnvizError {
  return new CnnvizError(
    'usage',
    `${label} is a gradient magnitude, √(${label}-x² + ${label}-y²): no single kernel to follow`,
    {
      fix: `look at one of its kernels: -k ${label}-x, or -k ${label}-y`,
      scope: 'command',
    },
  );
}

async function lookAtNetwork(
  { job, layer: wanted }: LayerRequest & { readonly kind: 'network' },
  input: Input,
  keepFor: KeepFor,
  { channel, threads, breathe }: LookContext,
): Promise<LookedAt> {
  const opened = await openNetwork(job.request);
  const source = await atInput(input, () => readNetworkSource(input, job, opened));
  const { shaped, bound, notes } = await atInput(input, () => shapeNetwork(opened, source.info));
  const { name, value } = chooseOneLayer(shaped, wanted);
  const keep = [...new Set([value, ...keepFor(shaped, value)])];
  const plan = planModel(shaped.model, bound, { exact: job.exact, algorithm: null }, keep);
  const inputs = feeds(opened, source.x);
  const { read, faults } = await runPlan(plan, inputs, { threads, breathe });
  return {
    plan,
    read,
    facts: source.facts,
    sha256: source.sha256,
    layer: name,
    value,
    network: opened.name,
    channel,
    picture: source.x && pictureOfInput(source.x),
    args: networkArgs(job, source, ['--layer', name]),
    notes: [...opened.notes, ...notes, ...source.warnings, ...faults, ...grayNotes(source.facts)],
  };
}

/** The one layer a name means; the network's first output without one. @throws CnnvizError 'usage' when it means several */
export function chooseOneLayer(shaped: ShapedModel, wanted: string | null): ChosenLayer {
  const chosen = chooseLayers(shaped, [wanted ?? 'output']);
  if (wanted !== null && chosen.length > 1) {
    const names = chosen.map(({ name }) => name);
    throw new CnnvizError('usage', `--layer ${wanted}: expected one layer, it names ${names.length}`, {
      fix: `one of ${someOf(names)}`,
    });
  }
  return chosen[0];
}

/** Runs a plan once; gives kept values, inputs and constants by name, and says what went wrong among the numbers. */
async function runPlan(
  plan: Plan,
  inputs: ReadonlyMap<string, EngineInput | Value>,
  { threads, breathe }: Pick<LookContext, 'threads' | 'breathe'>,
): Promise<{ readonly read: KeptRun['read']; readonly faults: readonly string[] }> {
  const watch = new ValueWatch(plan);
  const session = new Session(plan, { team: threadTeam(threads) });
  try {
    const values = await finish(session.runAll(inputs, undefined, watch), breathe);
    return { read: readerOf(plan, inputs, values), faults: watch.faults.map(faultWords) };
  } finally {
    session.close();
  }
}

function readerOf(
  { shaped }: Plan,
  inputs: ReadonlyMap<string, EngineInput | Value>,
  kept: ReadonlyMap<string, Value>,
): KeptRun['read'] {
  const numbers = new Map<string, Value>();
  return (name) => {
    const value = kept.get(name) ?? numbers.get(name);
    if (value) return value;
    const input = inputs.get(name);
    const made: Value = input ? { ...shaped.infos.get(name)!, data: dataOf(input) } : shaped.known(name)!;
    numbers.set(name, made);
    return made;
  };
}

function dataOf(input: EngineInput | Value): Value['data'] {
  return 'bytes' in input ? numbersOf(input) : input.data;
}
