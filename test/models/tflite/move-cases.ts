import {
  f32,
  type Given,
  IMAGE,
  INT8,
  i8,
  i32,
  ints,
  type Kind,
  made,
  type Scale,
  scaleOf,
  UINT8,
  yScale,
} from './case-builder.js';
import type { Fields, WrittenTensor } from './writer.js';

/** Numbers moved as they are. */
export function moves(kind: Kind): Given[] {
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
export const FLOAT: readonly Given[] = [
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
export function whole(kind: 'int8' | 'uint8'): Given[] {
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
