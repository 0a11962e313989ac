import { atPlace, CnnvizError } from '../../core/errors.js';
import type { DType } from '../../core/values.js';
import type { Model } from '../../layers/model.js';
import { GraphDraft } from '../graph-draft.js';
import type { Argument, Call, TensorRef } from './calls.js';
import { checkedConfig, fieldsOf, type Json, shown } from './fields.js';
import type { KerasSource, LayerPlace } from './keras-source.js';
import { type KerasValue, type LayerState, openCall, type Sides, type Writer } from './layer-call.js';
import { countedNames } from './layer-names.js';
import { type CallNumbers, callKey, callNumbers, orderedCalls } from './ordered-calls.js';
import { refusalOf } from './refused-layers.js';
import { graphOf, isModel, isOperation, type KerasGraph, type KerasLayer, objectOf, sidesOf } from './topology.js';
import { translatorOf } from './translators/index.js';
import { policyOf, writerOf } from './written-by.js';

/** Models within models beyond this are refused: each costs a level of the stack. */
const DEEPEST = 32;
/** More calls than any network has: nested models that are called many times each multiply. */
const MOST_CALLS = 20_000;

/** What a Keras configuration becomes. */
export interface KerasImport {
  readonly model: Model;
  readonly notes: readonly string[];
}

/**
 * A Keras configuration as a model, whatever its container: layers named as Keras names them, those of nested models with
 * the path in front ("model1/Conv1"); parameters "conv1/kernel"; maps [N, C, H, W] inside.
 * A layer that is not computed keeps its place, and refuses what depends on it before anything runs.
 * @param file what refusals call the file
 * @throws CnnvizError 'format' for a configuration that makes no sense, 'unsupported' for a model of which nothing can be told
 */
export function importKeras(source: KerasSource, file: string | null): KerasImport {
  const config = checkedConfig(source.config);
  const { writer, policies } = writerOf(config, source.version);
  const root = objectOf(config, 'the model');
  if (!isModel(root)) {
    throw new CnnvizError(
      'unsupported',
      `a model of the class ${root.className}: what it computes stands in its author's code`,
      {
        fix: 'save it as a Sequential or Functional model, or export it to ONNX',
      },
    );
  }
  const importer = new Importer(source, writer, file);
  const graph = graphOf(root);
  const outputs = importer.top(graph);
  const model = importer.draft.model(outputs.map(({ laid }) => laid));
  return { model, notes: notesOf(policies) };
}

/** What a user should know: numbers that are computed in another type than the file says. */
function notesOf(policies: ReadonlySet<string>): string[] {
  if ([...policies].some((policy) => /float16/.test(policy))) return ['a model in half precision: computed in float32'];
  return policies.has('float64') ? ['a model in double precision: computed in float32'] : [];
}

/** Where the walk through nested models is. */
interface Container {
  readonly path: readonly string[];
  readonly counted: readonly string[];
  /** Layers of this container, kept from one call of a nested model to the next. */
  readonly members: Map<string, Member>;
}

interface Member {
  readonly place: LayerPlace;
  /** Of a layer. */
  readonly state: LayerState;
  /** Of a nested model. */
  inner: { readonly graph: KerasGraph; readonly container: Container } | null;
}

class Importer {
  readonly draft = new GraphDraft();
  readonly #source: KerasSource;
  readonly #writer: Writer;
  readonly #file: string | null;
  #calls = 0;

  constructor(source: KerasSource, writer: Writer, file: string | null) {
    this.#source = source;
    this.#writer = writer;
    this.#file = file;
  }

