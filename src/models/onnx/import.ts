import { atPlace, CnnvizError } from '../../core/errors.js';
import type { Model, ModelInput } from '../../layers/model.js';
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
import { fullName, operatorRefusals } from './refused-operators.js';
import { dtypeOf, storedTypeOf } from './tensor.js';
import { TRANSLATORS } from './translators/index.js';

const OPSETS = { first: 6, last: 25 } as const;
/** Operators that mean the same since opset 1, and are written down as such by ONNX's own tests. */
const UNCHANGED: readonly string[] = ['GlobalAveragePool', 'GlobalMaxPool', 'Not', 'Softplus', 'Softsign'];

/**
 * An ONNX graph as a model: nodes in an order they can run in, those that no output needs left out. Values keep their
 * names; a node without a name gets that of its first output.
 * An operator that cnnviz does not compute keeps its place, and refuses whatever depends on it before anything runs.
 * @throws CnnvizError 'unsupported' for an opset, or a type of input, that cnnviz does not compute; 'format' for a graph
 *   that makes no sense
 */
export function importOnnx(onnx: OnnxModel): Model {
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

function checkedOpset({ opsets }: OnnxModel, nodes: readonly OnnxNode[]): number {
  const opset = opsets.get('');
  if (opset === undefined) {
    if (nodes.every(({ domain }) => domain !== '')) return OPSETS.last;
    throw new CnnvizError('format', 'the model does not say which opset of ONNX it is written in');
  }
  if (opset >= OPSETS.first && opset <= OPSETS.last) return opset;
  if (opset >= 1 && opset < OPSETS.first && nodes.every(({ operator }) => UNCHANGED.includes(operator))) return opset;
  throw new CnnvizError('unsupported', `ONNX opset ${opset}: expected ${OPSETS.first} … ${OPSETS.last}`, {
    fix:
      opset < OPSETS.first
        ? 'convert it: onnx.version_converter.convert_version(model, 17)'
        : `export it again with opset_version=${OPSETS.last}`,
  });
}

/**
 * The nodes that the outputs depend on, each after those it reads, else in the order of the file.
 * @throws CnnvizError 'format' for values made twice, read but never made, or made from themselves
 */
function neededNodes({ nodes, initializers, inputs, outputs }: OnnxModel): OnnxNode[] {
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
    for (const input of maker.inputs) if (input !== '') wanted.push({ name: input, by: nameOf(maker) });
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
    const lacks = new Set(node.inputs.filter((input) => input !== '' && !made.has(input)));
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

function nameOf({ name, outputs, operator }: OnnxNode): string {
  return name || outputs.find(Boolean) || operator;
}
