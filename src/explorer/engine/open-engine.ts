import { measureField } from '../../analysis/field.js';
import { histogramOf } from '../../analysis/histogram.js';
import { firingValues, layerFacts } from '../../analysis/layer-facts.js';
import { explainLayer, type LayerRun } from '../../analysis/layer-run.js';
import { CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/names.js';
import type { ValuePlace } from '../../core/value-place.js';
import { indexOfPlace } from '../../core/value-place.js';
import { faultWords, toFloat32 } from '../../core/values.js';
import type { ModelNode } from '../../layers/model.js';
import type { ReadBytes } from '../pack.js';
import type { PackedLayer, PackedNetwork, PageData } from '../page-data.js';
import type { ExplorerEngine, KernelGreys, Situation } from '../protocol.js';
import { pictureOfClass } from './class-picture.js';
import { compareRuns } from './compare-runs.js';
import { type FedInput, feedImage } from './fed-image.js';
import { MapPainter } from './layer-maps.js';
import { type NetworkRun, NetworkRunner } from './network-run.js';
import { SessionPool } from './session-pool.js';
import { shownValue, tellRun } from './told-run.js';

/** A run and the situation it is of. */
interface Shown {
  readonly situation: Situation;
  readonly run: NetworkRun;
}

/** Networks whose values are kept: two that are compared. */
const KEPT = 2;

/** What is computed behind a page. @param read gives a range of the page's bytes */
export function openEngine(data: PageData, read: ReadBytes): ExplorerEngine {
  const pool = new SessionPool();
  const painter = new MapPainter();
  const runners = new Map<number, NetworkRunner>();
  let fedLast: { readonly key: readonly unknown[]; readonly input: FedInput } | null = null;
  let shown: Shown | null = null;

  const networkOf = (index: number): PackedNetwork => {
    const network = data.networks[index];
    if (network) return network;
    throw new CnnvizError('usage', `network ${index}: the page has ${data.networks.length}`, {
      fix: 'choose one of them',
    });
  };
  /** The runner of a network; of those that were used longest ago nothing is kept. */
  const runnerOf = (index: number): NetworkRunner => {
    const runner = runners.get(index) ?? new NetworkRunner(networkOf(index), read, pool);
    runners.delete(index);
    runners.set(index, runner);
    for (const [old, other] of runners) {
      if (runners.size <= KEPT) break;
      other.close();
      runners.delete(old);
    }
    return runner;
  };
  const feed = (index: number, { image, preset }: Pick<Situation, 'image' | 'preset'>): FedInput => {
    const what = image.kind === 'own' ? image.index : image;
    const key = [index, what, JSON.stringify(preset)];
    if (fedLast?.key.every((part, i) => part === key[i])) return fedLast.input;
    const input = feedImage(data, networkOf(index), image, preset, read);
    fedLast = { key, input };
    return input;
  };
  const last = (): Shown => {
    if (shown) return shown;
    throw new CnnvizError('usage', 'nothing has been run yet', { fix: 'choose an image' });
  };
  const look = (name: string) => {
    const { situation, run } = last();
    const network = networkOf(situation.network);
    const layer = layerOf(network, name);
    const node = run.shaped.model.nodes.find(({ outputs }) => outputs.includes(layer.value)) ?? null;
    return { network, layer, run, node, value: run.read(shownValue(run, layer)) };
  };

  return {
    async run(situation) {
      const start = performance.now();
      const runner = runnerOf(situation.network);
      const run = runner.run(feed(situation.network, situation), situation.edits);
      const before = shown?.situation.network === situation.network ? shown.run.stamps : null;
      shown = { situation, run };
      return tellRun(runner.network, run, before, performance.now() - start);
    },
    async maps(name, channels, how) {
      const { run, value } = look(name);
      const stamp = `${last().situation.network} ${run.stamps.get(name)}`;
      return painter.paint(name, value, stamp, channels, how);
    },
    async facts(name) {
      const { run, layer, node, value } = look(name);
      const fires = firingValues(run.shaped.model).has(layer.value);
      return layerFacts(toFloat32(value.data), value.shape, node?.layer ?? { kind: 'identity' }, fires);
    },
    async histogram(name, bins) {
      const { lo, hi, bins: counts, zeros, nan, infinite } = histogramOf(toFloat32(look(name).value.data), bins);
      return { lo, hi, counts, zeros, nan, infinite };
    },
    async values(name) {
      const { shape, data: numbers } = look(name).value;
      return { shape, data: Float32Array.from(numbers) };
    },
    async value(name, place) {
      const { shape, data: numbers } = look(name).value;
      return numbers[indexOfPlace(shape, place)];
    },
    async explain(name, place) {
      const { network, layer, run } = look(name);
      return explained(network, layer, run, place);
    },
    async field(name, at, pixel) {
      const { network, layer, run } = look(name);
      return measureField({ ...viewOf(network, layer, run), shaped: run.shaped }, { at, pixel });
    },
    async kernels(name) {
      const { run, node } = look(name);
      return kernelsOf(name, run, node);
    },
    async classMap(index, layer) {
      const { situation, run } = last();
      return pictureOfClass(networkOf(situation.network), run, index, layer);
    },
    async compare(a, b) {
      const { situation } = last();
      const runOf = (index: number): readonly [PackedNetwork, NetworkRun] => {
        const isShown = index === situation.network;
        const runner = runnerOf(index);
        const { image, preset } = situation;
        return [
          runner.network,
          runner.run(feed(index, { image, preset: isShown ? preset : null }), isShown ? situation.edits : []),
        ];
      };
      const compared = compareRuns(runOf(a), runOf(b));
      // both are kept, and what is shown is one of them or is run again
      const [, run] = runOf(situation.network);
      shown = { situation, run };
      return compared;
    },
  };
}

function layerOf({ name: network, layers }: PackedNetwork, name: string): PackedLayer {
  const layer = layers.find((one) => one.name === name);
  if (layer) return layer;
  const near = nearestName(
    name,
    layers.map((one) => one.name),
  );
  throw new CnnvizError('usage', `--layer ${name}: no layer of ${network} on this page is called that`, {
    fix: near ? `did you mean ${near}?` : 'choose one from the list',
  });
}

function viewOf({ name: network }: PackedNetwork, { name, value }: PackedLayer, { fed }: NetworkRun) {
  return { facts: fed.facts, layer: name, value, network, picture: null, notes: fed.warnings };
}

/** One number of the run that is shown. Of a silenced layer the channels that still speak are explained as without it. */
function explained(network: PackedNetwork, layer: PackedLayer, run: NetworkRun, place: ValuePlace) {
  const { item, channel, x, y } = place;
  const view = viewOf(network, layer, run);
  const shown = shownValue(run, layer);
  const index = indexOfPlace(run.read(shown).shape, place);
  const isSilenced = !Object.is(run.read(shown).data[index], run.read(layer.value).data[index]);
  const looked: LayerRun = {
    ...view,
    value: isSilenced ? shown : layer.value,
    notes: [...network.notes, ...view.notes, ...run.faults.map(faultWords)],
    plan: run.plan,
    read: run.read,
    channel,
  };
  const found = explainLayer(looked, { channel, item, at: x === null || y === null ? null : { x, y } });
  const own = new Map([...run.silenced].map(([value, silenced]) => [silenced, value]));
  const steps = found.steps.map((step) =>
    step.step === 'element'
      ? { ...step, reads: step.reads.map((one) => ({ ...one, from: own.get(one.from) ?? one.from })) }
      : step,
  );
  return { ...found, steps };
}

/** A layer's kernels as they are now; those of a linear layer are one pixel large. */
function kernelsOf(name: string, run: NetworkRun, node: ModelNode | null): KernelGreys {
  const kinds: readonly string[] = ['conv', 'ncc', 'linear'];
  const [, weight = null, bias = null] = node?.inputs ?? [];
  const numbers = weight === null ? null : run.shaped.known(weight);
  if (!node || !kinds.includes(node.layer.kind) || weight === null || numbers === null) {
    throw new CnnvizError('usage', `--layer ${name}: it has no kernels`, { fix: 'choose a convolution' });
  }
  const known = bias === null ? null : run.shaped.known(bias);
  const { shape } = numbers;
  return {
    layer: name,
    constant: weight,
    shape: shape.length === 2 ? [...shape, 1, 1] : shape,
    data: Float32Array.from(numbers.data),
    bias: known && Float32Array.from(known.data),
    biasConstant: known && bias,
  };
}