  /** The whole model, its inputs declared. */
  top(graph: KerasGraph): readonly KerasValue[] {
    const container = this.#container(graph, [], []);
    const inputs =
      graph.kind === 'functional'
        ? graph.inputs.map((ref) => this.#declared(layerNamed(graph.layers, ref.layer)))
        : [this.#declaredFirst(graph)];
    return this.#run(graph, container, inputs);
  }

  #container({ layers, kind }: KerasGraph, path: readonly string[], counted: readonly string[]): Container {
    if (path.length > DEEPEST) throw new CnnvizError('format', `more than ${DEEPEST} models within models`);
    const countedName = countedNames();
    const members = new Map<string, Member>();
    for (const layer of layers) {
      // operations of keras.ops are no layers, and a Sequential counts none for its input
      const isCounted = !isOperation(layer) && !(kind === 'sequential' && layer.className === 'InputLayer');
      const own = [
        ...counted,
        isCounted ? countedName(layer.className === 'Model' ? 'Functional' : layer.className) : layer.name,
      ];
      const place: LayerPlace = { path: [...path, layer.name], counted: own };
      const state: LayerState = {
        name: place.path.join('/'),
        className: layer.className,
        fields: fieldsOf(layer.config),
        readWeights: once(() => this.#source.weightsOf(place)),
        parameters: new Map(),
        calls: 0,
      };
      members.set(layer.name, { place, state, inner: null });
    }
    return { path, counted, members };
  }

  #run(graph: KerasGraph, container: Container, inputs: readonly KerasValue[]): readonly KerasValue[] {
    return graph.kind === 'sequential'
      ? this.#runSequential(graph, container, inputs)
      : this.#runFunctional(graph, container, inputs);
  }

  #runSequential({ layers }: KerasGraph, container: Container, inputs: readonly KerasValue[]): readonly KerasValue[] {
    let values = inputs;
    for (const layer of layers) {
      if (layer.className === 'InputLayer') continue;
      values = this.#called(layer, container, NO_ARGUMENTS, values, () => null);
    }
    return values;
  }

  #runFunctional(
    graph: Extract<KerasGraph, { kind: 'functional' }>,
    container: Container,
    inputs: readonly KerasValue[],
  ): readonly KerasValue[] {
    const { layers } = graph;
    const numbers = callNumbers(layers, graph.outputs);
    const made = new Map<string, readonly KerasValue[]>();
    if (inputs.length !== graph.inputs.length) {
      throw new CnnvizError('format', `expected ${graph.inputs.length} inputs, found ${inputs.length}`);
    }
    for (const [i, ref] of graph.inputs.entries()) made.set(callKey(ref.layer, numbers(ref)), [inputs[i]]);
    const tensorOf = (ref: TensorRef): KerasValue => outputOf(made, numbers, ref);
    for (const { layer, index, refs } of orderedCalls(layers, numbers)) {
      const key = callKey(layer.name, index);
      if (made.has(key)) continue;
      if (layer.className === 'InputLayer') {
        throw new CnnvizError('format', `${layer.name}: an input that is not among input_layers`);
      }
      const call = layer.calls[index] ?? NO_ARGUMENTS;
      const read = refs.map(tensorOf);
      const ofArgument = (argument: Argument) => (argument.kind === 'tensor' ? tensorOf(argument.ref) : null);
      made.set(key, this.#called(layer, container, call, read, ofArgument));
    }
    return graph.outputs.map(tensorOf);
  }

  /** One call of a layer, or of a nested model. */
  #called(
    layer: KerasLayer,
    container: Container,
    call: Call,
    values: readonly KerasValue[],
    tensorOf: (argument: Argument) => KerasValue | null,
  ): readonly KerasValue[] {
    if (++this.#calls > MOST_CALLS) throw new CnnvizError('format', `more than ${MOST_CALLS} calls of layers`);
    const member = container.members.get(layer.name)!;
    if (isModel(layer) && !layer.isCustom) {
      member.inner ??= this.#nested(layer, member.place);
      const { graph, container: inside } = member.inner;
      try {
        return this.#run(graph, inside, values);
      } catch (error) {
        throw atPlace(layer.name, error);
      }
    }
    try {
      return [this.#translated(layer, member.state, call, values, tensorOf)];
    } catch (error) {
      const told = atPlace(member.state.name, atPlace(layer.className, error));
      if (!(told instanceof CnnvizError) || told.code !== 'unsupported') throw told;
      return [this.#kept(layer, member.state, values, told)];
    }
  }

  #nested(layer: KerasLayer, { path, counted }: LayerPlace): NonNullable<Member['inner']> {
    const graph = graphOf(layer);
    return { graph, container: this.#container(graph, path, counted) };
  }

  #translated(
    layer: KerasLayer,
    state: LayerState,
    call: Call,
    values: readonly KerasValue[],
    tensorOf: (argument: Argument) => KerasValue | null,
  ): KerasValue {
    const refusal = refusalOf(layer, call);
    if (refusal) throw refusal;
    const translator = translatorOf(layer)!;
    const open = openCall(this.draft, state, this.#writer, call, values, tensorOf);
    const made = translator(open.call);
    // asked once: the fields are the layer's, however often it is called
    const [unread] = state.calls === 0 ? state.fields.unread() : [];
    if (unread !== undefined) {
      throw new CnnvizError('unsupported', `${unread} ${shown(layer.config[unread])} is not known`);
    }
    return open.finish(made);
  }

  /** A layer that is not computed, where the graph has it: it refuses what depends on it, and nothing else. */
  #kept(
    layer: KerasLayer,
    state: LayerState,
    values: readonly KerasValue[],
    { message, fix }: CnnvizError,
  ): KerasValue {
    const reason = this.#file === null ? message : `${this.#file}: ${message}`;
    const name = state.calls++ === 0 ? state.name : `${state.name}/call_${state.calls}`;
    const value = this.draft.add(
      name,
      { kind: 'unsupported', operator: layer.className, reason, fix: fix ?? null },
      values.map(({ laid }) => laid.value),
    );
    return { laid: { value, rank: 0, isFirst: true }, shape: null, dtype: 'float32' };
  }

  /** An input, declared as its InputLayer has it. */
  #declared({ name, className, config }: KerasLayer): KerasValue {
    if (className !== 'InputLayer') throw new CnnvizError('format', `${name}: an input that is a ${className}`);
    // TensorFlow.js, which does not read Keras 3, is helped with the name that it has for it
    const told = config.batch_shape ?? config.batch_input_shape ?? config.batchInputShape;
    const sides = sidesOf(told ?? null);
    if (sides === null) {
      throw new CnnvizError('format', `${name}: expected a shape, found ${shown(told)}`);
    }
    return this.#input(name, sides, config.dtype ?? null);
  }

  /** The input of a Sequential: its InputLayer's, what its first layer says, or what it was built for. */
  #declaredFirst(graph: Extract<KerasGraph, { kind: 'sequential' }>): KerasValue {
    const { layers, inputShape } = graph;
    const [first] = layers;
    if (first.className === 'InputLayer') return this.#declared(first);
    const told = deepFirst(first);
    const sides = told
      ? sidesOf(told.config.batch_input_shape ?? told.config.batch_shape ?? told.config.batchInputShape ?? null)
      : null;
    const shape = sides ?? inputShape;
    if (shape === null) {
      throw new CnnvizError('unsupported', 'a Sequential that does not say the shape of its input', {
        fix: 'build it before it is saved: model.build((None, 224, 224, 3))',
      });
    }
    const isInput = told?.className === 'InputLayer';
    return this.#input(
      isInput ? told.name : `${first.name}_input`,
      shape,
      isInput ? (told.config.dtype ?? null) : null,
    );
  }

  #input(name: string, shape: Sides, dtype: Json): KerasValue {
    const own = policyOf(dtype) ?? 'float32';
    const type = INPUT_TYPES.get(own);
    if (!type) throw new CnnvizError('unsupported', `${name}: an input of ${own}: expected numbers`);
    return { laid: this.draft.input(name, type, shape), shape, dtype: type };
  }
}

