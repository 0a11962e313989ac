import { atPlace, CnnvizError } from '../core/errors.js';
import { nearestName } from '../core/names.js';
import { sizeOf } from '../core/tensor.js';
import { formatBytes } from '../core/text.js';
import type { Value, ValueInfo } from '../core/values.js';
import type { KnownInput, ReadsCall } from './family.js';
import { type Layer, layerFamily } from './index.js';
import { type Model, type ModelNode, neededFor } from './model.js';
import { checkSides } from './side-rules.js';

/** What is given for a model input: its type and shape, and its numbers when they may decide shapes. */
export interface BoundInput extends ValueInfo {
  readonly value: Value | null;
}

/** Computes a layer at once from known inputs; null when it cannot. */
export type Evaluate = (
  layer: Layer,
  inputs: readonly (Value | null)[],
  outputs: readonly ValueInfo[],
) => Value[] | null;

/** The type and shape of every value of a model for given inputs. */
export interface ShapedModel {
  /** The nodes that can be computed; its outputs are those of the whole. */
  readonly model: Model;
  /** The model as it was given. */
  readonly whole: Model;
  /** Why values that the whole makes are not made by `model`. */
  readonly refused: ReadonlyMap<string, CnnvizError>;
  /** By name of the value; constants included. Asked for one that is refused, it throws why. */
  readonly infos: ReadonlyMap<string, ValueInfo>;
  /** The numbers of a value that does not depend on what is run; null for one that does. */
  readonly known: (name: string) => Value | null;
}

/** Types and shapes by name, and for values that have none the reason: whoever needs one of those is refused by it. */
class Infos extends Map<string, ValueInfo> {
  readonly refused = new Map<string, CnnvizError>();

  /** @throws CnnvizError where the value is refused */
  override get(name: string): ValueInfo | undefined {
    const refusal = this.refused.get(name);
    if (refusal) throw refusal;
    return super.get(name);
  }
}

/**
 * Works out all shapes. Values that decide shapes (a Reshape's target) are computed on the way, by `evaluate`, from
 * constants, shapes and bound inputs.
 * @param wanted the values that must be there; without it all. What others lack is told by `refused`, in the words of `told`
 * @throws CnnvizError with the node's name in front
 */
export function inferShapes(
  model: Model,
  bound: ReadonlyMap<string, BoundInput>,
  evaluate: Evaluate | null = null,
  wanted: readonly string[] | null = null,
  told: (error: unknown) => unknown = (error) => error,
): ShapedModel {
  const needed = wanted && new Set(neededFor(model, wanted));
  const infos = new Infos();
  const { refused } = infos;
  const makers = new Map<string, ModelNode>();
  const values = new Map<string, Value | null>();
  /** Follow from constants and shapes alone. */
  const fixed = new Set<string>(model.constants.keys());
  checkSides(model.inputs, bound);
  for (const { name, chosenFor } of model.inputs) {
    const input = bound.get(name);
    if (input && chosenFor && input.shape.join() !== chosenFor.join()) throw otherShape(name, input.shape, chosenFor);
    if (!input) throw new CnnvizError('usage', `input "${name}" is not given`, { fix: `add --input ${name}=FILE.npy` });
    infos.set(name, { dtype: input.dtype, shape: input.shape });
    values.set(name, input.value);
  }
  for (const [name, { dtype, shape }] of model.constants) infos.set(name, { dtype, shape });

  const known = (name: string): Value | null => {
    const before = values.get(name);
    if (before !== undefined) return before;
    const constant = model.constants.get(name);
    const value = constant ? constant.load() : compute(name);
    if (!constant) values.set(name, value);
    return value;
  };
  const compute = (name: string): Value | null => {
    const node = makers.get(name);
    if (!node || !evaluate) return null;
    // what comes from the images first: weights are not read to find that nothing can be computed with them
    const isOpen = (input: string | null) => input !== null && !model.constants.has(input) && known(input) === null;
    if (!layerFamily(node.layer).readsShapes && node.inputs.some(isOpen)) return null;
    const inputs = node.inputs.map((input) => (input === null ? null : known(input)));
    const outputs = node.outputs.map((output) => infos.get(output)!);
    const shaped = node.inputs.map((input, i) =>
      input === null ? null : (inputs[i] ?? unknownNumbers(infos.get(input)!)),
    );
    return evaluate(node.layer, shaped, outputs)?.[node.outputs.indexOf(name)] ?? null;
  };

  for (const node of model.nodes) {
    try {
      const inputs = node.inputs.map((name): KnownInput | null => {
        if (name === null) return null;
        const info = infos.get(name);
        if (!info) throw unknownValue(name, [...infos.keys()]);
        return { ...info, known: () => known(name) };
      });
      const { shape, readsShapes } = layerFamily(node.layer);
      const isFixed = readsShapes || node.inputs.every((name) => name === null || fixed.has(name));
      const outputs = shape(node.layer, inputs);
      for (const [i, name] of node.outputs.entries()) {
        if (!outputs[i]) throw new CnnvizError('unsupported', `output ${i + 1} of a ${node.layer.kind} layer`);
        checkSize(outputs[i].shape);
        if (isFixed) checkGrowth(outputs[i].shape, inputs);
        infos.set(name, outputs[i]);
        if (isFixed) fixed.add(name);
        makers.set(name, node);
      }
    } catch (error) {
      const isPassed = isPassedOn(node, refused, error);
      const cause = isPassed ? error : atPlace(node.name, error);
      if (!(cause instanceof CnnvizError) || !needed || needed.has(node)) throw cause;
      const reason = isPassed ? cause : (told(cause) as CnnvizError);
      for (const name of node.outputs) refused.set(name, reason);
    }
  }
  const isWhole = refused.size === 0;
  const nodes = isWhole ? model.nodes : model.nodes.filter(({ outputs }) => !outputs.some((name) => refused.has(name)));
  return { model: isWhole ? model : { ...model, nodes }, whole: model, refused, infos, known };
}

