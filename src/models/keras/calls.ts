import { CnnvizError } from '../../core/errors.js';
import { isRecord, type Json, type JsonRecord, shown } from './fields.js';

/** A tensor that a call makes: output `output` of call `call` of a layer, both counted from 0. */
export interface TensorRef {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
}

/** What a layer is called with: tensors of other layers, and plain numbers and texts, in lists and under names. */
export type Argument =
  | { readonly kind: 'tensor'; readonly ref: TensorRef }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }
  | { readonly kind: 'named'; readonly items: ReadonlyMap<string, Argument> }
  | { readonly kind: 'plain'; readonly value: Json };

/** One call of a layer. */
export interface Call {
  readonly args: readonly Argument[];
  readonly kwargs: ReadonlyMap<string, Argument>;
}

/** More lists within lists than any network is called with. */
const DEEPEST = 32;

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** ["conv1", 0, 0], with or without {…} behind it: how Keras 2 writes a tensor. */
function isListedRef(value: Json, names: ReadonlySet<string>): boolean {
  if (!Array.isArray(value) || value.length < 3 || value.length > 4) return false;
  const [layer, call, output, more] = value as readonly Json[];
  if (typeof layer !== 'string' || !isIndex(call) || !isIndex(output)) return false;
  return names.has(layer) && (more === undefined || isRecord(more));
}

function tensorRef(layer: Json, call: Json, output: Json): Argument {
  if (typeof layer !== 'string' || !isIndex(call) || !isIndex(output)) {
    throw new CnnvizError('format', `expected [layer, call, output], found ${shown([layer, call, output])}`);
  }
  return { kind: 'tensor', ref: { layer, call, output } };
}

/** @param names those of the layers: what else stands in lists of three is no tensor */
export function argumentOf(value: Json, names: ReadonlySet<string>, depth = 0): Argument {
  if (depth > DEEPEST) throw new CnnvizError('format', `more than ${DEEPEST} lists within lists`);
  if (isListedRef(value, names)) {
    const [layer, call, output] = value as readonly Json[];
    return tensorRef(layer, call, output);
  }
  if (Array.isArray(value)) {
    const [first, index] = value as readonly Json[];
    if (first === '_CONSTANT_VALUE' && index === -1) return { kind: 'plain', value: value[2] };
    return { kind: 'list', items: value.map((item) => argumentOf(item, names, depth + 1)) };
  }
  if (!isRecord(value)) return { kind: 'plain', value };
  if (value.class_name === '__keras_tensor__') {
    const history = isRecord(value.config) ? value.config.keras_history : null;
    const [layer, call, output] = Array.isArray(history) ? (history as readonly Json[]) : [null, null, null];
    return tensorRef(layer, call, output);
  }
  if (typeof value.class_name === 'string') return { kind: 'plain', value };
  const items = new Map(Object.keys(value).map((key) => [key, argumentOf(value[key], names, depth + 1)]));
  return { kind: 'named', items };
}

function kwargsOf(value: Json | undefined, names: ReadonlySet<string>): Map<string, Argument> {
  if (!isRecord(value)) return new Map();
  return new Map(Object.keys(value).map((key) => [key, argumentOf(value[key], names)]));
}

/** The calls of one layer, as either version of Keras writes its inbound_nodes. @throws CnnvizError 'format' */
export function callsOf(nodes: Json, names: ReadonlySet<string>): Call[] {
  if (nodes === null) return [];
  if (!Array.isArray(nodes)) throw new CnnvizError('format', `inbound_nodes: expected a list, found ${shown(nodes)}`);
  return nodes.map((node: Json): Call => {
    if (isRecord(node) && Array.isArray(node.args)) {
      return { args: node.args.map((arg: Json) => argumentOf(arg, names)), kwargs: kwargsOf(node.kwargs, names) };
    }
    const kwargs = kwargsOf(kwargsBehind(node, 0), names);
    const inputs = argumentOf(node, names);
    // one tensor of Keras 2 stands in a list of its own
    const isLone = inputs.kind === 'list' && inputs.items.length === 1;
    return { args: [isLone ? inputs.items[0] : inputs], kwargs };
  });
}

/** Keras 2 writes the keywords of a call behind each of its tensors. */
function kwargsBehind(node: Json, depth: number): JsonRecord | undefined {
  if (depth > DEEPEST) throw new CnnvizError('format', `more than ${DEEPEST} lists within lists`);
  if (isRecord(node)) {
    for (const key of Object.keys(node)) {
      const found = kwargsBehind(node[key], depth + 1);
      if (found) return found;
    }
    return undefined;
  }
  if (!Array.isArray(node)) return undefined;
  const list = node as readonly Json[];
  if (typeof list[0] === 'string' && list.length === 4 && isRecord(list[3])) return list[3];
  for (const item of list) {
    if (!Array.isArray(item)) continue;
    const found = kwargsBehind(item, depth + 1);
    if (found && Object.keys(found).length > 0) return found;
  }
  return undefined;
}

/** The tensors of some arguments in Keras's order: lists as they stand, names in the order of the alphabet. */
export function tensorsIn(args: Iterable<Argument>): TensorRef[] {
  const found: TensorRef[] = [];
  const visit = (argument: Argument): void => {
    if (argument.kind === 'tensor') found.push(argument.ref);
    else if (argument.kind === 'list') argument.items.forEach(visit);
    else if (argument.kind === 'named')
      for (const key of [...argument.items.keys()].sort()) visit(argument.items.get(key)!);
  };
  for (const argument of args) visit(argument);
  return found;
}
