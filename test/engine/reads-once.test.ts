import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { newNumbers } from '../../src/core/values.js';
import { runAllSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import { evaluate } from '../../src/layers/evaluate.js';
import { inferShapes } from '../../src/layers/infer.js';
import type { Constant } from '../../src/layers/model.js';
import { importWhole, MODELS } from '../models/onnx/arrays.js';

/** Smaller ones are biases, norms and shapes, which cost nothing. */
const WEIGHTS = 64;
/** Kernels of so many cells are looked at before, where there are few of them: each may be a column times a row. */
const MAY_BE_SEPARABLE = 25;

it.each(['fire-13', 'resnet-block-13', 'inception-13', 'inverted-residual-16', 'modules-13'])(
  'the weights of %s are read once, shapes and plan included',
  (name) => {
    const model = importWhole(readFileSync(join(MODELS, `${name}.onnx`)));
    const reads = new Map<string, number>();
    const counted = (key: string, constant: Constant): Constant => {
      const count = () => reads.set(key, (reads.get(key) ?? 0) + 1);
      return {
        ...constant,
        load: () => count() && constant.load(),
        loadInto: (target) => count() && constant.loadInto(target),
      };
    };
    const constants = new Map([...model.constants].map(([key, one]) => [key, counted(key, one)]));
    const inputs = model.inputs.map(({ name: input, dtype, shape }) => {
      const sides = shape!.map((side) => side ?? 1);
      return [input, { dtype, shape: sides, data: newNumbers(dtype, sizeOf(sides)) }] as const;
    });
    const bound = new Map(inputs.map(([input, { dtype, shape }]) => [input, { dtype, shape, value: null }]));
    inferShapes({ ...model, constants }, bound, evaluate);
    const session = new Session(planModel({ ...model, constants }, bound, { algorithm: null, exact: false }));
    runAllSync(session, new Map(inputs));
    session.close();
    const large = [...constants]
      .filter(([, { shape }]) => sizeOf(shape) >= WEIGHTS && sizeOf(shape.slice(2)) < MAY_BE_SEPARABLE)
      .map(([key]) => [key, reads.get(key)]);
    expect(large.length).toBeGreaterThan(0);
    expect(large).toEqual(large.map(([key]) => [key, 1]));
  },
);
