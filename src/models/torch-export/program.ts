import { CnnvizError } from '../../core/errors.js';
import type { StoredType } from '../weights/weight-file.js';
import { type Argument, argumentOf } from './argument.js';
import { damaged, type Fields, fieldsOf, listOf, nameOf, own, unionOf } from './json-fields.js';
import { SCALAR_TYPES } from './scalar-types.js';
import { type Ranges, rangesOf } from './side-rules.js';

/** What is declared of a tensor: null for a side of any size, and for a type that cnnviz does not know. */
export interface TensorMeta {
  readonly stored: StoredType | null;
  readonly sides: readonly (number | null)[];
  /** What a side of any size was called, where it was. */
  readonly expressions: readonly unknown[];
}

export interface ProgramNode {
  /** "torch.ops.aten.conv2d.default" */
  readonly target: string;
  readonly inputs: ReadonlyMap<string, Argument>;
  /** What it makes, in order; "" for what is no tensor and no size. */
  readonly outputs: readonly string[];
  /** Where it stands: its module's path, which call of it that is, and its class. */
  readonly module: { readonly path: string; readonly call: string; readonly type: string };
}

/** What a program takes besides its input: an array of the archive. */
export interface StoredInput {
  readonly value: string;
  /** As in the state_dict. */
  readonly name: string;
  /** The state_dict has it, else the constants beside it. */
  readonly inState: boolean;
}

