import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../../src/core/tensor.js';
import { type DType, newNumbers, type Value } from '../../../src/core/values.js';
import { planModel } from '../../../src/engine/plan.js';
import { Session } from '../../../src/engine/session.js';
import type { KnownInput } from '../../../src/layers/family.js';
import { type Layer, layerFamily } from '../../../src/layers/index.js';

function array(dtype: DType, shape: readonly number[], list: readonly number[]): Value {
  const data = newNumbers(dtype, sizeOf(shape));
  data.set(list);
  return { dtype, shape, data };
}

const known = (value: Value): KnownInput => ({ ...value, known: () => value });
const computed = (value: Value): KnownInput => ({ ...value, known: () => null });
const shape = (layer: Layer, inputs: readonly KnownInput[]) => layerFamily(layer).shape(layer, inputs);

/** Runs one layer on inputs whose numbers are not known before. */
function runOne(layer: Layer, values: readonly Value[]): Value {
  const inputs = values.map((value, i) => ({ name: `in${i}`, dtype: value.dtype, shape: value.shape }));
  const model = {
    inputs,
    constants: new Map(),
    nodes: [{ name: 'chosen', layer, inputs: inputs.map(({ name }) => name), outputs: ['y'] }],
    outputs: ['y'],
  };
  const bound = new Map(inputs.map((input) => [input.name, { ...input, value: null }]));
  const session = new Session(planModel(model, bound, { algorithm: null, exact: true }));
  const running = session.runAll(new Map(values.map((value, i) => [`in${i}`, value])));
  for (let step = running.next(); ; step = running.next()) if (step.done) return step.value.get('y')!;
}

const x = array('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
const updates = (sides: readonly number[]) => array('float32', sides, new Array(sizeOf(sides)).fill(9));

/** Each kind of layer that reads indices, with ones that are sound and ones that are not. */
const READERS: readonly (readonly [Layer, readonly number[], sound: readonly number[], wrong: readonly number[]])[] = [
  [{ kind: 'gather_elements', axis: 1 }, [2, 2], [0, -3, 2, -1], [0, -4, 2, 1]],
  [{ kind: 'gather_nd', batchDims: 0 }, [2, 2], [0, -3, 1, 2], [0, -3, 2, 0]],
  [{ kind: 'scatter_elements', axis: 1, reduction: 'none' }, [2, 2], [0, -3, 2, -1], [0, 0, 3, 1]],
  [{ kind: 'scatter_nd', reduction: 'add' }, [2, 1], [0, -1], [0, 2]],
];

describe.each(READERS)('indices of %o', (layer, sides, sound, wrong) => {
  const rest = (indices: Value) =>
    layer.kind.startsWith('scatter') ? [updates(layer.kind === 'scatter_nd' ? [2, 3] : indices.shape)] : [];
  const inputs = (list: readonly number[]) => {
    const indices = array('int64', sides, list);
    return [x, indices, ...rest(indices)];
  };

  it('that are known are checked before anything runs', () => {
    expect(() => shape(layer, inputs(sound).map(known))).not.toThrow();
    expect(() => shape(layer, inputs(wrong).map(known))).toThrow(/index -?\d+ lies outside an axis of \d/);
  });

  it('that the model computes end the run with the name of the layer, and no number stands for them', () => {
    expect(() => shape(layer, inputs(wrong).map(computed))).not.toThrow();
    expect(() => runOne(layer, inputs(sound))).not.toThrow();
    expect(() => runOne(layer, inputs(wrong))).toThrow(/^chosen: index -?\d+ lies outside an axis of \d/);
  });
});

describe('layers whose shape follows from numbers', () => {
  it.each<[Layer, readonly Value[]]>([
    [{ kind: 'non_zero' }, [x]],
    [{ kind: 'unique', axis: null, sorted: true }, [x]],
    [{ kind: 'compress', axis: 0 }, [x, array('bool', [2], [1, 0])]],
  ])('%o are refused where those are computed', (layer, values) => {
    expect(() => shape(layer, values.map(known))).not.toThrow();
    expect(() => shape(layer, values.map(computed))).toThrow(/depends on the numbers of its (x|condition)/);
  });
});

describe('shapes that do not fit are refused', () => {
  it.each<[Layer, readonly Value[], RegExp]>([
    [{ kind: 'top_k', axis: 1, largest: true }, [x, array('int64', [1], [4])], /the 4 first along axis 1 of \[2, 3\]/],
    [{ kind: 'einsum', equation: 'ij,kj' }, [x], /for 1 arrays/],
    [{ kind: 'einsum', equation: 'ijk->i' }, [x], /does not name the axes of \[2, 3\]/],
    [{ kind: 'einsum', equation: 'ij,ji->i' }, [x, x], /axis j has 3 and 2 places/],
    [{ kind: 'einsum', equation: 'ij->k' }, [x], /k on the right side/],
    [{ kind: 'einsum', equation: 'i1->i' }, [x], /"i1" is no term/],
    [
      { kind: 'einsum', equation: 'a,b,c,d,e,f,g->' },
      Array.from({ length: 7 }, () => array('float32', [64], [])),
      /4398046511104 products are too many to sum/,
    ],
    [{ kind: 'tile' }, [x, array('int64', [1], [2])], /a number for each axis of \[2, 3\]/],
    [
      { kind: 'cum_sum', exclusive: false, reverse: false },
      [x, array('int64', [1], [2])],
      /axis 2 of an array of rank 2/,
    ],
    [
      { kind: 'reverse_sequence', batchAxis: 0, timeAxis: 1 },
      [x, array('int64', [2], [4, 1])],
      /a sequence of 4: expected 0 … 3/,
    ],
    [
      { kind: 'one_hot', axis: 3 },
      [x, array('int64', [], [4]), array('float32', [2], [0, 1])],
      /axis 3: expected -3 … 2/,
    ],
  ])('%o', (layer, values, said) => {
    expect(() => shape(layer, values.map(known))).toThrow(said);
  });
});
