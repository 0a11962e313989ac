/** A protobuf message under construction: what tests need to write ONNX files of every odd kind. */
export type Bytes = readonly number[];

export function varint(value: number | bigint): Bytes {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

export function number(field: number, value: number | bigint): Bytes {
  return [...varint(field * 8), ...varint(value)];
}

export function bytes(field: number, content: Bytes): Bytes {
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
}

export function text(field: number, content: string): Bytes {
  return bytes(field, [...new TextEncoder().encode(content)]);
}

/** TensorProto. `data`: its fields of numbers. */
export function tensor(name: string, elementType: number, dims: readonly number[], ...data: Bytes[]): Bytes {
  return [...dims.flatMap((side) => number(1, side)), ...number(2, elementType), ...text(8, name), ...data.flat()];
}

/** NodeProto. */
export function node(operator: string, inputs: readonly string[], outputs: readonly string[], ...more: Bytes[]): Bytes {
  return [
    ...inputs.flatMap((name) => text(1, name)),
    ...outputs.flatMap((name) => text(2, name)),
    ...text(4, operator),
    ...more.flat(),
  ];
}

/** ValueInfoProto of a tensor. */
export function value(name: string, elementType: number, dims: readonly number[]): Bytes {
  const shape = dims.flatMap((side) => bytes(1, number(1, side)));
  return [...text(1, name), ...bytes(2, bytes(1, [...number(1, elementType), ...bytes(2, shape)]))];
}

export interface GraphParts {
  readonly nodes: readonly Bytes[];
  readonly initializers?: readonly Bytes[];
  readonly inputs?: readonly Bytes[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
  /** Fields of the graph and of the model beside the usual ones. */
  readonly inGraph?: Bytes;
  readonly inModel?: Bytes;
}

/** A whole ModelProto; x [2, 3] float32 in and y out unless told. */
export function model(parts: GraphParts): Uint8Array {
  const { nodes, initializers = [], inputs = [value('x', 1, [2, 3])], outputs = ['y'], opset = 17 } = parts;
  const graph = [
    ...nodes.flatMap((one) => bytes(1, one)),
    ...initializers.flatMap((one) => bytes(5, one)),
    ...inputs.flatMap((one) => bytes(11, one)),
    ...outputs.flatMap((name) => bytes(12, text(1, name))),
    ...(parts.inGraph ?? []),
  ];
  return Uint8Array.from([
    ...number(1, 8),
    ...(parts.inModel ?? []),
    ...bytes(7, graph),
    ...bytes(8, [...text(1, ''), ...number(2, opset)]),
  ]);
}
