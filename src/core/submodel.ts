import type { Model, ModelNode } from './model.js';
import type { ShapedModel } from './shapes/infer.js';

/** The nodes that some values depend on, in order. */
export function neededFor(model: Model, values: readonly string[]): ModelNode[] {
  const wanted = new Set<string>(values);
  const needed: ModelNode[] = [];
  for (const node of [...model.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    needed.push(node);
    for (const name of node.inputs) if (name !== null) wanted.add(name);
  }
  return needed.reverse();
}

/**
 * The part of a model behind some of its values, which become its inputs, as far as `outputs` need it. Inputs of the
 * whole model that it still reads stay inputs.
 */
export function modelBehind({ model, infos }: ShapedModel, from: readonly string[], outputs: readonly string[]): Model {
  const given = new Set(from);
  const wanted = new Set(outputs);
  const nodes: ModelNode[] = [];
  for (const node of [...model.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name) && !given.has(name))) continue;
    nodes.push(node);
    for (const name of node.inputs) if (name !== null) wanted.add(name);
  }
  const inputs = [
    ...from.map((name) => ({ name, dtype: infos.get(name)!.dtype, shape: null })),
    ...model.inputs.filter(({ name }) => wanted.has(name) && !given.has(name)),
  ];
  return { inputs, constants: model.constants, nodes: nodes.reverse(), outputs };
}
