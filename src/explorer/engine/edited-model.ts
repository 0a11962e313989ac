import { CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/names.js';
import { sizeOf } from '../../core/tensor.js';
import { isFloat, type ValueInfo } from '../../core/values.js';
import { LAYERS, type Layer } from '../../layers/index.js';
import { READ_ONE } from '../../layers/kind-lists.js';
import { type Constant, constantOf, type Model, type ModelNode } from '../../layers/model.js';
import type { Edit } from '../protocol.js';

/** A model with edits made to it. */
export interface EditedModel {
  readonly model: Model;
  /** Of silenced layers: the value with zeros in it, by the value they make. */
  readonly silenced: ReadonlyMap<string, string>;
}

type LayerEdit = Extract<Edit, { kind: 'layer' }>;
type SilenceEdit = Extract<Edit, { kind: 'silence' }>;
type NumberEdit = Extract<Edit, { kind: 'weight' | 'kernel' }>;

/**
 * Makes edits to one model. What an edit does not touch stays the same object, and so does what it made before: whoever
 * computes sees by that what has to be computed again.
 */
export class ModelEditor {
  readonly #base: Model;
  /** What was made last, by its place and the edits it came from. */
  #made = new Map<string, unknown>();
  #next = new Map<string, unknown>();

  constructor(base: Model) {
    this.#base = base;
  }

  /**
   * @param shapesOf the shapes of a model, for channels that are to be silenced
   * @throws CnnvizError 'usage' for a layer or number that there is none of
   */
  edit(edits: readonly Edit[], shapesOf: (model: Model) => ReadonlyMap<string, ValueInfo>): EditedModel {
    this.#next = new Map();
    const constants = this.#constants(edits.filter((edit) => edit.kind === 'weight' || edit.kind === 'kernel'));
    const nodes = this.#layers(edits.filter((edit) => edit.kind === 'layer'));
    const settings = { ...this.#base, constants, nodes };
    const silences = edits.filter((edit) => edit.kind === 'silence');
    const edited =
      silences.length === 0
        ? { model: settings, silenced: new Map<string, string>() }
        : this.#silence(settings, silences, shapesOf(settings));
    this.#made = this.#next;
    return edited;
  }

  /** What `make` gives; the same object again while the key stays. */
  #keep<T>(place: string, edits: unknown, make: () => T): T {
    const key = `${place} ${JSON.stringify(edits)}`;
    const made = this.#made.has(key) ? (this.#made.get(key) as T) : make();
    this.#next.set(key, made);
    return made;
  }

  #constants(edits: readonly NumberEdit[]): Model['constants'] {
    if (edits.length === 0) return this.#base.constants;
    const constants = new Map(this.#base.constants);
    for (const [name, own] of grouped(edits, ({ constant }) => constant)) {
      const base = constants.get(name);
      if (!base) throw unknown('a number', name, constants.keys());
      constants.set(
        name,
        this.#keep(`constant ${name}`, own, () => editedConstant(name, base, own)),
      );
    }
    return constants;
  }

  #layers(edits: readonly LayerEdit[]): readonly ModelNode[] {
    if (edits.length === 0) return this.#base.nodes;
    const replaced = grouped(edits, ({ layer }) => layer);
    for (const name of replaced.keys()) this.#find(name);
    return this.#base.nodes.map((node) => {
      const edit = replaced.get(node.name)?.at(-1);
      return edit ? this.#keep(`layer ${node.name}`, edit, () => replacedNode(node, edit.becomes)) : node;
    });
  }

  #find(name: string): ModelNode {
    const { nodes } = this.#base;
    const node = nodes.find((one) => one.name === name);
    if (node) return node;
    throw unknown(
      'a layer',
      name,
      nodes.map((one) => one.name),
    );
  }

  /** Behind each layer with silenced channels stands one that makes them zero; all that reads the layer reads that. */
  #silence(model: Model, edits: readonly SilenceEdit[], infos: ReadonlyMap<string, ValueInfo>): EditedModel {
    const constants = new Map(model.constants);
    const silenced = new Map<string, string>();
    const behind = new Map<string, ModelNode>();
    for (const [name, own] of grouped(edits, ({ layer }) => layer)) {
      const [value] = this.#find(name).outputs;
      const info = infos.get(value)!;
      const channels = [...new Set(own.map(({ channel }) => channel))].sort((a, b) => a - b);
      const made = this.#keep(`silence ${name}`, [channels, info], () => silencing(name, value, info, channels));
      for (const [constant, numbers] of made.constants) constants.set(constant, numbers);
      behind.set(value, made.node);
      silenced.set(value, made.node.outputs[0]);
    }
    const renamed = (name: string | null) => (name === null ? null : (silenced.get(name) ?? name));
    const nodes = model.nodes.flatMap((node) => {
      const reader = node.inputs.some((name) => name !== null && silenced.has(name))
        ? this.#keep(`reads ${node.name}`, [node.layer, node.inputs.map(renamed)], () => ({
            ...node,
            inputs: node.inputs.map(renamed),
          }))
        : node;
      return [reader, ...node.outputs.flatMap((value) => behind.get(value) ?? [])];
    });
    const outputs = model.outputs.map((name) => renamed(name)!);
    return { model: { ...model, constants, nodes, outputs }, silenced };
  }
}

