import { atPlace, CnnvizError } from '../../core/errors.js';
import type { DType } from '../../core/values.js';
import { evaluate } from '../../layers/evaluate.js';
import { inferShapes } from '../../layers/infer.js';
import { type Model, constantOf as numbersAtHand } from '../../layers/model.js';
import { GraphDraft, type Laid } from '../graph-draft.js';
import { constantOf, dtypeOf } from './constants.js';
import { damaged, type Flatbuffer } from './flatbuffer.js';
import { shortNames } from './names.js';
import { type Build, isStored, type OperatorBuilder, operatorBuilder, storedOf } from './operator-builder.js';
import { translate } from './operators/index.js';
import type { TfliteGraph, TfliteModel, TfliteTensor } from './schema.js';

/**
 * The first graph of a file as a Model. What operators make is called as the file's tensors are, shortened to what tells
 * them apart; weights have their whole names. An operator that is not computed keeps its place.
 * @param name what refusals call the file
 * @throws CnnvizError 'format' for a graph that makes no sense; 'unsupported' for inputs of a type that is not computed
 */
export function importTflite(
  file: Flatbuffer,
  { graph, graphs }: TfliteModel,
  name: string | null,
): { readonly model: Model; readonly notes: readonly string[] } {
  const draft = new GraphDraft();
  const build: Build = {
    source: file.source,
    graph,
    draft,
    values: new Map(),
    names: namesOf(graph),
    computed: new Set([...graph.inputs, ...graph.operators.flatMap(({ outputs }) => outputs)]),
    constants: new Map(),
    sources: new Map(),
    relied: new Set(),
    notes: new Set(),
  };
  for (const index of new Set(graph.inputs)) build.values.set(index, inputOf(draft, graph.tensors[index]));
  for (const operator of graph.operators) {
    const node = operatorBuilder(build, operator);
    if (operator.outputs.length === 0) continue;
    const place = draft.mark();
    const before = new Set(build.values.keys());
    try {
      translate(node);
    } catch (error) {
      const told = atPlace(node.name, atPlace(operator.name, error));
      if (!(told instanceof CnnvizError) || told.code !== 'unsupported') throw told;
      draft.backTo(place);
      for (const index of build.values.keys()) if (!before.has(index)) build.values.delete(index);
      keepPlace(build, node, told, name);
    }
  }
  const outputs = graph.outputs.map((index) => realOutput(build, graph.tensors[index]));
  const model = draft.model(outputs);
  checkShapes(build, model);
  if (graphs > 1) build.notes.add(`${graphs - 1} graphs more, which control flow calls, are not read`);
  return { model, notes: [...build.notes] };
}

/** Inputs and weights keep their names; what operators make has the end of its path that tells it. */
function namesOf({ tensors, operators }: TfliteGraph): string[] {
  const names = tensors.map(({ name, index }) => name || `tensor_${index}`);
  const made = [...new Set(operators.flatMap(({ outputs }) => outputs))];
  const short = shortNames(made.map((index) => names[index]));
  for (const [i, index] of made.entries()) names[index] = short[i] || names[index];
  return names;
}

function inputOf(draft: GraphDraft, tensor: TfliteTensor): Laid {
  const { name, shape, signature, type } = tensor;
  try {
    if (type === 'float16') throw new CnnvizError('unsupported', 'it reads float16: expected float32');
    const sides = (signature ?? shape).map((side) => (side < 0 ? null : side));
    const { scales, zeros } = tensor.quantization ?? { scales: [], zeros: [] };
    const isScaled = (type === 'int8' || type === 'uint8') && scales.length === 1 && scales[0] > 0;
    const more = isScaled ? { scaled: { scale: scales[0], zero: zeros[0] } } : {};
    return draft.input(name || `tensor_${tensor.index}`, dtypeOf(type) as DType, sides, more);
  } catch (error) {
    throw atPlace(`input "${name}"`, error);
  }
}

function outputOf(build: Build, tensor: TfliteTensor): Laid {
  const value = build.values.get(tensor.index);
  if (value) return value;
  if (!isStored(build, tensor)) throw damaged(tensor.at, `the output "${tensor.name}" is never made`);
  const stored = storedOf(build, tensor);
  const constant = constantOf(
    build.source,
    stored,
    null,
    stored.index !== tensor.index && stored.quantization !== null,
  );
  return { value: build.draft.constant(tensor.name, constant), rank: tensor.shape.length, isFirst: false };
}

/** Scores of whole numbers as the numbers they stand for; other outputs as they are. */
function realOutput(build: Build, tensor: TfliteTensor): Laid {
  const laid = outputOf(build, tensor);
  const { type, shape, quantization } = tensor;
  const isScores = (type === 'int8' || type === 'uint8') && shape.length === 2 && quantization?.scales.length === 1;
  if (!isScores || build.graph.inputs.includes(tensor.index)) return laid;
  const { scales, zeros } = quantization!;
  const name = `${build.names[tensor.index]}/dequantized`;
  const numbers = [
    numbersAtHand({ dtype: 'float32', shape: [], data: Float32Array.of(scales[0]) }),
    numbersAtHand({ dtype: type, shape: [], data: type === 'int8' ? Int8Array.of(zeros[0]) : Uint8Array.of(zeros[0]) }),
  ].map((constant, i) => build.draft.constant(`${name}/${i === 0 ? 'scale' : 'zero'}`, constant));
  const layer = { kind: 'dequantize_linear', axis: 0, blockSize: 0 } as const;
  return { ...laid, value: build.draft.add(name, layer, [laid.value, ...numbers]) };
}

/** An operator that is not computed, where the graph has it: it refuses what depends on it, and nothing else. */
function keepPlace(
  { values, draft, graph }: Build,
  { name, operator }: OperatorBuilder,
  { message, fix }: CnnvizError,
  file: string | null,
): void {
  const reason = file === null ? message : `${file}: ${message}`;
  const layer = { kind: 'unsupported', operator: operator.name, reason, fix: fix ?? null } as const;
  const inputs = operator.inputs.flatMap((index) => values.get(index)?.value ?? []);
  const made = draft.addAll(name, layer, inputs, operator.outputs.length);
  for (const [i, index] of operator.outputs.entries()) {
    if (values.has(index)) throw damaged(operator.at, `tensor "${graph.tensors[index].name}" is made twice`);
    values.set(index, { value: made[i], rank: graph.tensors[index].shape.length, isFirst: false });
  }
}

/**
 * Holds the shapes of the file that were relied upon against what comes out for inputs of the size it declares.
 * @throws CnnvizError 'format' where they differ
 */
function checkShapes({ graph, values, relied }: Build, model: Model): void {
  const bound = new Map(
    model.inputs.map(({ name, dtype, shape }) => {
      const sides = shape!.map((side) => side ?? 1);
      return [name, { dtype, shape: sides, value: null }];
    }),
  );
  const { infos, refused } = inferShapes(model, bound, evaluate, []);
  for (const index of relied) {
    const laid = values.get(index);
    if (!laid || refused.has(laid.value)) continue;
    const found = infos.get(laid.value);
    if (!found) continue;
    const { shape, name, at } = graph.tensors[index];
    const [N, ...sides] = found.shape;
    const own = laid.isFirst ? [N, ...sides.slice(1), sides[0]] : found.shape;
    if (own.slice(1).join() !== shape.slice(1).join() || own.length !== shape.length) {
      throw damaged(at, `tensor "${name}" is [${shape.join(', ')}] there, its operator makes [${own.join(', ')}]`);
    }
  }
}
