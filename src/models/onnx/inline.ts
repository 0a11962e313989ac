import { CnnvizError } from '../../core/errors.js';
import type { Value } from '../../core/values.js';
import {
  freshName,
  type Names,
  type OnnxAttribute,
  type OnnxFunction,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from './builder.js';
import { namesOf } from './free-names.js';
import { nameOf } from './ordered-nodes.js';

/** A few small functions that call each other may stand for more nodes than any memory holds. */
const MOST_NODES = 200_000;

/**
 * The number of a condition where it follows from constants and declared shapes alone, in a graph as far as it goes; null
 * where it depends on what is run.
 */
export type ConditionOf = (graph: OnnxModel, value: string) => Value | null;

/** What takes a node's place: a function's body, or the branch that an If takes. */
interface Body {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Names within, by those around them. */
  readonly given: ReadonlyMap<string, string>;
  /** Names within of what the node makes. */
  readonly outputs: readonly string[];
  /** What its nodes' references to attributes stand for; null: they keep theirs. */
  readonly attributes: ((name: string) => OnnxAttribute | null) | null;
  /** Of its operators; null: that of the node it stands for. */
  readonly opset: number | null;
  /** Whether it reads values around it. */
  readonly isOpen: boolean;
}

/**
 * The graph with functions that the model defines put in the place of their calls, and of an If with a condition that is
 * known the branch it takes. Names within get the call's name in front. An If whose condition is not known stays.
 * @param nodes those of the model that are needed, each after those it reads
 * @throws CnnvizError 'format' for a function that calls itself; 'unsupported' for more nodes than a model may have
 */
export function inlined(onnx: OnnxModel, nodes: readonly OnnxNode[], conditionOf: ConditionOf): OnnxModel {
  const functions = new Map(onnx.functions.map((one) => [keyOf(one.domain, one.name, one.overload), one]));
  const flat: OnnxNode[] = [];
  const initializers = new Map(onnx.initializers);
  const names: Names = new Map([...namesOf({ ...onnx, nodes })].map((name) => [name, 1]));
  let left = MOST_NODES;

  const copied = (node: OnnxNode, body: Body, names: ReadonlyMap<string, string>, prefix: string | null): OnnxNode => {
    if (left-- <= 0) {
      throw new CnnvizError('unsupported', `its functions stand for more than ${MOST_NODES} layers`);
    }
    const attributes = new Map<string, OnnxAttribute>();
    for (const [key, attribute] of node.attributes) {
      const own = attributeIn(attribute, body, names);
      if (own) attributes.set(key, own);
    }
    const outer = (name: string): string => names.get(name) ?? name;
    const inputs = node.inputs.map(outer);
    const outputs = node.outputs.map(outer);
    const name = node.name === '' || prefix === null ? node.name : within(prefix, node.name);
    return { ...node, name, inputs, outputs, attributes, opset: node.opset ?? body.opset };
  };

  /** A graph within a copied node: names that it gives itself are its own until it takes the node's place. */
  const attributeIn = (
    attribute: OnnxAttribute,
    body: Body,
    names: ReadonlyMap<string, string>,
  ): OnnxAttribute | null => {
    if (attribute.type === 'reference') return body.attributes ? body.attributes(attribute.value) : attribute;
    if (attribute.type !== 'graph') return attribute;
    const graph = attribute.value;
    const own = namesOf(graph);
    const around = new Map([...names].filter(([name]) => !own.has(name)));
    const outputs = graph.outputs.map((output) => ({ ...output, name: around.get(output.name) ?? output.name }));
    const inner = graph.nodes.map((node) => copied(node, body, around, null));
    return { type: 'graph', value: { ...graph, nodes: inner, outputs } };
  };

  const put = (call: OnnxNode, body: Body, calls: readonly string[]): void => {
    const prefix = nameOf(call);
    const outer = new Map(body.given);
    const made = new Set(body.nodes.flatMap(({ outputs }) => outputs));
    const passed: (readonly [from: string, to: string])[] = [];
    for (const [i, name] of body.outputs.entries()) {
      const target = call.outputs[i] ?? '';
      if (target === '') continue;
      if (outer.has(name) || !made.has(name)) passed.push([name, target]);
      else outer.set(name, target);
    }
    for (const [name, tensor] of body.initializers) {
      const fresh = freshName(names, within(prefix, name));
      outer.set(name, fresh);
      initializers.set(fresh, { ...tensor, name: fresh });
    }
    for (const name of made)
      if (name !== '' && !outer.has(name)) outer.set(name, freshName(names, within(prefix, name)));
    outer.set('', '');
    if (!body.isOpen) checkClosed(body, outer, prefix);
    const copies = body.nodes.map((node) => copied(node, body, outer, prefix));
    const identities = passed.map(([from, to]): OnnxNode => passing(outer.get(from) ?? from, to));
    flatten([...copies, ...identities], calls);
  };

  const flatten = (list: readonly OnnxNode[], calls: readonly string[]): void => {
    for (const node of list) {
      const key = keyOf(node.domain, node.operator, node.overload);
      const called = functions.get(key);
      if (called) {
        if (calls.includes(key)) throw new CnnvizError('format', `function ${called.name} calls itself`);
        put(node, bodyOfCall(called, node, onnx.opsets), [...calls, key]);
        continue;
      }
      const branch = branchOf(node, () => conditionOf({ ...onnx, nodes: flat, initializers }, node.inputs[0] ?? ''));
      if (branch) put(node, branch, calls);
      else flat.push(node);
    }
  };

  flatten(nodes, []);
  return { ...onnx, nodes: flat, initializers };
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload]);
}

