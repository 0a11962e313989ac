import type { Field, Fields, WrittenModel, WrittenOperator, WrittenTensor, WrittenType } from './writer.js';

/** One operator, and numbers it is run with. */
export interface OperatorCase {
  readonly name: string;
  readonly model: WrittenModel;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

/** Numbers in [0, 1) that are the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);
const i8 = (int8: number): Field => ({ int8 });
const i32 = (int32: number): Field => ({ int32 });
const f32 = (float32: number): Field => ({ float32 });

interface Scale {
  readonly type: WrittenType;
  readonly scale: number;
  readonly zero: number;
}

const INT8: Scale = { type: 'int8', scale: 0.0173, zero: -7 };
const UINT8: Scale = { type: 'uint8', scale: 0.0217, zero: 119 };

interface Given {
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

function tensorOf(name: string, shape: readonly number[], type: WrittenType | Scale | undefined): WrittenTensor {
  if (typeof type === 'object') return { name, shape, type: type.type, scales: [type.scale], zeros: [type.zero] };
  return { name, shape, ...(type && { type }) };
}

function caseOf(given: Given, seed: number): OperatorCase {
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

const onePixel: Fields = { 0: i8(1), 1: i32(1), 2: i32(1), 3: i32(1), 4: i32(1) };

function made(name: string, shape: readonly number[], seed: number, more: Partial<WrittenTensor> = {}): WrittenTensor {
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

const ints = (name: string, data: readonly number[], shape: readonly number[] = [data.length]): WrittenTensor => ({
  ...{ name, shape, data },
  type: 'int32',
});

/** What SAME and VALID make of a side. */
const outSide = (size: number, kernel: number, stride: number, dilation: number, isSame: boolean): number =>
  isSame ? Math.ceil(size / stride) : Math.ceil((size - dilation * (kernel - 1)) / stride);

interface Windows {
  readonly stride: readonly [number, number];
  readonly isSame: boolean;
  readonly dilation: number;
}

/** Strides 1 … 3 with either padding, and dilated at stride 1. */
const WINDOWS: readonly Windows[] = [
  ...([1, 2, 3] as const).flatMap((s) =>
    [true, false].map((isSame) => ({ stride: [s, s] as const, isSame, dilation: 1 })),
  ),
  { stride: [2, 1], isSame: true, dilation: 1 },
  ...[true, false].map((isSame) => ({ stride: [1, 1] as const, isSame, dilation: 2 })),
];
const told = ({ stride, isSame, dilation }: Windows): string =>
  `stride ${stride} ${isSame ? 'same' : 'valid'}${dilation === 1 ? '' : ` dilation ${dilation}`}`;

type Kind = 'float32' | 'int8' | 'uint8';
const scaleOf = (kind: Kind): Scale | undefined => (kind === 'int8' ? INT8 : kind === 'uint8' ? UINT8 : undefined);
const yScale = (kind: Kind, scale: number, zero: number): Scale | undefined =>
  kind === 'float32' ? undefined : { type: kind, scale, zero: kind === 'uint8' ? zero + 128 : zero };

/** Weights of one type with their scales: one for each output channel in int8, one for all in uint8. */
function weights(kind: Kind, shape: readonly number[], axis: number, seed: number): WrittenTensor {
  if (kind === 'float32') return made('w', shape, seed);
  if (kind === 'uint8') return made('w', shape, seed, { type: 'uint8', scales: [0.0081], zeros: [131] });
  const scales = Array.from({ length: shape[axis] }, (_, i) => 0.004 + 0.0013 * i);
  return made('w', shape, seed, { type: 'int8', scales, axis });
}

const bias = (kind: Kind, count: number, seed: number): WrittenTensor =>
  made('b', [count], seed, kind === 'float32' ? {} : { type: 'int32', scales: [INT8.scale * 0.004] });

function convolutions(kind: Kind): Given[] {
  const [H, W] = [7, 10];
  return WINDOWS.flatMap((windows, i): Given[] => {
    const { stride, isSame, dilation } = windows;
    const sides = (kH: number, kW: number) => [
      outSide(H, kH, stride[0], dilation, isSame),
      outSide(W, kW, stride[1], dilation, isSame),
    ];
    const [padding, w, h] = [i8(isSame ? 0 : 1), i32(stride[1]), i32(stride[0])];
    const common = { xTypes: [scaleOf(kind)], yTypes: [yScale(kind, 0.061, 5)] };
    return [
      {
        ...common,
        name: `conv ${kind} ${told(windows)}`,
        code: 3,
        version: kind === 'int8' ? 3 : 2,
        options: [1, { 0: padding, 1: w, 2: h, 3: i8(i % 2 === 0 ? 0 : 3), 4: i32(dilation), 5: i32(dilation) }],
        xs: [[1, H, W, 3]],
        constants: [weights(kind, [4, 3, 2, 3], 0, i), bias(kind, 4, i)],
        ys: [[1, ...sides(3, 2), 4]],
      },
      {
        ...common,
        name: `depthwise ${kind} ${told(windows)}`,
        code: 4,
        version: kind === 'int8' ? 3 : 2,
        options: [
          2,
          { 0: padding, 1: w, 2: h, 3: i32(2), 4: i8(i % 2 === 0 ? 1 : 0), 5: i32(dilation), 6: i32(dilation) },
        ],
        xs: [[1, H, W, 3]],
        constants: [weights(kind, [1, 2, 3, 6], 3, i + 50), bias(kind, 6, i + 50)],
        ys: [[1, ...sides(2, 3), 6]],
      },
    ];
  });
}

function transposedConvolutions(kind: Kind): Given[] {
  return [1, 2, 3].flatMap((s) =>
    [true, false].map((isSame): Given => {
      const [H, W, kH, kW] = [3, 4, 3, 2];
      const out = (size: number, kernel: number) => (isSame ? size * s : (size - 1) * s + Math.max(kernel, s));
      const sides = [out(H, kH), out(W, kW)];
      return {
        name: `transposed conv ${kind} stride ${s} ${isSame ? 'same' : 'valid'}`,
        code: 67,
        version: kind === 'float32' ? 1 : kind === 'int8' ? 2 : 1,
        options: [49, { 0: i8(isSame ? 0 : 1), 1: i32(s), 2: i32(s) }],
        xs: [[1, H, W, 3]],
        xTypes: [scaleOf(kind)],
        constants: [ints('size', [1, ...sides, 2]), weights(kind, [2, kH, kW, 3], 0, s)],
        order: ['size', 'w', 'x0'],
        ys: [[1, ...sides, 2]],
        yTypes: [yScale(kind, 0.05, -3)],
      };
    }),
  );
}

function pools(kind: Kind): Given[] {
  return WINDOWS.filter(({ dilation }) => dilation === 1).flatMap((windows): Given[] =>
    ([1, 17] as const).map((code): Given => {
      const { stride, isSame } = windows;
      const options = { 0: i8(isSame ? 0 : 1), 1: i32(stride[1]), 2: i32(stride[0]), 3: i32(2), 4: i32(3) };
      return {
        name: `${code === 1 ? 'average' : 'max'} pool ${kind} ${told(windows)}`,
        ...{ code, version: kind === 'int8' ? 2 : 1, options: [5, options] },
        xs: [[1, 7, 10, 3]],
        ys: [[1, outSide(7, 3, stride[0], 1, isSame), outSide(10, 2, stride[1], 1, isSame), 3]],
        ...{ xTypes: [scaleOf(kind)], yTypes: [scaleOf(kind)] },
      };
    }),
  );
}

function connected(kind: Kind): Given[] {
  const types = { xTypes: [scaleOf(kind)], yTypes: [yScale(kind, 0.06, 2)] };
  const own = kind === 'int8' ? made('w', [4, 6], 3, { type: 'int8', scales: [0.007] }) : weights(kind, [4, 6], 0, 3);
  const options = (keeps: number): readonly [number, Fields] => [8, { 0: i8(1), 2: i8(keeps) }];
  const version = kind === 'int8' ? 4 : 1;
  return [
    {
      ...types,
      name: `connected ${kind}`,
      code: 9,
      version,
      options: options(0),
      xs: [[2, 6]],
      constants: [own, bias(kind, 4, 4)],
      ys: [[2, 4]],
    },
    {
      ...types,
      name: `connected ${kind} of maps`,
      code: 9,
      version,
      options: options(0),
      xs: [[2, 1, 2, 3]],
      constants: [own],
      order: ['x0', 'w', ''],
      ys: [[2, 4]],
      isBehind: true,
    },
    {
      ...types,
      name: `connected ${kind} keeping axes`,
      code: 9,
      version: 5,
      options: options(1),
      xs: [[2, 3, 6]],
      constants: [own, bias(kind, 4, 5)],
      ys: [[2, 3, 4]],
    },
  ];
}

const IMAGE = [1, 3, 4, 5];

type Row = readonly [
  name: string,
  code: number,
  options?: readonly [number, Fields] | undefined,
  range?: readonly [number, number] | undefined,
];

/** One number to one: code, kind of its options, settings. */
function each(kind: Kind): Given[] {
  const list: readonly Row[] = [
    ['logistic', 14],
    ['tanh', 28],
    ['relu', 19],
    ['relu n1 to 1', 20],
    ['relu6', 21, undefined, [-3, 9]],
    ['leaky relu', 98, [75, { 0: f32(0.3) }]],
    ['hard swish', 117, [91, {}], [-5, 5]],
    ['elu', 111],
    ...(kind === 'uint8'
      ? []
      : ([
          ['gelu', 150, [116, { 0: i8(0) }]],
          ['gelu by tanh', 150, [116, { 0: i8(1) }]],
        ] as const)),
    ...(kind === 'float32'
      ? ([
          ...([
            ['exp', 47, [33, {}]],
            ['abs', 101, [78, {}]],
            ['neg', 59, [42, {}]],
            ['square', 92, [66, {}]],
          ] as const),
          ...([
            ['floor', 8],
            ['ceil', 104],
            ['round', 116],
            ['sin', 66],
            ['cos', 108, [84, {}]],
          ] as const),
          ...([
            ['log', 73, undefined, [0.1, 3]],
            ['sqrt', 75, undefined, [0, 9]],
            ['rsqrt', 76, undefined, [0.2, 3]],
          ] as const),
        ] as const)
      : []),
  ];
  const outputOf = (name: string): Scale | undefined => {
    if (kind === 'float32') return undefined;
    if (name === 'logistic') return { type: kind, scale: 1 / 256, zero: kind === 'int8' ? -128 : 0 };
    if (name === 'tanh') return { type: kind, scale: 1 / 128, zero: kind === 'int8' ? 0 : 128 };
    return yScale(kind, 0.0231, -9);
  };
  return list
    .filter(([name]) => kind !== 'uint8' || name !== 'elu')
    .flatMap(([name, code, options, range]): Given[] =>
      [false, true].map(
        (isBehind): Given => ({
          name: `${name} ${kind}`,
          ...{ code, xs: [IMAGE], ys: [IMAGE], isBehind },
          version: kind === 'float32' ? 1 : 2,
          ...(options && { options }),
          ...(range && { range }),
          xTypes: [scaleOf(kind)],
          yTypes: [outputOf(name)],
        }),
      ),
    );
}

function pairs(kind: Kind): Given[] {
  const list: readonly (readonly [string, number, number])[] = [
    ...([
      ['add', 0, 11],
      ['sub', 41, 28],
      ['mul', 18, 21],
    ] as const),
    ...(kind === 'float32'
      ? ([
          ['div', 42, 29],
          ['squared difference', 99, 76],
          ['floor div', 90, 65],
          ['pow', 78, 56],
        ] as const)
      : []),
    ...([
      ['maximum', 55, 39],
      ['minimum', 57, 39],
    ] as const),
  ];
  return list.flatMap(([name, code, optionsKind], i): Given[] => {
    const isExtreme = code === 55 || code === 57;
    const second: Scale | undefined = isExtreme ? scaleOf(kind) : yScale(kind, 0.0131, 11);
    const y: Scale | undefined = isExtreme ? scaleOf(kind) : yScale(kind, 0.0412, -2);
    const hasFused = optionsKind === 11 || optionsKind === 28 || optionsKind === 21 || optionsKind === 29;
    const options = [optionsKind, hasFused ? { 0: i8(i % 2) } : {}] as const;
    const common = { code, options, version: kind === 'float32' ? 1 : 2, yTypes: [y], range: [0.3, 2.5] as const };
    const types = [scaleOf(kind), second];
    const constant = (shape: readonly number[]) =>
      second
        ? made('c', shape, i + 9, { type: second.type, scales: [second.scale], zeros: [second.zero] })
        : {
            ...made('c', shape, i + 9),
            data: made('c', shape, i + 9).data!.map((value) => Math.fround(Math.abs(value) + 0.2)),
          };
    return [
      { ...common, name: `${name} ${kind}`, xs: [IMAGE, IMAGE], xTypes: types, ys: [IMAGE], isBehind: true },
      {
        ...common,
        name: `${name} ${kind} of one pixel`,
        xs: [IMAGE, [1, 1, 1, 5]],
        xTypes: types,
        ys: [IMAGE],
        isBehind: true,
      },
      {
        ...common,
        name: `${name} ${kind} of a channel's number`,
        xs: [IMAGE],
        xTypes: types,
        constants: [constant([5])],
        ys: [IMAGE],
        isBehind: true,
      },
      {
        ...common,
        name: `${name} ${kind} of a number and rows`,
        xs: [[3, 5]],
        xTypes: types,
        constants: [constant([])],
        order: ['c', 'x0'],
        ys: [[3, 5]],
      },
    ].filter(({ name: own }) => kind === 'float32' || !own.includes('and rows'));
  });
}

function reductions(kind: Kind): Given[] {
  const codes: readonly (readonly [string, number])[] =
    kind === 'float32'
      ? [
          ['mean', 40],
          ['sum', 74],
          ['max', 82],
          ['min', 89],
          ['prod', 81],
        ]
      : [
          ['mean', 40],
          ['sum', 74],
        ];
  const axes: readonly (readonly number[])[] = [[1, 2], [3], [-1, 1], [2], [1, 2, 3]];
  return codes.flatMap(([name, code]) =>
    axes.flatMap((own) =>
      [true, false].map((keeps): Given => {
        const named = own.map((axis) => (axis < 0 ? axis + 4 : axis));
        const y = IMAGE.flatMap((side, axis) => (named.includes(axis) ? (keeps ? [1] : []) : [side]));
        const isWholeSum = kind !== 'float32' && name === 'sum';
        return {
          name: `${name} ${kind} over ${own}${keeps ? ', kept' : ''}`,
          ...{ code, version: kind === 'float32' ? 1 : 2, options: [27, { 0: i8(keeps ? 1 : 0) }] as const },
          ...{ xs: [IMAGE], constants: [ints('axes', own)], ys: [y], isBehind: true, xTypes: [scaleOf(kind)] },
          yTypes: [yScale(kind, isWholeSum ? 0.3 : 0.0141, 4)],
        };
      }),
    ),
  );
}

/** Numbers moved as they are. */
function moves(kind: Kind): Given[] {
  const scale = scaleOf(kind);
  const one = (
    name: string,
    code: number,
    options: readonly [number, Fields] | undefined,
    constants: readonly WrittenTensor[],
    ys: readonly (readonly number[])[],
    more: Partial<Given> = {},
  ): Given => ({
    name: `${name} ${kind}`,
    code,
    ...(options && { options }),
    version: kind === 'float32' ? 1 : 2,
    xs: [IMAGE],
    constants,
    ys,
    xTypes: [scale, scale],
    yTypes: ys.map(() => scale),
    ...more,
  });
  const slices = (masks: Fields) => [32, masks] as const;
  const strided = (begin: number[], end: number[], by: number[]) => [
    ints('begin', begin),
    ints('end', end),
    ints('by', by),
  ];
  const zero = scale
    ? [{ name: 'value', shape: [1], type: scale.type, data: [33], scales: [scale.scale], zeros: [scale.zero] }]
    : [{ name: 'value', shape: [1], data: [0.75] }];
  const plain: Given[] = [
    one('reshape', 22, [17, { 0: { int32s: [2, 30] } }], [ints('shape', [2, 30])], [[2, 30]], { version: 1 }),
    one('squeeze', 43, [30, { 0: { int32s: [1, 2] } }], [], [[2, 5]], { xs: [[2, 1, 1, 5]] }),
    one('expand dims', 70, [52, {}], [ints('axis', [-1], [])], [[1, 3, 4, 5, 1]], { version: 1 }),
    one('transpose to channels first', 39, [26, {}], [ints('perm', [0, 3, 1, 2])], [[1, 5, 3, 4]]),
    one('transpose rows and columns', 39, [26, {}], [ints('perm', [0, 2, 1, 3])], [[1, 4, 3, 5]]),
    ...[0, 1, 2, -1].map((axis) => {
      const y = IMAGE.map((side, i) => (i === (axis + 4) % 4 ? 2 * side : side));
      return one(`concat along ${axis}`, 2, [10, { 0: i32(axis) }], [], [y], { xs: [IMAGE, IMAGE] });
    }),
    one(
      'split',
      49,
      [35, { 0: i32(2) }],
      [ints('axis', [2], [])],
      [
        [1, 3, 2, 5],
        [1, 3, 2, 5],
      ],
      { order: ['axis', 'x0'] },
    ),
    one(
      'split of sizes',
      102,
      [79, { 0: i32(2) }],
      [ints('sizes', [2, -1]), ints('axis', [3], [])],
      [
        [1, 3, 4, 2],
        [1, 3, 4, 3],
      ],
    ),
    one('pad', 34, [22, {}], [ints('pads', [0, 0, 1, 2, 0, 1, 0, 0], [4, 2])], [[1, 6, 5, 5]]),
    one('pad with a value', 60, [43, {}], [ints('pads', [0, 0, 1, 0, 2, 1, 1, 0], [4, 2]), ...zero], [[1, 4, 7, 6]]),
    one('mirror pad', 100, [77, { 0: i8(0) }], [ints('pads', [0, 0, 1, 2, 3, 0, 0, 0], [4, 2])], [[1, 6, 7, 5]]),
    one('strided slice', 45, slices({}), strided([0, 1, 0, 0], [1, 3, 4, 5], [1, 1, 2, 3]), [[1, 2, 2, 2]]),
    one(
      'strided slice by masks',
      45,
      slices({ 0: i32(6), 1: i32(12) }),
      strided([0, 9, 9, 1], [1, 2, 0, 0], [1, 1, 1, 1]),
      [[1, 2, 4, 4]],
    ),
    one(
      'strided slice backwards',
      45,
      slices({ 0: i32(2), 1: i32(2) }),
      strided([0, 0, -1, 0], [1, 0, -4, 5], [1, -1, -2, 1]),
      [[1, 3, 2, 5]],
    ),
    one('strided slice of one row', 45, slices({ 4: i32(2) }), strided([0, -1, 0, 0], [1, 0, 4, 5], [1, 1, 1, 1]), [
      [1, 4, 5],
    ]),
    one('slice', 65, [48, {}], [ints('begin', [0, 1, 0, 2]), ints('size', [1, 2, -1, 2])], [[1, 2, 4, 2]]),
    one('gather', 36, [23, { 0: i32(3) }], [ints('indices', [4, 0, 2])], [[1, 3, 4, 3]]),
    one('tile', 69, [51, {}], [ints('multiples', [1, 2, 1, 3])], [[1, 6, 4, 15]]),
    one('space to depth', 26, [19, { 0: i32(2) }], [], [[1, 2, 3, 12]], { xs: [[1, 4, 6, 3]] }),
    one('depth to space', 5, [94, { 0: i32(2) }], [], [[1, 4, 6, 3]], { xs: [[1, 2, 3, 12]] }),
    one('space to batch', 38, [25, {}], [ints('block', [2, 3]), ints('pads', [1, 0, 2, 0], [2, 2])], [[6, 2, 2, 5]]),
    one('batch to space', 37, [24, {}], [ints('block', [2, 3]), ints('crops', [1, 0, 0, 2], [2, 2])], [[1, 3, 4, 5]], {
      xs: [[6, 2, 2, 5]],
    }),
    ...[
      [0, 0],
      [1, 0],
      [0, 1],
    ].flatMap(([align, half]) =>
      [
        [6, 8],
        [5, 3],
        [2, 9],
      ].map((sides) =>
        one(
          `nearest to ${sides} ${align}${half}`,
          97,
          [74, { 0: i8(align), 1: i8(half) }],
          [ints('size', sides)],
          [[1, ...sides, 5]],
          { version: 3 },
        ),
      ),
    ),
    ...[
      [0, 0],
      [1, 0],
      [0, 1],
    ].flatMap(([align, half]) =>
      [
        [6, 8],
        [5, 3],
      ].map((sides) =>
        one(
          `bilinear to ${sides} ${align}${half}`,
          23,
          [15, { 2: i8(align), 3: i8(half) }],
          [ints('size', sides)],
          [[1, ...sides, 5]],
          { version: 3 },
        ),
      ),
    ),
  ];
  return plain
    .filter(({ name }) => kind === 'float32' || !name.startsWith('mirror'))
    .flatMap((given) => [given, { ...given, isBehind: true }]);
}

const BOOLS = { xTypes: [undefined, undefined], yTypes: ['bool' as const] };

/** Over floating point alone. */
const FLOAT: readonly Given[] = [
  { name: 'softmax', code: 25, options: [9, { 0: f32(1) }], xs: [[2, 7]], ys: [[2, 7]] },
  { name: 'softmax of maps, beta', code: 25, options: [9, { 0: f32(0.7) }], xs: [IMAGE], ys: [IMAGE], isBehind: true },
  { name: 'log softmax', code: 50, options: [36, {}], xs: [IMAGE], ys: [IMAGE], isBehind: true },
  { name: 'prelu', code: 54, xs: [IMAGE], constants: [made('a', [1, 1, 5], 3)], ys: [IMAGE], isBehind: true },
  { name: 'l2 normalization', code: 11, options: [12, {}], xs: [IMAGE], ys: [IMAGE], isBehind: true },
  {
    name: 'local response',
    code: 13,
    options: [13, { 0: i32(1), 1: f32(1.5), 2: f32(0.3), 3: f32(0.6) }],
    xs: [IMAGE],
    ys: [IMAGE],
  },
  {
    name: 'batch matmul',
    code: 126,
    options: [101, { 0: i8(0), 1: i8(1) }],
    xs: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    ys: [[2, 3, 5]],
  },
  {
    name: 'pack',
    code: 83,
    options: [59, { 0: i32(2), 1: i32(1) }],
    xs: [
      [2, 3],
      [2, 3],
    ],
    ys: [[2, 2, 3]],
  },
  {
    name: 'unpack',
    code: 88,
    options: [64, { 0: i32(3), 1: i32(1) }],
    xs: [[2, 3, 4]],
    ys: [
      [2, 4],
      [2, 4],
      [2, 4],
    ],
  },
  {
    name: 'arg max',
    code: 56,
    options: [40, { 0: i8(2) }],
    xs: [IMAGE],
    constants: [ints('axis', [3], [])],
    ys: [[1, 3, 4]],
    yTypes: ['int32'],
    isBehind: true,
  },
  {
    name: 'arg min',
    code: 79,
    options: [57, { 0: i8(2) }],
    xs: [IMAGE],
    constants: [ints('axis', [1], [])],
    ys: [[1, 4, 5]],
    yTypes: ['int32'],
    isBehind: true,
  },
  {
    name: 'cast',
    code: 53,
    options: [37, { 0: i8(0), 1: i8(2) }],
    xs: [IMAGE],
    ys: [IMAGE],
    yTypes: ['int32'],
    range: [-9, 9],
    isBehind: true,
  },
  { name: 'shape', code: 77, options: [55, { 0: i8(2) }], xs: [IMAGE], ys: [[4]], yTypes: ['int32'], isBehind: true },
  { ...BOOLS, name: 'greater', code: 61, options: [44, {}], xs: [IMAGE, [1, 1, 1, 5]], ys: [IMAGE], isBehind: true },
  { ...BOOLS, name: 'less or equal', code: 63, options: [46, {}], xs: [IMAGE, IMAGE], ys: [IMAGE], isBehind: true },
  { ...BOOLS, name: 'not equal', code: 72, options: [54, {}], xs: [IMAGE, IMAGE], ys: [IMAGE] },
  { name: 'add of several', code: 106, options: [82, {}], xs: [IMAGE, IMAGE, IMAGE], ys: [IMAGE], isBehind: true },
  {
    name: 'reverse',
    code: 105,
    options: [81, {}],
    xs: [IMAGE],
    constants: [ints('axis', [2])],
    ys: [IMAGE],
    isBehind: true,
  },
];

/** Of whole numbers alone. */
function whole(kind: 'int8' | 'uint8'): Given[] {
  const scale = scaleOf(kind)!;
  const softmax: Scale = { type: kind, scale: 1 / 256, zero: kind === 'int8' ? -128 : 0 };
  const other = yScale(kind, 0.03, 9)!;
  const flipped = kind === 'int8' ? UINT8 : INT8;
  const a = made('a', [1, 1, 5], 8, { type: kind, scales: [0.011], zeros: [kind === 'int8' ? 3 : 140] });
  const common = { xs: [IMAGE], ys: [IMAGE], isBehind: true };
  return [
    {
      ...common,
      name: `softmax ${kind}`,
      code: 25,
      version: 2,
      options: [9, { 0: f32(1) }],
      xTypes: [scale],
      yTypes: [softmax],
    },
    { ...common, name: `prelu ${kind}`, code: 54, constants: [a], xTypes: [scale], yTypes: [other] },
    { ...common, name: `quantize to ${kind}`, code: 114, options: [89, {}], yTypes: [scale], range: [-3, 3] },
    {
      ...common,
      name: `requantize ${kind}`,
      code: 114,
      version: 2,
      options: [89, {}],
      xTypes: [scale],
      yTypes: [other],
    },
    {
      ...common,
      name: `requantize ${kind} to the other type`,
      code: 114,
      version: 2,
      options: [89, {}],
      xTypes: [scale],
      yTypes: [flipped],
    },
    { ...common, name: `dequantize ${kind}`, code: 6, version: 2, options: [38, {}], xTypes: [scale] },
    ...(kind === 'uint8'
      ? [
          {
            ...common,
            name: 'concat of other scales',
            code: 2,
            options: [10, { 0: i32(3) }],
            xs: [IMAGE, IMAGE],
            xTypes: [scale, other],
            ys: [[1, 3, 4, 10]],
            yTypes: [{ type: 'uint8', scale: 0.025, zero: 121 }],
          } as Given,
        ]
      : []),
  ];
}

/** Every operator at odd sizes. */
export function operatorCases(): OperatorCase[] {
  const kinds = ['float32', 'int8', 'uint8'] as const;
  const all = [
    ...kinds.flatMap((kind) => [
      ...convolutions(kind),
      ...transposedConvolutions(kind),
      ...pools(kind),
      ...connected(kind),
    ]),
    ...kinds.flatMap((kind) => [...each(kind), ...pairs(kind), ...reductions(kind), ...moves(kind)]),
    ...FLOAT,
    ...whole('int8'),
    ...whole('uint8'),
  ];
  return all.map(caseOf);
}
