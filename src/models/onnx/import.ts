import { atPlace, CnnvizError } from '../../core/errors.js';
import type { Value } from '../../core/values.js';
import { evaluate } from '../../layers/evaluate.js';
import { type BoundInput, inferShapes } from '../../layers/infer.js';
import type { Model, ModelInput, ModelNode } from '../../layers/model.js';

import {
  type Draft,
  type Facts,
  freshName,
  type Names,
  nodeBuilder,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
} from './builder.js';
import { inlined } from './inline.js';
import { neededNodes } from './ordered-nodes.js';
import { fullName, operatorRefusals } from './refused-operators.js';
import { dtypeOf, storedTypeOf } from './tensor.js';
import { TRANSLATORS } from './translators/index.js';

/** Nodes that conditions are worked out from, all in all: each looks at the graph before it anew. */
const MOST_LOOKED_AT = 4_000_000;
const OPSETS = { first: 6, last: 25 } as const;
/** Operators that mean the same since opset 1, and are written down as such by ONNX's own tests. */
const UNCHANGED: readonly string[] = ['GlobalAveragePool', 'GlobalMaxPool', 'Not', 'Softplus', 'Softsign'];

/**
 * An ONNX graph as a model: nodes in an order they can run in, those that no output needs left out. Values keep their
 * names; a node without a name gets that of its first output.
 * Functions that the file defines, and branches whose condition is known, stand in the place of their calls.
 * An operator that cnnviz does not compute keeps its place, and refuses whatever depends on it before anything runs.
 * @param file what refusals call the file
 * @throws CnnvizError 'unsupported' for an opset, or a type of input, that cnnviz does not compute; 'format' for a graph
 *   that makes no sense
 */
export function importOnnx(onnx: OnnxModel, file: string | null = null): Model {
  const chosenFor = new Map<string, readonly number[]>();
  let left = MOST_LOOKED_AT;
  const flat = inlined(onnx, neededNodes(onnx), (graph, value) => {
    left -= graph.nodes.length;
    return left < 0 ? null : conditionOf(graph, value, chosenFor);
  });
  const model = modelOf(flat);
  const inputs = model.inputs.map((input) => {
    const shape = chosenFor.get(input.name);
    return shape ? { ...input, chosenFor: shape } : input;
  });
  return { ...model, inputs, nodes: file === null ? model.nodes : refusalsNamed(file, model.nodes) };
}

/** A layer that is refused says which file has it. */
function refusalsNamed(file: string, nodes: readonly ModelNode[]): ModelNode[] {
  return nodes.map((node) => {
    const { layer } = node;
    return layer.kind === 'unsupported' ? { ...node, layer: { ...layer, reason: `${file}: ${layer.reason}` } } : node;
  });
}

/**
 * The number of a condition that follows from constants, and from the shapes that inputs declare: those are then the only
 * ones that may be fed. A side N that is left open counts as 1.
 */
function conditionOf(graph: OnnxModel, value: string, chosenFor: Map<string, readonly number[]>): Value | null {
  try {
    const model = modelOf({ ...graph, outputs: [{ name: value, elementType: 0, shape: null }] });
    const read = new Set(model.nodes.flatMap((node) => node.inputs));
    const inputs = model.inputs.filter(({ name }) => read.has(name));
    const bound = new Map<string, BoundInput>();
    for (const { name, dtype, shape } of inputs) {
      const sides = shape?.map((side, axis) => side ?? (axis === 0 ? 1 : null)) ?? [null];
      if (!sides.every((side) => side !== null)) return null;
      bound.set(name, { dtype, shape: sides, value: null });
    }
    const found = inferShapes({ ...model, inputs }, bound, evaluate).known(value);
    if (found) for (const [name, { shape }] of bound) chosenFor.set(name, shape);
    return found;
  } catch (error) {
    // what makes the condition is refused, or told, where it stands
    if (error instanceof CnnvizError) return null;
    throw error;
  }
}

