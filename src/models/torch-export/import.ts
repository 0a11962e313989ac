import { atPlace, CnnvizError } from '../../core/errors.js';
import type { Model, ModelNode, SideRule } from '../../layers/model.js';
import { freshName, type Names, type OnnxModel } from '../onnx/builder.js';
import { importOnnx, onnxNotes } from '../onnx/import.js';
import type { WeightTensor } from '../weights/weight-file.js';
import type { Archive } from './archive.js';
import type { OnnxDraft } from './aten-node.js';
import type { Program, TensorMeta } from './program.js';
import { elementTypeOf } from './scalar-types.js';
import { sideRule } from './side-rules.js';
import { writeNodes } from './write-nodes.js';

/** The newest that importOnnx reads: what is written here means what ONNX says there. */
const OPSET = 25;

/**
 * A program of aten's operators as a model, by way of ONNX's: parameters have their names of the state_dict, layers those
 * of their modules. An operator that is not computed keeps its place, and refuses whatever depends on it.
 * @param file what refusals call the file
 * @throws CnnvizError 'format' or 'unsupported' with the place
 */
export function importProgram(
  program: Program,
  archive: Archive,
  file: string | null,
): { readonly model: Model; readonly notes: readonly string[] } {
  const names: Names = new Map();
  const values = new Map<string, string>();
  const draft: OnnxDraft = { nodes: [], initializers: new Map(), names, metas: new Map(), layers: new Map() };
  for (const [value, tensor] of arraysOf(program, archive)) {
    const name = freshName(names, tensor.name);
    draft.initializers.set(name, { ...tensor, name });
    values.set(value, name);
  }
  const inputs = program.inputs.map((value) => {
    const { stored, sides } = declared(program, value);
    if (values.has(value)) throw new CnnvizError('format', `two inputs are called "${value}"`);
    if (stored === null || stored === 'float64') {
      throw new CnnvizError('unsupported', `input "${value}": numbers of float64, or of a type that is not known`, {
        fix: 'export the model in float32: model.float()',
      });
    }
    const name = freshName(names, value);
    values.set(value, name);
    return { name, elementType: elementTypeOf(stored), shape: sides };
  });
  for (const [value, name] of values) draft.metas.set(name, declared(program, value));
  const refusals = writeNodes(program, draft, values);
  const outputs = [...new Set(program.outputs)].map((value) => {
    const name = values.get(value);
    if (name === undefined) throw new CnnvizError('format', `the output "${value}" is made by nothing`);
    return { name, elementType: 0, shape: null };
  });
  const onnx: OnnxModel = {
    opsets: new Map([['', OPSET]]),
    functions: [],
    nodes: draft.nodes,
    initializers: draft.initializers,
    inputs,
    outputs,
    values: new Map([...draft.metas].map(([name, { sides }]) => [name, { name, elementType: 0, shape: sides }])),
  };
  const model = importOnnx(onnx, file);
  const nodes = model.nodes.map((node) => settled(node, draft, refusals, file));
  const ruled = new Map(
    program.inputs.map((value) => [values.get(value)!, rulesOf(declared(program, value), program)]),
  );
  const fed = model.inputs.map((input) => ({ ...input, sides: ruled.get(input.name) ?? [] }));
  return { model: { ...model, inputs: fed, nodes }, notes: onnxNotes(onnx) };
}

/** What the program says of sides that it leaves open. */
function rulesOf({ expressions }: TensorMeta, { ranges }: Program): (SideRule | null)[] {
  return expressions.map((expression) => sideRule(expression, ranges));
}

function declared({ tensors }: Program, value: string): TensorMeta {
  const meta = tensors.get(value);
  if (meta) return meta;
  throw new CnnvizError('format', `the program does not say what "${value}" is`);
}

/** The arrays that the program takes. @throws CnnvizError 'format' for one that is not there, or is another than declared */
function arraysOf(program: Program, { state, constants }: Archive): Map<string, WeightTensor> {
  const byName = (list: readonly WeightTensor[]) => new Map(list.map((tensor) => [tensor.name, tensor]));
  const [kept, beside] = [byName(state), byName(constants)];
  const arrays = new Map<string, WeightTensor>();
  for (const { value, name, inState } of program.stored) {
    const tensor = (inState ? kept : beside).get(name);
    const place = `"${name}"`;
    if (arrays.has(value)) throw new CnnvizError('format', `two inputs are called "${value}"`);
    if (!tensor) {
      throw new CnnvizError('format', `${place}: the program takes it, but the archive does not have it`, {
        fix: 'the archive is damaged: export it again',
      });
    }
    const { stored, sides } = declared(program, value);
    if (sides.join() !== tensor.shape.join() || stored !== tensor.stored) {
      const [found, expected] = [
        `[${tensor.shape.join(', ')}] of ${tensor.stored}`,
        `[${sides.join(', ')}] of ${stored}`,
      ];
      throw new CnnvizError('format', `${place}: the program expects ${expected}, the archive has ${found}`, {
        fix: 'the archive is damaged: export it again',
      });
    }
    arrays.set(value, tensor);
  }
  return arrays;
}

/** Layers that ONNX has no operator for, and refusals by the names of aten. */
function settled(
  node: ModelNode,
  { layers }: OnnxDraft,
  refusals: ReadonlyMap<string, CnnvizError>,
  file: string | null,
): ModelNode {
  const layer = layers.get(node.name);
  if (layer) return { ...node, layer };
  const refusal = refusals.get(node.name);
  if (!refusal || node.layer.kind !== 'unsupported') return node;
  const told = file === null ? refusal : (atPlace(file, refusal) as CnnvizError);
  return { ...node, layer: { ...node.layer, reason: told.message, fix: refusal.fix ?? null } };
}
