import {
  bias,
  type Given,
  i8,
  i32,
  ints,
  type Kind,
  made,
  outSide,
  scaleOf,
  told,
  WINDOWS,
  weights,
  yScale,
} from './case-builder.js';
import type { Fields } from './writer.js';

export function convolutions(kind: Kind): Given[] {
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

export function transposedConvolutions(kind: Kind): Given[] {
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

export function pools(kind: Kind): Given[] {
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

export function connected(kind: Kind): Given[] {
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
