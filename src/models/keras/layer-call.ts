import { CnnvizError } from '../../core/errors.js';
import type { DType, Numbers } from '../../core/values.js';
import type { Layer } from '../../layers/index.js';
import { type Constant, constantOf } from '../../layers/model.js';
import type { GraphDraft, Laid } from '../graph-draft.js';
import type { WeightTensor } from '../weights/weight-file.js';
import type { Argument, Call } from './calls.js';
import { type Fields, shown } from './fields.js';

/** Sides in Keras's order, N among them; null for an open one. */
export type Sides = readonly (number | null)[];

/** What a layer of Keras makes or reads. */
export interface KerasValue {
  readonly laid: Laid;
  /** In Keras's order; null: behind a layer that is not computed nobody knows. */
  readonly shape: Sides | null;
  readonly dtype: DType;
}

/** A value by its name in the draft, which it has once its layer is put there. */
export type Term = () => string;

/** What a translated layer makes. */
export interface Made {
  readonly term: Term;
  readonly shape: Sides | null;
  /** Whether the value has its channels behind the batch. */
  readonly isFirst: boolean;
  readonly dtype?: DType;
}

/** Turns one call of a Keras layer into layers. Adding a layer: a function in translators/ and a line in its list. */
export type Translator = (call: LayerCall) => Made;

/** Which Keras wrote a configuration: some layers compute other numbers in the next. */
export interface Writer {
  /** Its layers say channels_first. */
  readonly keepsFirst: boolean;
  /** null: it cannot be told. */
  readonly major: 2 | 3 | null;
  /** As the file says: "2.15.0". */
  readonly version: string | null;
}

/** One call of a Keras layer to be translated. Layers are added in order; nothing reaches the draft before all is well. */
export interface LayerCall {
  readonly className: string;
  readonly fields: Fields;
  readonly writer: Writer;
  /** The model's layers say channels_first: its maps have them so in Keras's own order. */
  readonly keepsFirst: boolean;
  readonly inputs: readonly KerasValue[];
  readonly call: Call;
  /** What an argument that is a tensor stands for. */
  readonly tensorOf: (argument: Argument) => KerasValue | null;
  /** The one input. @throws CnnvizError 'format' where there are more or none */
  x(): KerasValue;
  /** The value with its channels behind the batch. */
  first(value: KerasValue): Term;
  /** The value in Keras's order. */
  last(value: KerasValue): Term;
  /** As it is. */
  own(value: KerasValue): Term;
  /**
   * The arrays of the layer, in the order of its `weights`; a null side of what is expected fits any, as does null any shape.
   * @throws CnnvizError 'format' where their number or a shape is another
   */
  weights(expected: readonly (readonly [name: string, shape: Sides | null])[]): readonly WeightTensor[];
  /** Numbers of the layer under its name: "conv1/kernel"; the same for all of its calls. */
  parameter(name: string, constant: Constant): Term;
  floats(suffix: string, numbers: readonly number[], shape?: readonly number[]): Term;
  integers(suffix: string, numbers: readonly number[]): Term;
  /** A layer of the call: named as the Keras layer where it makes the layer's output, else with the suffix behind. */
  add(suffix: string, layer: Layer, inputs: readonly (Term | null)[]): Term;
  /** The error of something that is not computed. */
  refuse(what: string, fix?: string): CnnvizError;
}

/** What a Keras layer has once, however often it is called. */
export interface LayerState {
  /** The path in front. */
  readonly name: string;
  readonly className: string;
  readonly fields: Fields;
  readonly readWeights: () => readonly WeightTensor[];
  /** Names of parameters in the draft. */
  readonly parameters: Map<string, string>;
  calls: number;
}

interface Step {
  readonly suffix: string;
  readonly layer: Layer;
  readonly inputs: readonly (Term | null)[];
  value: string | null;
}

/** A call being translated, and what puts its layers into the draft. */
export interface OpenCall {
  readonly call: LayerCall;
  readonly finish: (made: Made) => KerasValue;
}