const NO_ARGUMENTS: Call = { args: [], kwargs: new Map() };

/** Number types of inputs; all that computes is float32. */
const INPUT_TYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ...['float16', 'bfloat16', 'float32', 'float64', 'mixed_float16', 'mixed_bfloat16'].map(
    (name) => [name, 'float32'] as const,
  ),
  ...(['uint8', 'int8', 'int16', 'uint16', 'int32', 'int64'] as const).map((name) => [name, name] as const),
]);

function layerNamed(layers: readonly KerasLayer[], name: string): KerasLayer {
  const found = layers.find((layer) => layer.name === name);
  if (found) return found;
  throw new CnnvizError('format', `input_layers: no layer is called "${name}"`);
}

function outputOf(made: ReadonlyMap<string, readonly KerasValue[]>, numbers: CallNumbers, ref: TensorRef): KerasValue {
  const values = made.get(callKey(ref.layer, numbers(ref)));
  const value = values?.[ref.output];
  if (value) return value;
  throw new CnnvizError(
    values ? 'unsupported' : 'format',
    `output ${ref.output + 1} of call ${ref.call} of "${ref.layer}": ${values ? 'only its first output is computed' : 'there is none'}`,
  );
}

/** The layer whose configuration may tell the input's shape: the first one, within models that come first. */
function deepFirst(layer: KerasLayer): KerasLayer | null {
  let found = layer;
  for (let depth = 0; depth < DEEPEST && isModel(found); depth++) {
    const graph = graphOf(found);
    found = graph.kind === 'sequential' ? graph.layers[0] : layerNamed(graph.layers, graph.inputs[0].layer);
  }
  return found;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