function grouped<T>(edits: readonly T[], keyOf: (edit: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const edit of edits) groups.set(keyOf(edit), [...(groups.get(keyOf(edit)) ?? []), edit]);
  return groups;
}

function unknown(what: string, name: string, names: Iterable<string>): CnnvizError {
  const near = nearestName(name, [...names]);
  return new CnnvizError('usage', `${what} of the network called "${name}" is to be changed: there is none`, {
    fix: near ? `did you mean ${near}?` : 'take the change back',
  });
}

/** Numbers with others in their place. */
function editedConstant(name: string, base: Constant, edits: readonly NumberEdit[]): Constant {
  let { shape } = base;
  const { dtype } = base;
  let data = base.load().data.slice();
  for (const edit of edits) {
    const numbers = edit.kind === 'kernel' ? edit.data : [edit.value];
    const wrong = numbers.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) {
      throw new CnnvizError('usage', `${name}: expected a number, got ${wrong}`, { fix: 'give a finite number' });
    }
    if (edit.kind === 'kernel') {
      if (edit.data.length !== sizeOf(edit.shape)) {
        throw new CnnvizError(
          'shape',
          `${name}: ${edit.data.length} numbers for [${edit.shape.join(', ')}], which has ${sizeOf(edit.shape)}`,
          { fix: 'give one number for each place' },
        );
      }
      shape = edit.shape;
      data = Float32Array.from(edit.data);
    } else if (Number.isInteger(edit.index) && edit.index >= 0 && edit.index < data.length)
      data[edit.index] = edit.value;
    else {
      throw new CnnvizError('usage', `${name}: number ${edit.index} is to be changed, it has ${data.length}`, {
        fix: data.length === 0 ? 'take the change back' : `one from 0 to ${data.length - 1}`,
      });
    }
  }
  return constantOf({ dtype, shape, data });
}

function replacedNode(node: ModelNode, layer: Layer): ModelNode {
  if (!(layer.kind in LAYERS)) {
    throw new CnnvizError('usage', `${node.name}: there is no layer called "${layer.kind}"`, {
      fix: 'take the change back',
    });
  }
  const isAlone = layer.kind !== node.layer.kind && READ_ONE.includes(layer.kind);
  return { ...node, layer, inputs: isAlone ? node.inputs.slice(0, 1) : node.inputs };
}

/** The layer that makes channels of a value zero, and what it reads: where they are, and the zero. */
function silencing(layer: string, value: string, { dtype, shape }: ValueInfo, channels: readonly number[]) {
  const axis = shape.length < 2 || shape.length === 3 ? 0 : 1;
  const count = shape[axis] ?? 0;
  const wrong = channels.find((channel) => !(Number.isInteger(channel) && channel >= 0 && channel < count));
  if (wrong !== undefined || !isFloat(dtype)) {
    throw new CnnvizError('usage', `${layer}: channel ${wrong ?? 0} is to be silent, it has ${count}`, {
      fix: count === 0 ? 'take the change back' : `a channel from 0 to ${count - 1}`,
    });
  }
  const speaks = new Uint8Array(count).fill(1);
  for (const channel of channels) speaks[channel] = 0;
  const names = { speaks: `${value} (channels that are not silenced)`, zero: `${value} (silence)` };
  const sides = shape.map((side, i) => (i === axis ? side : 1));
  const constants: [string, Constant][] = [
    [names.speaks, constantOf({ dtype: 'bool', shape: sides, data: speaks })],
    [
      names.zero,
      constantOf({ dtype, shape: [], data: dtype === 'float32' ? new Float32Array(1) : new Float64Array(1) }),
    ],
  ];
  const name = `${value} (silenced)`;
  const node: ModelNode = {
    name,
    layer: { kind: 'where' },
    inputs: [names.speaks, value, names.zero],
    outputs: [name],
  };
  return { constants, node };
}
