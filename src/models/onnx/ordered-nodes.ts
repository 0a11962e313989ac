import { CnnvizError } from '../../core/errors.js';
import type { OnnxGraph, OnnxNode } from './builder.js';
import { readsOf } from './free-names.js';

/**
 * The nodes that the outputs depend on, each after those it reads, else in the order of the file.
 * @throws CnnvizError 'format' for values made twice, read but never made, or made from themselves
 */
export function neededNodes({ nodes, initializers, inputs, outputs }: OnnxGraph): OnnxNode[] {
  if (outputs.length === 0) throw new CnnvizError('format', 'the graph has no outputs');
  const given = new Set([...initializers.keys(), ...inputs.map(({ name }) => name)]);
  const makers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (makers.has(output) || given.has(output)) throw new CnnvizError('format', `"${output}" is made twice`);
      makers.set(output, node);
    }
  }
  const needed = new Set<OnnxNode>();
  const wanted = outputs.map(({ name }) => ({ name, by: 'the outputs' }));
  for (let value = wanted.pop(); value; value = wanted.pop()) {
    const { name, by } = value;
    const maker = makers.get(name);
    if (!maker && !given.has(name)) throw new CnnvizError('format', `"${name}", read by ${by}, is made by nothing`);
    if (!maker || needed.has(maker)) continue;
    needed.add(maker);
    for (const input of readsOf(maker)) wanted.push({ name: input, by: nameOf(maker) });
  }
  return sorted(
    nodes.filter((node) => needed.has(node)),
    given,
  );
}

/** Passes over the nodes, each taking those that can run, until none is left: one pass when they are in order already. */
function sorted(nodes: readonly OnnxNode[], given: ReadonlySet<string>): OnnxNode[] {
  const made = new Set(given);
  const waiting = new Map<string, OnnxNode[]>();
  const missing = new Map<OnnxNode, number>();
  const order: OnnxNode[] = [];
  const ready: OnnxNode[] = [];
  const take = (first: OnnxNode): void => {
    ready.push(first);
    for (let node = ready.pop(); node; node = ready.pop()) {
      order.push(node);
      for (const output of node.outputs) {
        made.add(output);
        for (const reader of waiting.get(output) ?? []) {
          const left = missing.get(reader)! - 1;
          missing.set(reader, left);
          if (left === 0) ready.push(reader);
        }
        waiting.delete(output);
      }
    }
  };
  for (const node of nodes) {
    const lacks = new Set(readsOf(node).filter((input) => !made.has(input)));
    if (lacks.size === 0) take(node);
    else {
      missing.set(node, lacks.size);
      for (const input of lacks) {
        const readers = waiting.get(input);
        if (readers) readers.push(node);
        else waiting.set(input, [node]);
      }
    }
  }
  if (order.length === nodes.length) return order;
  const stuck = nodes.find((node) => (missing.get(node) ?? 0) > 0)!;
  throw new CnnvizError('format', `${nameOf(stuck)} depends on its own output: a graph must not run in circles`);
}

/** What a node is called; one without a name as what it makes. */
export function nameOf({ name, outputs, operator }: OnnxNode): string {
  return name || outputs.find(Boolean) || operator;
}