/** Whether an error is the reason that something a node reads is not there: the place it says is another's. */
function isPassedOn({ inputs }: ModelNode, refused: ReadonlyMap<string, CnnvizError>, error: unknown): boolean {
  return inputs.some((name) => name !== null && refused.get(name) === error);
}

/** More numbers than this in one array are refused before any is computed: 2 GiB of float32. */
const MOST_NUMBERS = 2 ** 29;

function checkSize(shape: readonly number[]): void {
  const size = sizeOf(shape);
  if (size <= MOST_NUMBERS) return;
  throw new CnnvizError('unsupported', `its output [${shape.join(', ')}] would have ${size} numbers`, {
    fix: `at most ${MOST_NUMBERS} fit: use a smaller input`,
  });
}

/** What a few constants may be blown up to: 256 MiB of float32. They stay in memory for the whole run. */
const MOST_GROWN = 2 ** 26;

/** A value of constants alone may be as large as what it is made of (a transposed weight); a larger one is limited. */
function checkGrowth(shape: readonly number[], inputs: readonly (KnownInput | null)[]): void {
  const size = sizeOf(shape);
  const largest = Math.max(0, ...inputs.map((input) => (input === null ? 0 : sizeOf(input.shape))));
  if (size <= Math.max(MOST_GROWN, largest)) return;
  throw new CnnvizError(
    'unsupported',
    `its output [${shape.join(', ')}], of constants alone, would have ${size} numbers`,
    {
      fix: `at most ${MOST_GROWN} are made of constants (${formatBytes(4 * MOST_GROWN)}): store the result in the file, or use a smaller shape`,
    },
  );
}

/** Stands for numbers of which only the shape is read. */
function unknownNumbers({ dtype, shape }: ValueInfo): Value {
  return { dtype, shape, data: new Float32Array(0) };
}

function otherShape(name: string, got: readonly number[], expected: readonly number[]): CnnvizError {
  return new CnnvizError(
    'shape',
    `input "${name}": expected [${expected.join(', ')}], which the branches of the network are chosen for, got [${got.join(', ')}]`,
    { fix: `feed an array [${expected.join(', ')}], several ones one after another` },
  );
}

function unknownValue(name: string, names: readonly string[]): CnnvizError {
  const near = nearestName(name, names);
  return new CnnvizError('shape', `reads "${name}", which nothing before it makes`, {
    fix: near ? `did you mean ${near}?` : 'a layer can read inputs and layers that stand before it',
  });
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

/** The shapes of what a node reads and of its first output, and the numbers that are known before a run. */
export function readsCall(
  { infos, known }: ShapedModel,
  { inputs, outputs }: Pick<ModelNode, 'inputs' | 'outputs'>,
): ReadsCall {
  return {
    inputs: inputs.map((name) => (name === null ? null : infos.get(name)!.shape)),
    output: infos.get(outputs[0])!.shape,
    known(input) {
      const name = inputs[input] ?? null;
      const value = name === null ? null : known(name);
      return value && [...value.data];
    },
  };
}
