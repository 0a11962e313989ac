import type { LayerTime, ProfileTimes, RunProfile } from '../core/profile.js';
import { sizeOf } from '../core/tensor.js';
import { carrierBytes } from '../core/values.js';
import type { Plan } from '../engine/plan.js';
import type { StepTimes } from '../engine/step-times.js';
import type { Step } from '../engine/steps.js';
import { vectorBits } from '../engine/wasm/wide.js';
import { layerFamily, nameOf } from '../layers/index.js';
import type { Model, ModelNode } from '../layers/model.js';

/** The times of layers, added up over runs: a row for each layer and algorithm, in the order they were first computed. */
export class Profile implements StepTimes {
  readonly now: () => number;
  readonly #rows: Map<string, LayerTime>;
  readonly #part: string;
  readonly #packing: { ms: number };
  readonly #layers = new WeakMap<Step, StepLayer>();

  /** @param now milliseconds since some moment: only whoever may look at a clock has one */
  constructor(now: () => number, whole: Profile | null = null, part = '') {
    this.now = now;
    this.#part = part;
    this.#rows = whole ? whole.#rows : new Map();
    this.#packing = whole ? whole.#packing : { ms: 0 };
  }

  /** The same profile for one of several networks. */
  of(part: string): Profile {
    return new Profile(this.now, this, part);
  }

  add(plan: Plan, step: Step, ms: number, macs: number): void {
    let layer = this.#layers.get(step);
    if (!layer) {
      layer = layerOf(plan, step);
      this.#layers.set(step, layer);
    }
    this.#take({ part: this.#part, ...layer, runs: 1, ms, macs });
  }

  addPacking(ms: number): void {
    this.#packing.ms += ms;
  }

  /** Adds what another process took. */
  addAll({ layers, packMs }: ProfileTimes): void {
    for (const layer of layers) this.#take(layer);
    this.addPacking(packMs);
  }

  /** What was taken since the last time this was asked: to be sent to another process. */
  drain(): ProfileTimes {
    const times = { layers: [...this.#rows.values()], packMs: this.#packing.ms };
    this.#rows.clear();
    this.#packing.ms = 0;
    return times;
  }

  get facts(): RunProfile {
    const rows = [...this.#rows.values()];
    const ms = rows.reduce((sum, row) => sum + row.ms, 0);
    return {
      layers: rows.map((row) => ({
        ...row,
        share: ms === 0 ? 0 : (100 * row.ms) / ms,
        // two operations a multiply-accumulate, in a millisecond
        gflops: row.macs === 0 || row.ms === 0 ? null : (2 * row.macs) / row.ms / 1e6,
      })),
      ms,
      packMs: this.#packing.ms,
      vectorBits: vectorBits(),
      macs: rows.reduce((sum, row) => sum + row.macs, 0),
    };
  }

  #take(row: LayerTime): void {
    const key = JSON.stringify([row.part, row.layer, row.algorithm, row.with]);
    const before = this.#rows.get(key);
    if (!before) {
      this.#rows.set(key, row);
      return;
    }
    const isSame = before.shape !== null && row.shape !== null && before.shape.join() === row.shape.join();
    this.#rows.set(key, {
      ...before,
      shape: isSame ? before.shape : null,
      runs: before.runs + row.runs,
      ms: before.ms + row.ms,
      macs: before.macs + row.macs,
      bytes: Math.max(before.bytes, row.bytes),
    });
  }
}

type StepLayer = Omit<LayerTime, 'part' | 'runs' | 'ms' | 'macs'>;

/** What a step computes, in words. */
function layerOf(plan: Plan, step: Step): StepLayer {
  const [first, ...others] = nodesOf(plan, step);
  const [{ dtype, shape }] = step.infos;
  return {
    layer: first.name,
    kind: nameOf(first.layer),
    algorithm: step.kind === 'conv' ? step.algorithm.name : null,
    with: others.map(({ name, layer }) => ({
      layer: name,
      kind: nameOf(layer),
      how: layer.kind === 'batch_norm' ? 'folded' : 'fused',
    })),
    shape,
    bytes: sizeOf(shape) * carrierBytes(dtype),
  };
}

/** The nodes that a step computes, in the model's order: what lies between the values it reads and those it makes. */
function nodesOf({ model }: Plan, step: Step): ModelNode[] {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const changing = changingValues(model);
  const found = new Set<ModelNode>();
  const wanted = [...step.outputs];
  for (let value = wanted.pop(); value !== undefined; value = wanted.pop()) {
    const node = makers.get(value);
    if (!node || found.has(node)) continue;
    found.add(node);
    for (const name of node.inputs) {
      if (name !== null && changing.has(name) && !step.inputs.includes(name)) wanted.push(name);
    }
  }
  return model.nodes.filter((node) => found.has(node));
}

/** The values that depend on the numbers that are fed: all others follow before a run, and are no step's work. */
function changingValues({ inputs, nodes }: Model): Set<string> {
  const changing = new Set(inputs.map(({ name }) => name));
  for (const node of nodes) {
    const depends = node.inputs.some((name) => name !== null && changing.has(name));
    if (depends && !layerFamily(node.layer).readsShapes) for (const name of node.outputs) changing.add(name);
  }
  return changing;
}