/** An ExportedProgram, checked as far as its form goes. */
export interface Program {
  readonly torch: string;
  readonly stored: readonly StoredInput[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly ProgramNode[];
  readonly tensors: ReadonlyMap<string, TensorMeta>;
  readonly ranges: Ranges;
}

/** The one schema that PyTorch 2.6 … 2.14 write; others may mean something else by the same names. */
const SCHEMA = 8;
const MOST_NODES = 200_000;
const MOST_SIDES = 64;

/**
 * A program as torch.export.save writes it.
 * Source: torch/_export/serde/schema.py
 * @throws CnnvizError 'format' or 'unsupported' with the place
 */
export function readProgram(json: unknown): Program {
  const fields = fieldsOf(json, 'the program');
  const torch = own(fields, 'torch_version');
  const schema = own(fieldsOf(own(fields, 'schema_version'), 'schema_version'), 'major');
  if (schema !== SCHEMA) {
    const by = typeof torch === 'string' ? `, written by PyTorch ${torch}` : '';
    throw new CnnvizError('unsupported', `an exported program of schema ${String(schema)}${by}: expected ${SCHEMA}`, {
      fix: 'export it with PyTorch 2.6 or later: torch.export.save(torch.export.export(model, (x,)), "model.pt2")',
    });
  }
  const module = fieldsOf(own(fields, 'graph_module'), 'graph_module');
  const graph = fieldsOf(own(module, 'graph'), 'graph');
  const nodes = listOf(own(graph, 'nodes'), 'nodes');
  if (nodes.length > MOST_NODES) throw damaged('nodes', `${nodes.length}: expected at most ${MOST_NODES}`);
  const values = Object.entries(fieldsOf(own(graph, 'tensor_values'), 'tensor_values'));
  const signature = fieldsOf(own(module, 'signature'), 'signature');
  return {
    torch: typeof torch === 'string' ? torch.slice(0, 40) : 'unknown',
    ...inputsOf(listOf(own(signature, 'input_specs'), 'input_specs')),
    ranges: rangesOf(own(fields, 'range_constraints')),
    outputs: listOf(own(signature, 'output_specs'), 'output_specs').flatMap(outputOf),
    nodes: nodes.map((node, i) => nodeOf(fieldsOf(node, `node ${i}`), `node ${i}`)),
    tensors: new Map(values.map(([name, meta]) => [name, metaOf(meta, `value "${name}"`)])),
  };
}

/** @throws CnnvizError 'format' */
export function metaOf(value: unknown, place: string): TensorMeta {
  const fields = fieldsOf(value, place);
  const sizes = listOf(own(fields, 'sizes'), `${place}, sizes`);
  if (sizes.length > MOST_SIDES) throw damaged(place, `${sizes.length} sides: expected at most ${MOST_SIDES}`);
  const type = own(fields, 'dtype');
  return {
    stored: typeof type === 'number' ? (SCALAR_TYPES.get(type) ?? null) : null,
    expressions: sizes.map((size) => {
      const [tag, side] = unionOf(size, `${place}, sizes`);
      return tag === 'as_expr' ? own(fieldsOf(side, place), 'expr_str') : null;
    }),
    sides: sizes.map((size) => {
      const [tag, side] = unionOf(size, `${place}, sizes`);
      if (tag === 'as_expr') return null;
      if (tag === 'as_int' && Number.isSafeInteger(side) && (side as number) >= 0) return side as number;
      throw damaged(place, 'a side that is no whole number');
    }),
  };
}

function inputsOf(specs: readonly unknown[]): Pick<Program, 'stored' | 'inputs'> {
  const stored: StoredInput[] = [];
  const inputs: string[] = [];
  for (const [i, spec] of specs.entries()) {
    const place = `input ${i + 1}`;
    const [kind, value] = unionOf(spec, place);
    const fields = fieldsOf(value, place);
    const argument = own(fields, 'arg');
    if (kind === 'user_input') {
      const given = argumentOf(argument, place);
      if (given.kind === 'none') continue;
      if (given.kind !== 'tensor') throw notRead(`${place} of the program is no tensor`);
      inputs.push(given.name);
    } else if (kind === 'parameter' || kind === 'buffer' || kind === 'tensor_constant') {
      const name = nameOf(own(fields, `${kind}_name`), place);
      const inState = kind === 'parameter' || (kind === 'buffer' && own(fields, 'persistent') !== false);
      stored.push({ value: nameOf(own(fieldsOf(argument, place), 'name'), place), name, inState });
    } else {
      throw notRead(`${place} of the program is a ${kind}`);
    }
  }
  return { stored, inputs };
}

function notRead(what: string): CnnvizError {
  return new CnnvizError('unsupported', `${what}: expected tensors, and numbers of a state_dict`, {
    fix: 'export a model that takes tensors and gives tensors: model.eval() first',
  });
}

function outputOf(spec: unknown, i: number): string[] {
  const place = `output ${i + 1}`;
  const [kind, value] = unionOf(spec, place);
  if (kind !== 'user_output') throw notRead(`${place} of the program is a ${kind}`);
  const argument = argumentOf(own(fieldsOf(value, place), 'arg'), place);
  if (argument.kind === 'none') return [];
  if (argument.kind !== 'tensor') throw notRead(`${place} of the program is no tensor`);
  return [argument.name];
}

function nodeOf(fields: Fields, place: string): ProgramNode {
  const target = nameOf(own(fields, 'target'), `${place}, target`);
  const at = `${place} (${target})`;
  const inputs = new Map<string, Argument>();
  for (const input of listOf(own(fields, 'inputs'), `${at}, inputs`)) {
    const given = fieldsOf(input, `${at}, inputs`);
    const name = own(given, 'name');
    // what is given by its place alone belongs to operators that nobody reads here
    const key = typeof name === 'string' && name !== '' ? name : `#${inputs.size}`;
    if (inputs.has(key)) throw damaged(at, `the argument ${key} is there twice`);
    inputs.set(key, argumentOf(own(given, 'arg'), `${at}, ${key}`));
  }
  const outputs = listOf(own(fields, 'outputs'), `${at}, outputs`).flatMap((output) => namesIn(argumentOf(output, at)));
  return { target, inputs, outputs, module: moduleOf(own(fields, 'metadata')) };
}

function namesIn(argument: Argument): readonly string[] {
  switch (argument.kind) {
    case 'tensor':
    case 'size':
      return [argument.name];
    case 'tensors':
      return argument.names;
    default:
      return [''];
  }
}

/** The innermost module: "key,path,class" behind the last ";". A module that is called again has "@1" in its key. */
function moduleOf(metadata: unknown): ProgramNode['module'] {
  const fields = typeof metadata === 'object' && metadata !== null ? (metadata as Fields) : {};
  const stack = own(fields, 'nn_module_stack');
  const [key = '', path = '', type = ''] = typeof stack === 'string' ? (stack.split(';').at(-1) ?? '').split(',') : [];
  if (path.length > 500 || path.startsWith('_empty_nn_module_stack')) return { path: '', call: '', type: '' };
  return { path, call: /@(\d{1,6})$/.exec(key)?.[1] ?? '', type };
}
