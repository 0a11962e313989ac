import { atPlace, CnnvizError } from '../../core/errors.js';
import { freshName } from '../onnx/builder.js';
import type { Argument } from './argument.js';
import { atenNode, type OnnxDraft, onnxNode } from './aten-node.js';
import { memoryOf } from './in-place.js';
import { innerName, nodeNames } from './names.js';
import { OPERATORS } from './operators/index.js';
import type { Program, ProgramNode } from './program.js';

/**
 * Writes the nodes of a program as operators of ONNX. One that cannot be written keeps its place.
 * @param values names of the program's values in the graph being written; those of its nodes are added
 * @returns why nodes are not computed, by their names
 * @throws CnnvizError 'format' for a program that makes no sense
 */
export function writeNodes(
  program: Program,
  draft: OnnxDraft,
  values: Map<string, string>,
): ReadonlyMap<string, CnnvizError> {
  const names = nodeNames(program.nodes, draft.names);
  const lastRead = readsOf(program);
  const memory = memoryOf();
  const refusals = new Map<string, CnnvizError>();
  const nameOfValue = (value: string): string => {
    const name = values.get(value);
    if (name !== undefined) return name;
    throw new CnnvizError('format', `"${value}" is read before it is made`);
  };
  for (const [i, node] of program.nodes.entries()) {
    const name = names[i];
    const isRead = (value: string): boolean => (lastRead.get(value) ?? -1) > i;
    const changed = memory.changed(node);
    const spoiled = changed ? changed.others.filter(isRead) : [];
    // an assertion: it makes nothing
    if (node.outputs.length === 0 && !(changed && [changed.value, ...spoiled].some(isRead))) continue;
    const outputs = node.outputs.map((_, output) =>
      output === 0 ? name : freshName(draft.names, innerName(name, String(output))),
    );
    const from = draft.nodes.length;
    try {
      if (spoiled.length > 0) throw changesOthers(spoiled[0]);
      writeNode(program, draft, node, name, outputs, isRead, nameOfValue);
      const made = new Set(draft.nodes.slice(from).flatMap((one) => one.outputs));
      const missing = node.outputs.findIndex((value, output) => isRead(value) && !made.has(outputs[output]));
      if (missing >= 0) throw new CnnvizError('unsupported', `its output ${missing + 1} is not computed`);
    } catch (error) {
      const told = atPlace(name, atPlace(node.target, error));
      if (!(told instanceof CnnvizError) || told.code !== 'unsupported') throw told;
      draft.nodes.length = from;
      draft.layers.delete(name);
      refusals.set(name, told);
      const inputs = [...new Set([...node.inputs.values()].flatMap(valuesIn))].map(nameOfValue);
      const kept = outputs.length > 0 ? outputs : [name];
      draft.nodes.push(onnxNode(name, node.target.slice(0, 200), inputs, [], kept, 'aten'));
    }
    for (const [output, value] of node.outputs.entries()) {
      if (value === '') continue;
      if (values.has(value)) throw new CnnvizError('format', `${name}: "${value}" is made twice`);
      values.set(value, outputs[output]);
      const meta = program.tensors.get(value);
      if (meta) draft.metas.set(outputs[output], meta);
    }
    // whoever reads later what was changed in place reads it as it is then
    if (changed) for (const value of [changed.value, ...spoiled]) values.set(value, outputs[0] ?? name);
    memory.add(node);
  }
  return refusals;
}

function changesOthers(value: string): CnnvizError {
  return new CnnvizError('unsupported', `it changes in place what "${value}" still reads`, {
    fix: 'export it without: torch.export.export(model, (x,)).run_decompositions({})',
  });
}

/** The last node that reads each value; of outputs infinitely late. */
function readsOf({ nodes, outputs }: Program): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const [i, { inputs }] of nodes.entries()) {
    for (const argument of inputs.values()) for (const value of valuesIn(argument)) last.set(value, i);
  }
  for (const value of outputs) last.set(value, Number.POSITIVE_INFINITY);
  return last;
}

function valuesIn(argument: Argument): readonly string[] {
  switch (argument.kind) {
    case 'tensor':
    case 'size':
      return [argument.name];
    case 'tensors':
      return argument.names;
    case 'ints':
      return argument.sizes.filter((size) => typeof size === 'string');
    default:
      return [];
  }
}

/** @throws CnnvizError 'unsupported' for what is not computed */
function writeNode(
  program: Program,
  draft: OnnxDraft,
  node: ProgramNode,
  name: string,
  outputs: readonly string[],
  isRead: (value: string) => boolean,
  nameOfValue: (value: string) => string,
): void {
  const key = node.target.replace(/^torch\.ops\.aten\./, '').replace(/^([a-zA-Z]\w*?)_+(\.|$)/, '$1$2');
  const write = OPERATORS.get(key);
  if (!write) {
    throw new CnnvizError('unsupported', 'this operator is not supported', {
      fix: `docs/networks.md lists those that are; or by ONNX: torch.onnx.export(model, (x,), 'model.onnx', dynamo=True)`,
    });
  }
  for (const value of [...[...node.inputs.values()].flatMap(valuesIn), ...node.outputs]) {
    const meta = program.tensors.get(value);
    if (meta && (meta.stored === null || meta.stored === 'float64')) {
      const type = meta.stored ?? 'a type that is not known';
      throw new CnnvizError('unsupported', `"${value}": numbers of ${type}`, {
        fix: 'export the model in float32: model.float()',
      });
    }
  }
  for (const [at, value] of node.outputs.entries()) {
    const meta = program.tensors.get(value);
    if (meta) draft.metas.set(outputs[at], meta);
  }
  const read = node.outputs.map(isRead);
  const aten = atenNode(draft, node, name, key, outputs, read, nameOfValue);
  write(aten);
  const [unread] = aten.unread();
  if (unread !== undefined) throw new CnnvizError('unsupported', `its argument ${unread} is not understood`);
}