/** "call/inner"; a name that is a path of its own, as exporters write them in branches, stays. */
function within(prefix: string, name: string): string {
  return name.startsWith('/') && prefix.startsWith('/') ? name : `${prefix}/${name}`;
}

function bodyOfCall(called: OnnxFunction, call: OnnxNode, opsets: ReadonlyMap<string, number>): Body {
  const { inputs, outputs, nodes, defaults } = called;
  return {
    nodes,
    initializers: new Map(),
    given: new Map(inputs.map((name, i) => [name, call.inputs[i] ?? ''])),
    outputs,
    attributes: (name) => call.attributes.get(name) ?? defaults.get(name) ?? null,
    opset: called.opsets.get('') ?? opsets.get('') ?? null,
    isOpen: false,
  };
}

/** The branch of an If whose condition is known; null for all other nodes. */
function branchOf(node: OnnxNode, condition: () => Value | null): Body | null {
  if (node.domain !== '' || node.operator !== 'If') return null;
  const [value] = condition()?.data ?? [];
  if (value === undefined) return null;
  const branch = node.attributes.get(value === 0 ? 'else_branch' : 'then_branch');
  if (branch?.type !== 'graph') throw new CnnvizError('format', `${nameOf(node)}: an If without both branches`);
  const { nodes, initializers, outputs } = branch.value;
  return {
    nodes,
    initializers,
    given: new Map(),
    outputs: outputs.map(({ name }) => name),
    attributes: null,
    opset: node.opset,
    isOpen: true,
  };
}

/** @throws CnnvizError 'format' for a function that reads what it is not given */
function checkClosed({ nodes, outputs }: Body, known: ReadonlyMap<string, string>, name: string): void {
  const read = [...nodes.flatMap(({ inputs }) => inputs), ...outputs];
  const stranger = read.find((one) => !known.has(one));
  if (stranger === undefined) return;
  throw new CnnvizError('format', `${name}: its function reads "${stranger}", which is made by nothing`);
}

function passing(from: string, to: string): OnnxNode {
  return {
    name: '',
    domain: '',
    operator: 'Identity',
    overload: '',
    inputs: [from],
    outputs: [to],
    attributes: new Map(),
    opset: null,
  };
}
