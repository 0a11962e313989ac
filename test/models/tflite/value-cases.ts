import { f32, type Given, IMAGE, i8, ints, type Kind, made, type Scale, scaleOf, yScale } from './case-builder.js';
import type { Fields } from './writer.js';

type Row = readonly [
  name: string,
  code: number,
  options?: readonly [number, Fields] | undefined,
  range?: readonly [number, number] | undefined,
];

/** One number to one: code, kind of its options, settings. */
export function each(kind: Kind): Given[] {
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

export function pairs(kind: Kind): Given[] {
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

/** Of numbers of either sign. */
export function wholeDivisions(): Given[] {
  const common = { xs: [[4, 5]], xTypes: ['int32'], ys: [[4, 5]], yTypes: ['int32'], range: [-40, 40] } as const;
  const constants = [{ name: 'c', shape: [5], type: 'int32', data: [3, -4, 7, -1, 12] }] as const;
  return [
    { ...common, name: 'floor div of whole numbers', code: 90, options: [65, {}], version: 2, constants },
    { ...common, name: 'floor mod of whole numbers', code: 95, options: [72, {}], constants },
  ];
}

export function reductions(kind: Kind): Given[] {
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
