import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import { sizeOf } from '../core/tensor.js';
import { bytesOf, newNumbers, toFloat32, type Value } from '../core/values.js';
import { type Constant, type Model, type ModelNode, neededFor } from '../layers/model.js';
import type { ByteStore } from './byte-store.js';
import type { ByteRange, PackedImage, PackedModel, PackedNode } from './page-data.js';

/** Reads a range of a page's bytes. What it gives is not written to. */
export type ReadBytes = (range: ByteRange) => Uint8Array;

/**
 * The part of a model that some of its values need, as JSON; its numbers go into the store. Numbers are as they were, every
 * bit. `outputs` are the model's own, none where they are not part of it.
 * @param values what is shown
 */
export function packModel(model: Model, values: readonly string[], store: ByteStore): PackedModel {
  const nodes = neededFor(model, values);
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const packed = nodes.map(
    ({ name, layer, inputs, outputs }): PackedNode => ({ name, layer, inputs: [...inputs], outputs: [...outputs] }),
  );
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return {
    inputs: model.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    outputs: model.outputs.every((name) => made.has(name)) ? [...model.outputs] : [],
    nodes: [...packed, ...standIns(model, nodes)],
    constants: [...model.constants]
      .filter(([name]) => read.has(name))
      .map(([name, constant]) => ({
        name,
        dtype: constant.dtype,
        shape: [...constant.shape],
        bytes: store.add(() => numbersOf(constant)),
      })),
  };
}

/**
 * A batch norm is taken into the convolution before it where nothing else in the model reads that: whether it is must not
 * depend on which layers are shown. In the place of the readers that are left out stands one that hands the value on.
 */
function standIns(model: Model, nodes: readonly ModelNode[]): PackedNode[] {
  const kept = new Set(nodes);
  const left = new Set(model.nodes.filter((node) => !kept.has(node)).flatMap(({ inputs }) => inputs));
  return nodes
    .filter(({ layer, outputs }) => layer.kind === 'conv' && left.has(outputs[0]))
    .map(({ outputs: [value] }) => {
      const name = `${value} (read by a layer that is left out)`;
      return { name, layer: { kind: 'identity' }, inputs: [value], outputs: [name] };
    });
}

function numbersOf(constant: Constant): Uint8Array {
  const { data } = constant.load();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The model again. Numbers are read when they are needed. */
export function unpackModel({ inputs, outputs, nodes, constants }: PackedModel, read: ReadBytes): Model {
  return {
    inputs,
    outputs,
    nodes,
    constants: new Map(
      constants.map(({ name, dtype, shape, bytes }): [string, Constant] => {
        const load = (): Value => ({ dtype, shape, data: numbersAt(read(bytes), dtype, sizeOf(shape)) });
        const loadInto = (target: Float32Array): void => target.set(load().data);
        return [name, { dtype, shape, load, loadInto }];
      }),
    ),
  };
}

/** Numbers of a type in bytes that may begin anywhere. */
function numbersAt(bytes: Uint8Array, dtype: Value['dtype'], size: number): Value['data'] {
  if (bytes.length !== bytesOf({ dtype, shape: [size] })) {
    throw new CnnvizError('format', `the page holds ${bytes.length} bytes where ${size} numbers of ${dtype} belong`, {
      fix: 'make the page again, or load it again where it came from',
    });
  }
  const place = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  return newNumbers(dtype, size, place);
}

/** Pixels as they were decoded. `name`: without its folder; `path`: as a shell line names it. */
export function packImage(
  { width, height, channels, depth, data }: Image,
  { name, path, colour }: { readonly name: string; readonly path: string; readonly colour: string },
  store: ByteStore,
): PackedImage {
  const bytes = store.add(() => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { kind: 'pixels', name, path, width, height, channels, depth, colour, bytes };
}

/** An array as float32. */
export function packArray(
  { shape, data }: Pick<Value, 'shape' | 'data'>,
  { name, path }: { readonly name: string; readonly path: string },
  store: ByteStore,
): PackedImage {
  const numbers = toFloat32(data);
  const bytes = store.add(() => new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  return { kind: 'array', name, path, shape: [...shape], bytes };
}

/** The image again. */
export function unpackImage(packed: Extract<PackedImage, { kind: 'pixels' }>, read: ReadBytes): Image {
  const { width, height, channels, depth, bytes } = packed;
  const samples = numbersAt(read(bytes), depth === 8 ? 'uint8' : 'uint16', width * height * channels);
  return { width, height, channels, depth, data: samples as Uint8Array | Uint16Array };
}

/** The array again, as a value. */
export function unpackArray({ shape, bytes }: Extract<PackedImage, { kind: 'array' }>, read: ReadBytes): Value {
  return { dtype: 'float32', shape, data: numbersAt(read(bytes), 'float32', sizeOf(shape)) };
}