export function openCall(
  draft: GraphDraft,
  state: LayerState,
  writer: Writer,
  call: Call,
  inputs: readonly KerasValue[],
  tensorOf: LayerCall['tensorOf'],
): OpenCall {
  const { className, fields } = state;
  const ownName = state.calls === 0 ? state.name : `${state.name}/call_${state.calls + 1}`;
  const steps: Step[] = [];
  const terms = new Map<Term, Step>();
  const constant = (suffix: string, dtype: DType, shape: readonly number[], data: Numbers): Term => {
    let name: string | null = null;
    return () => {
      name ??= draft.constant(`${ownName}/${suffix}`, constantOf({ dtype, shape, data }));
      return name;
    };
  };
  const layerCall: LayerCall = {
    className,
    fields,
    writer,
    keepsFirst: writer.keepsFirst,
    inputs,
    call,
    tensorOf,
    x() {
      if (inputs.length === 1) return inputs[0];
      throw new CnnvizError('format', `expected one input, found ${inputs.length}`);
    },
    first:
      ({ laid }) =>
      () =>
        draft.first(laid),
    last:
      ({ laid }) =>
      () =>
        draft.last(laid),
    own:
      ({ laid }) =>
      () =>
        laid.value,
    weights(expected) {
      const found = expected.length === 0 ? [] : state.readWeights();
      if (found.length !== expected.length) {
        const names = expected.map(([name]) => name).join(', ');
        throw new CnnvizError('format', `expected ${expected.length} arrays (${names}), found ${found.length}`);
      }
      for (const [i, [name, shape]] of expected.entries()) checkShape(name, shape, found[i]);
      return found;
    },
    parameter: (name, numbers) => () => {
      const known = state.parameters.get(name) ?? draft.constant(`${state.name}/${name}`, numbers);
      state.parameters.set(name, known);
      return known;
    },
    floats: (suffix, numbers, shape = [numbers.length]) =>
      constant(suffix, 'float32', shape, Float32Array.from(numbers)),
    integers: (suffix, numbers) => constant(suffix, 'int64', [numbers.length], Float64Array.from(numbers)),
    add(suffix, layer, own) {
      const step: Step = { suffix, layer, inputs: own, value: null };
      steps.push(step);
      const term: Term = () => step.value!;
      terms.set(term, step);
      return term;
    },
    refuse: (what, fix) => new CnnvizError('unsupported', what, fix === undefined ? {} : { fix }),
  };
  const finish = (made: Made): KerasValue => {
    const last = terms.get(made.term) ?? terms.get(layerCall.add('', { kind: 'identity' }, [made.term]))!;
    for (const step of steps) {
      const name = step === last ? ownName : `${ownName}/${step.suffix}`;
      step.value = draft.add(
        name,
        step.layer,
        step.inputs.map((term) => term?.() ?? null),
      );
    }
    state.calls++;
    const { shape, isFirst, dtype = 'float32' } = made;
    return { laid: { value: last.value!, rank: shape?.length ?? 0, isFirst }, shape, dtype };
  };
  return { call: layerCall, finish };
}

function checkShape(name: string, expected: Sides | null, { shape, dtype }: WeightTensor): void {
  if (expected === null) return;
  const fits = shape.length === expected.length && expected.every((side, i) => side === null || side === shape[i]);
  if (!fits) {
    const told = expected.map((side) => side ?? 'any').join(', ');
    throw new CnnvizError('format', `${name}: expected [${told}], found [${shape.join(', ')}]`, {
      fix: 'the weights belong to another version of the network',
    });
  }
  if (dtype !== 'float32') {
    throw new CnnvizError('format', `${name}: expected floating point, found ${dtype}`);
  }
}

/** The size of an axis that must be known. @throws CnnvizError 'unsupported' */
export function knownSide(shape: Sides | null, axis: number, what: string): number {
  const side = shape?.at(axis) ?? null;
  if (side !== null) return side;
  throw new CnnvizError('unsupported', `${what} is open in its input ${shown(shape)}`, {
    fix: 'save the model with that side fixed: keras.Input(shape=...)',
  });
}
