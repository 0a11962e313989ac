import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import type { PlanOptions } from '../../engine/choose.js';
import { type Plan, planModel } from '../../engine/plan.js';
import { layOut, type SessionLayout } from '../../engine/session-layout.js';
import { forwardOf } from '../../layers/index.js';
import type { BoundInput, ShapedModel } from '../../layers/infer.js';
import { type Constant, constantOf, type ModelNode } from '../../layers/model.js';

/** Layers that are computed together, for themselves: all their values are kept, so nothing else is fused to them. */
interface UnitFields {
  readonly nodes: readonly ModelNode[];
  /** Computed or fed values it reads, and constants. */
  readonly reads: readonly string[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** Type and shape of `reads`: with its nodes and constants they decide its plan. */
  readonly key: string;
}

export interface ComputedUnit extends UnitFields {
  readonly kind: 'computed';
  readonly plan: Plan;
  readonly layout: SessionLayout;
}

/** One layer that hands the numbers of what it reads on, perhaps under another shape. */
interface PassingUnit extends UnitFields {
  readonly kind: 'passes';
}

export type Unit = ComputedUnit | PassingUnit;

/**
 * Cuts a shaped model into units, with the steps that a plan of the whole model has where all values are kept: each layer for
 * itself, a convolution together with the batch norm that is folded into it. Values of constants alone are in none.
 * @param before units of an earlier model: those that read and do the same are taken over, with what is packed for them
 */
export function cutUnits(shaped: ShapedModel, options: PlanOptions, before: readonly Unit[]): Unit[] {
  const { model, known } = shaped;
  const earlier = new Map(before.map((unit) => [unit.nodes[0].outputs[0], unit]));
  const units: Unit[] = [];
  const done = new Set<ModelNode>();
  for (const node of model.nodes) {
    if (done.has(node) || node.outputs.every((name) => known(name) !== null)) continue;
    const norm = options.exact ? null : foldedNorm(shaped, node);
    const nodes = norm ? [node, norm] : [node];
    for (const one of nodes) done.add(one);
    const fields = fieldsOf(shaped, nodes);
    const old = earlier.get(node.outputs[0]);
    units.push(old && isSame(old, fields) ? old : planUnit(shaped, fields, options));
  }
  return units;
}

/** The batch norm that the planner takes into a convolution: nothing else reads that, and its numbers are the file's. */
function foldedNorm({ model }: ShapedModel, { layer, outputs: [value] }: ModelNode): ModelNode | null {
  if (layer.kind !== 'conv') return null;
  const readers = model.nodes.flatMap((node) => node.inputs.filter((name) => name === value).map(() => node));
  const [norm] = readers;
  if (readers.length !== 1 || norm.layer.kind !== 'batch_norm' || norm.inputs[0] !== value) return null;
  return norm.inputs.slice(1).every((name) => name === null || model.constants.has(name)) ? norm : null;
}

function fieldsOf({ model, infos, known }: ShapedModel, nodes: readonly ModelNode[]): UnitFields {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const names = new Set(nodes.flatMap(({ inputs }) => inputs));
  const reads: string[] = [];
  const constants = new Map<string, Constant>();
  for (const name of names) {
    if (name === null || made.has(name)) continue;
    const constant = model.constants.get(name) ?? constantFrom(known(name));
    if (constant) constants.set(name, constant);
    else reads.push(name);
  }
  return { nodes, reads, constants, key: JSON.stringify(reads.map((name) => [name, infos.get(name)])) };
}

function constantFrom(value: Value | null): Constant | null {
  return value && constantOf(value);
}

function isSame(old: Unit, { nodes, constants, key }: UnitFields): boolean {
  if (old.key !== key || old.nodes.length !== nodes.length || old.constants.size !== constants.size) return false;
  if (old.nodes.some((node, i) => node !== nodes[i])) return false;
  return [...constants].every(([name, constant]) => {
    const other = old.constants.get(name);
    return other === constant || (other !== undefined && isComputed(other, constant));
  });
}

/** Constants that are computed from others are computed again for each model. */
function isComputed(one: Constant, other: Constant): boolean {
  if (one.dtype !== other.dtype || one.shape.join() !== other.shape.join() || sizeOf(one.shape) > 1e6) return false;
  const [a, b] = [one.load().data, other.load().data];
  return a.every((value, i) => Object.is(value, b[i]));
}

function planUnit(shaped: ShapedModel, fields: UnitFields, options: PlanOptions): Unit {
  const { nodes, reads, constants } = fields;
  if (passesOn(shaped, fields)) return { ...fields, kind: 'passes' };
  const outputs = nodes.flatMap((node) => node.outputs);
  const bound = new Map(reads.map((name): [string, BoundInput] => [name, { ...shaped.infos.get(name)!, value: null }]));
  const model = {
    inputs: reads.map((name) => ({ name, dtype: shaped.infos.get(name)!.dtype, shape: null })),
    constants,
    nodes,
    outputs,
  };
  const plan = planModel(model, bound, options, outputs);
  return { ...fields, kind: 'computed', plan, layout: layOut(plan, null) };
}

function passesOn({ infos }: ShapedModel, { nodes, reads }: UnitFields): boolean {
  const [{ layer, inputs, outputs }] = nodes;
  if (forwardOf(layer)?.memory !== 'alias' || outputs.length > 1) return false;
  const [from] = inputs;
  return from !== null && reads.includes(from) && infos.get(from)!.dtype === infos.get(outputs[0])!.dtype;
}
