import type { OnnxGraph, OnnxNode } from './builder.js';

/** The values a node reads: its inputs, and what graphs within it take from around them. */
export function readsOf(node: OnnxNode): string[] {
  const inputs = node.inputs.filter((name) => name !== '');
  const inner = graphsOf(node).flatMap((graph) => [...freeNames(graph)]);
  return inner.length === 0 ? inputs : [...inputs, ...inner];
}

/** Names that a graph reads and does not make: values around it. */
function freeNames(graph: OnnxGraph): Set<string> {
  const own = namesOf(graph);
  const read = [...graph.nodes.flatMap(readsOf), ...graph.outputs.map(({ name }) => name)];
  return new Set(read.filter((name) => !own.has(name)));
}

/** Names that a graph gives to its inputs, initializers and what its nodes make. */
export function namesOf({
  inputs,
  initializers,
  nodes,
}: Pick<OnnxGraph, 'inputs' | 'initializers' | 'nodes'>): Set<string> {
  return new Set([
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
    ...nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== '')),
  ]);
}

function graphsOf({ attributes }: OnnxNode): OnnxGraph[] {
  return [...attributes.values()].flatMap((attribute) => (attribute.type === 'graph' ? [attribute.value] : []));
}