/** A graph without functions as a model. */
function modelOf(onnx: OnnxModel): Model {
  const nodes = neededNodes(onnx);
  const opset = checkedOpset(onnx, nodes);
  const refusalOf = operatorRefusals(nodes, onnx);
  const inputs = onnx.inputs.filter(({ name }) => !onnx.initializers.has(name)).map(modelInput);
  const names: Names = new Map();
  const nodeNames = nodes.map((node) => freshName(names, node.name || node.outputs.find(Boolean) || node.operator));
  const draft: Draft = {
    opset,
    constants: new Map(onnx.initializers),
    nodes: [],
    facts: new Map(inputs.map(({ name, dtype, shape }) => [name, { dtype, rank: shape?.length ?? null }])),
    fed: new Set(inputs.map(({ name }) => name)),
    names: new Map(names),
  };
  for (const value of nodes.flatMap((node) => [...node.inputs, ...node.outputs])) draft.names.set(value, 1);
  for (const [i, node] of nodes.entries()) {
    const name = nodeNames[i];
    const refusal = refusalOf(node);
    if (refusal) keepPlace(draft, node, name, refusal);
    else translate(draft, node, name);
    for (const output of node.outputs) declareFacts(draft, onnx.values.get(output));
  }
  const read = new Set(draft.nodes.flatMap((node) => node.inputs));
  const outputs = onnx.outputs.map(({ name }) => name);
  for (const name of draft.constants.keys()) {
    if (!read.has(name) && !outputs.includes(name)) draft.constants.delete(name);
  }
  return { inputs, constants: draft.constants, nodes: draft.nodes, outputs };
}

/** @throws CnnvizError 'format' for attributes that make no sense; what cannot be computed keeps its place in the draft */
function translate(draft: Draft, node: OnnxNode, name: string): void {
  const { length } = draft.nodes;
  try {
    TRANSLATORS.get(node.operator)!(nodeBuilder(draft, node, name));
  } catch (error) {
    const told = atPlace(name, atPlace(node.operator, error));
    if (!(told instanceof CnnvizError) || told.code !== 'unsupported') throw told;
    draft.nodes.length = length;
    keepPlace(draft, node, name, told);
  }
}

/** A layer that is not computed, where the graph has it: it refuses what depends on it, and nothing else. */
function keepPlace(draft: Draft, node: OnnxNode, name: string, { message, fix }: CnnvizError): void {
  const layer = { kind: 'unsupported', operator: fullName(node), reason: message, fix: fix ?? null } as const;
  const outputs = node.outputs.filter(Boolean);
  draft.nodes.push({ name, layer, inputs: node.inputs.map((input) => input || null), outputs });
}

/** What a user should know: numbers that are computed in another type than the file says. */
export function onnxNotes(onnx: OnnxModel): string[] {
  const half = [10, 16];
  const isHalf =
    [...onnx.inputs, ...onnx.outputs].some(({ elementType }) => half.includes(elementType)) ||
    [...onnx.initializers.values()].some(({ stored }) => stored === 'float16' || stored === 'bfloat16');
  if (isHalf) return ['a model in half precision: computed in float32'];
  const casts = onnx.nodes.some(({ operator, attributes }) => {
    const to = attributes.get('to');
    return operator === 'Cast' && to?.type === 'int' && half.includes(to.value);
  });
  return casts ? ['parts in half precision: rounded where they begin, computed in float32'] : [];
}

/** What the file declares of a value fills what the translation does not know. */
function declareFacts(draft: Draft, value: OnnxValue | undefined): void {
  if (!value || draft.constants.has(value.name)) return;
  const known: Facts | undefined = draft.facts.get(value.name);
  draft.facts.set(value.name, {
    dtype: known?.dtype ?? null,
    rank: known?.rank ?? value.shape?.length ?? null,
  });
}

function modelInput({ name, elementType, shape }: OnnxValue): ModelInput {
  if (elementType === -1) {
    throw new CnnvizError('unsupported', `input "${name}" is a sequence, a map or optional: expected an array`);
  }
  try {
    // 0: the file does not say
    return { name, dtype: elementType === 0 ? 'float32' : dtypeOf(storedTypeOf(elementType)), shape };
  } catch (error) {
    throw atPlace(`input "${name}"`, error);
  }
}

const isKnown = (opset: number): boolean => opset >= OPSETS.first && opset <= OPSETS.last;

function checkedOpset({ opsets }: OnnxModel, nodes: readonly OnnxNode[]): number {
  const opset = nodes.find((node) => node.opset !== null && !isKnown(node.opset))?.opset ?? opsets.get('');
  if (opset === undefined) {
    if (nodes.every((node) => node.domain !== '' || node.opset !== null)) return OPSETS.last;
    throw new CnnvizError('format', 'the model does not say which opset of ONNX it is written in');
  }
  if (isKnown(opset)) return opset;
  if (opset >= 1 && opset < OPSETS.first && nodes.every(({ operator }) => UNCHANGED.includes(operator))) return opset;
  throw new CnnvizError('unsupported', `ONNX opset ${opset}: expected ${OPSETS.first} … ${OPSETS.last}`, {
    fix:
      opset < OPSETS.first
        ? 'convert it: onnx.version_converter.convert_version(model, 17)'
        : `export it again with opset_version=${OPSETS.last}`,
  });
}
