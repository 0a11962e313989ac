import type { Field, Fields, WrittenModel, WrittenOperator, WrittenTensor, WrittenType } from './writer.js';

/** One operator, and numbers it is run with. */
export interface OperatorCase {
  readonly name: string;
  readonly model: WrittenModel;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

/** Numbers in [0, 1) that are the same everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);
export const i8 = (int8: number): Field => ({ int8 });
export const i32 = (int32: number): Field => ({ int32 });
export const f32 = (float32: number): Field => ({ float32 });

export interface Scale {
  readonly type: WrittenType;
  readonly scale: number;
  readonly zero: number;
}

export const INT8: Scale = { type: 'int8', scale: 0.0173, zero: -7 };
export const UINT8: Scale = { type: 'uint8', scale: 0.0217, zero: 119 };

export interface Given {
  readonly name: string;
  readonly code: number;
  readonly options?: readonly [number, Fields];
  readonly version?: number;
  /** Computed inputs by shape. */
  readonly xs: readonly (readonly number[])[];
  readonly xTypes?: readonly (WrittenType | Scale | undefined)[];
  /** Constants, with what stands in front of or behind the computed ones. */
  readonly constants?: readonly WrittenTensor[];
  /** Order of all inputs: 'x0', names of constants, ''. Default: computed ones, then constants. */
  readonly order?: readonly string[];
  readonly ys: readonly (readonly number[])[];
  readonly yTypes?: readonly (WrittenType | Scale | undefined)[];
  /** Numbers from … to; default −2 … 2. */
  readonly range?: readonly [number, number];
  /** Behind a pool of one pixel, so that its input has its channels first. */
  readonly isBehind?: boolean;
}

export function tensorOf(name: string, shape: readonly number[], type: WrittenType | Scale | undefined): WrittenTensor {
  if (typeof type === 'object') return { name, shape, type: type.type, scales: [type.scale], zeros: [type.zero] };
  return { name, shape, ...(type && { type }) };
}

export function caseOf(given: Given, seed: number): OperatorCase {
  const { xs, ys, xTypes = [], yTypes = [], constants = [], isBehind = false, range = [-2, 2] } = given;
  const random = randomOf(seed + 1);
  const numbers = (shape: readonly number[], type: WrittenType | Scale | undefined) => {
    const own = typeof type === 'object' ? type.type : (type ?? 'float32');
    const [lo, hi] = own === 'int8' ? [-128, 128] : own === 'uint8' ? [0, 256] : range;
    return Array.from({ length: sizeOf(shape) }, () => {
      const value = lo + random() * (hi - lo);
      return own === 'float32' ? Math.fround(value) : Math.floor(value);
    });
  };
  const inputNames = xs.map((_, i) => `x${i}`);
  const read = inputNames.map((name, i) => (isBehind && xs[i].length === 4 ? `${name}p` : name));
  const pools = inputNames.flatMap((name, i): WrittenOperator[] =>
    read[i] === name ? [] : [{ code: 17, inputs: [name], outputs: [read[i]], options: [5, onePixel], version: 2 }],
  );
  const order = (given.order ?? [...inputNames, ...constants.map(({ name }) => name)]).map((name) => {
    const at = inputNames.indexOf(name);
    return at < 0 ? name : read[at];
  });
  const outputs = ys.map((_, i) => `y${i}`);
  const { options, code, version = 1 } = given;
  return {
    name: `${given.name}${isBehind ? ', channels first' : ''}`,
    model: {
      tensors: [
        ...xs.map((shape, i) => tensorOf(inputNames[i], shape, xTypes[i])),
        ...xs.flatMap((shape, i) => (read[i] === inputNames[i] ? [] : [tensorOf(read[i], shape, xTypes[i])])),
        ...constants,
        ...ys.map((shape, i) => tensorOf(outputs[i], shape, yTypes[i])),
      ],
      operators: [...pools, { code, inputs: order, outputs, version, ...(options && { options }) }],
      inputs: inputNames,
      outputs,
    },
    inputs: Object.fromEntries(xs.map((shape, i) => [inputNames[i], numbers(shape, xTypes[i])])),
  };
}

export const onePixel: Fields = { 0: i8(1), 1: i32(1), 2: i32(1), 3: i32(1), 4: i32(1) };

export function made(
  name: string,
  shape: readonly number[],
  seed: number,
  more: Partial<WrittenTensor> = {},
): WrittenTensor {
  const random = randomOf(seed * 7919 + 17);
  const { type = 'float32' } = more;
  const [lo, hi] =
    type === 'int8' ? [-127, 128] : type === 'uint8' ? [0, 256] : type === 'int32' ? [-900, 900] : [-1, 1];
  const data = Array.from({ length: sizeOf(shape) }, () => {
    const value = lo + random() * (hi - lo);
    return type === 'float32' ? Math.fround(value) : Math.floor(value);
  });
  return { name, shape, data, ...more };
}

export const ints = (
  name: string,
  data: readonly number[],
  shape: readonly number[] = [data.length],
): WrittenTensor => ({
  ...{ name, shape, data },
  type: 'int32',
});

/** What SAME and VALID make of a side. */
export const outSide = (size: number, kernel: number, stride: number, dilation: number, isSame: boolean): number =>
  isSame ? Math.ceil(size / stride) : Math.ceil((size - dilation * (kernel - 1)) / stride);

export interface Windows {
  readonly stride: readonly [number, number];
  readonly isSame: boolean;
  readonly dilation: number;
}

/** Strides 1 … 3 with either padding, and dilated at stride 1. */
export const WINDOWS: readonly Windows[] = [
  ...([1, 2, 3] as const).flatMap((s) =>
    [true, false].map((isSame) => ({ stride: [s, s] as const, isSame, dilation: 1 })),
  ),
  { stride: [2, 1], isSame: true, dilation: 1 },
  ...[true, false].map((isSame) => ({ stride: [1, 1] as const, isSame, dilation: 2 })),
];
export const told = ({ stride, isSame, dilation }: Windows): string =>
  `stride ${stride} ${isSame ? 'same' : 'valid'}${dilation === 1 ? '' : ` dilation ${dilation}`}`;

export type Kind = 'float32' | 'int8' | 'uint8';
export const scaleOf = (kind: Kind): Scale | undefined =>
  kind === 'int8' ? INT8 : kind === 'uint8' ? UINT8 : undefined;
export const yScale = (kind: Kind, scale: number, zero: number): Scale | undefined =>
  kind === 'float32' ? undefined : { type: kind, scale, zero: kind === 'uint8' ? zero + 128 : zero };

/** Weights of one type with their scales: one for each output channel in int8, one for all in uint8. */
export function weights(kind: Kind, shape: readonly number[], axis: number, seed: number): WrittenTensor {
  if (kind === 'float32') return made('w', shape, seed);
  if (kind === 'uint8') return made('w', shape, seed, { type: 'uint8', scales: [0.0081], zeros: [131] });
  const scales = Array.from({ length: shape[axis] }, (_, i) => 0.004 + 0.0013 * i);
  return made('w', shape, seed, { type: 'int8', scales, axis });
}

export const bias = (kind: Kind, count: number, seed: number): WrittenTensor =>
  made('b', [count], seed, kind === 'float32' ? {} : { type: 'int32', scales: [INT8.scale * 0.004] });

export const IMAGE = [1, 3, 4, 5];
