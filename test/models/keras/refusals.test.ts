import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../../src/core/errors.js';
import { importKeras, type KerasImport } from '../../../src/models/keras/import.js';
import type { LayerPlace } from '../../../src/models/keras/keras-source.js';
import { weightOf } from './cases.js';

type Layer = { class_name: string; config: Record<string, unknown>; [key: string]: unknown };

const layer = (className: string, name: string, config: Record<string, unknown> = {}): Layer => ({
  class_name: className,
  config: { name, ...config },
});

const INPUT = layer('InputLayer', 'x', { batch_input_shape: [null, 6, 5, 3] });

function sequential(...layers: readonly unknown[]) {
  return { class_name: 'Sequential', config: { name: 'net', layers: [INPUT, ...layers] } };
}

function functional(layers: readonly Layer[], outputs: readonly unknown[] = [['it', 0, 0]]) {
  const all = layers.map((one) => ({ name: one.config.name, inbound_nodes: [[['x', 0, 0, {}]]], ...one }));
  const entry = { ...INPUT, name: 'x', inbound_nodes: [] };
  return {
    class_name: 'Functional',
    config: { layers: [entry, ...all], input_layers: [['x', 0, 0]], output_layers: outputs },
  };
}

const zeros = (...shapes: readonly (readonly number[])[]) =>
  shapes.map((shape, i) =>
    weightOf(`${i}`, { dtype: 'float32', shape, data: new Float32Array(shape.reduce((size, side) => size * side, 1)) }),
  );

function imported(
  config: unknown,
  weights: ReturnType<typeof zeros> = [],
  version: string | null = '2.15.0',
): KerasImport {
  return importKeras({ config, version, weightsOf: () => weights }, 'net.h5');
}

/** What the layers of a configuration are refused with. */
function refusals(
  config: unknown,
  weights: ReturnType<typeof zeros> = [],
  version: string | null = '2.15.0',
): string[] {
  const { model } = imported(config, weights, version);
  return model.nodes.flatMap((node) => (node.layer.kind === 'unsupported' ? [node.layer.reason] : []));
}

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CnnvizError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing';
}

describe('a layer that is not computed keeps its place', () => {
  const OWN = { module: 'mine', registered_name: 'Dense' };
  it.each([
    ['code', layer('Lambda', 'it', { function: 'gAAAA' }), 'net.h5: it: Lambda: code of its author, which is not run'],
    ['a class of its author', layer('Mine', 'it'), 'net.h5: it: Mine: this layer is not computed'],
    [
      'a registered class',
      layer('Custom>Dense', 'it', { units: 3 }),
      'net.h5: it: Dense: a class of its author, which is not run',
    ],
    [
      "a class that is called as one of Keras's",
      { ...layer('Dense', 'it', { units: 3 }), ...OWN },
      'net.h5: it: Dense: a class of its author, which is not run',
    ],
    ['a recurrent layer', layer('LSTM', 'it', { units: 3 }), 'net.h5: it: LSTM: recurrent layers are not computed'],
    [
      'steps of time',
      layer('TimeDistributed', 'it'),
      'net.h5: it: TimeDistributed: layers that are applied to each step of time are not computed',
    ],
    [
      'an activation of its author',
      layer('Activation', 'it', { activation: 'mine' }),
      'net.h5: it: Activation: activation "mine" is not computed',
    ],
    [
      'a function of TensorFlow',
      layer('TFOpLambda', 'it', { function: 'linalg.svd' }),
      'net.h5: it: TFOpLambda: the function tf.linalg.svd is not computed',
    ],
    ['a field that nobody knows', layer('ReLU', 'it', { shift: 2 }), 'net.h5: it: ReLU: shift 2 is not known'],
    [
      'a crop that resizes first',
      layer('CenterCrop', 'it', { height: 9, width: 2 }),
      'net.h5: it: CenterCrop: a side of 6 is resized to 9 before it is cropped',
    ],
    [
      'a training network',
      { ...layer('Dropout', 'it', { rate: 0.5 }), inbound_nodes: [[['x', 0, 0, { training: true }]]] },
      'net.h5: it: Dropout: called with training=True: it does not compute, it learns',
    ],
  ])('%s', (_, one, reason) => {
    expect(refusals(functional([one]))).toEqual([reason]);
  });
  it('and what does not depend on it is computed', () => {
    const after = { ...layer('ReLU', 'after'), inbound_nodes: [[['it', 0, 0, {}]]] };
    const { model } = imported(
      functional(
        [layer('Lambda', 'it'), after, layer('ReLU', 'beside')],
        [
          ['after', 0, 0],
          ['beside', 0, 0],
        ],
      ),
    );
    expect(model.nodes.map(({ name, layer: { kind } }) => [name, kind])).toEqual([
      ['it', 'unsupported'],
      ['after', 'activation'],
      ['x/channels_first', 'transpose'],
      ['beside', 'activation'],
    ]);
  });
  it('hard_sigmoid of a Keras that nobody knows', () => {
    const text = {
      class_name: 'Sequential',
      config: { build_input_shape: [null, 3], layers: [layer('Activation', 'it', { activation: 'hard_sigmoid' })] },
    };
    expect(refusals(text, [], null)[0]).toContain('hard_sigmoid means another thing in Keras 2 and in Keras 3');
  });
  it('bilinear upsampling of a Keras that had two rules', () => {
    const one = sequential(layer('UpSampling2D', 'it', { size: 2, interpolation: 'bilinear' }));
    expect(refusals(one, [], '2.2.4-tf')[0]).toContain('Keras 2.2.4-tf resized by one of two rules');
    expect(refusals(one, [], '2.4.0')).toEqual([]);
  });
});

const circle = (a: string, b: string): Layer => ({ ...layer('ReLU', a), inbound_nodes: [[[b, 0, 0, {}]]] });
const nestedIn = (depth: number): unknown =>
  depth === 0
    ? layer('ReLU', 'it')
    : { class_name: 'Sequential', config: { name: `m${depth}`, layers: [nestedIn(depth - 1)] } };
const listsIn = (depth: number): unknown => (depth === 0 ? 1 : [listsIn(depth - 1)]);
/** Models that call the next ten times each. */
const multiplied = (depth: number): Layer => {
  if (depth === 0) return layer('ReLU', 'm0');
  const inner = multiplied(depth - 1);
  const name = inner.config.name as string;
  const calls = Array.from({ length: 10 }, (_, i) => [[i === 0 ? 'x' : name, Math.max(0, i - 1), 0, {}]]);
  const entry = { ...INPUT, name: 'x', inbound_nodes: [] };
  const config = {
    layers: [entry, { ...inner, name, inbound_nodes: calls }],
    input_layers: [['x', 0, 0]],
    output_layers: [[name, 9, 0]],
  };
  return { class_name: 'Functional', config: { name: `m${depth}`, ...config } };
};

describe('what makes no sense is refused, with its place', () => {
  it.each([
    ['no configuration', 3, 'format: the model: expected {class_name, config}, found 3'],
    [
      'a model in code',
      layer('MyModel', 'it'),
      "unsupported: a model of the class MyModel: what it computes stands in its author's code",
    ],
    [
      'no layers',
      { class_name: 'Sequential', config: {} },
      'format: Sequential: expected a list of layers, found null',
    ],
    [
      'no input shape',
      { class_name: 'Sequential', config: { layers: [layer('ReLU', 'it')] } },
      'unsupported: a Sequential that does not say the shape of its input',
    ],
    ['one name twice', sequential(layer('ReLU', 'it'), layer('ReLU', 'it')), 'format: two layers are called "it"'],
    [
      'a circle',
      functional([circle('it', 'b'), circle('b', 'it')]),
      'format: b: reads "it", which waits for it: a circle',
    ],
    [
      'a layer that reads itself',
      functional([circle('it', 'it')]),
      'format: it: reads "it", which waits for it: a circle',
    ],
    [
      'an output that nothing makes',
      functional([layer('ReLU', 'it')], [['it', 4, 0]]),
      'format: output 1 of call 4 of "it": there is none',
    ],
    [
      'no outputs',
      functional([layer('ReLU', 'it')], []),
      'format: output_layers: expected [layer, call, output] of its layers, found []',
    ],
    [
      'models within models within …',
      { class_name: 'Sequential', config: { build_input_shape: [null, 3], layers: [nestedIn(40)] } },
      'm9: more than 32 models within models',
    ],
    [
      'lists within lists',
      functional([{ ...layer('ReLU', 'it'), inbound_nodes: [listsIn(100)] }]),
      'format: it: more than 32 lists within lists',
    ],
    [
      'lists without end',
      sequential(layer('ReLU', 'it', { max_value: listsIn(5000) })),
      'format: a configuration too deep or too large to be one',
    ],
    [
      'calls that multiply',
      functional([{ ...multiplied(6), config: { ...multiplied(6).config, name: 'it' } }]),
      'format: it: m5: m4: m3: m2: m1: more than 20000 calls of layers',
    ],
    [
      'a stride that is none',
      sequential(layer('MaxPooling2D', 'it', { pool_size: [2, 2], strides: [0, 2] })),
      'format: it: MaxPooling2D: strides: expected 2 whole numbers from 1, found [0,2]',
    ],
    [
      'a pool of everything',
      sequential(layer('MaxPooling2D', 'it', { pool_size: 2 ** 40, padding: 'same' })),
      'format: it: MaxPooling2D: pool_size: expected sides of at most 4096, found 1099511627776',
    ],
    [
      'padding of its own',
      sequential(layer('MaxPooling2D', 'it', { padding: 'round' })),
      'format: it: MaxPooling2D: padding: expected same or valid, found "round"',
    ],
    [
      'a window larger than the image',
      sequential(layer('MaxPooling2D', 'it', { pool_size: [7, 2] })),
      'format: it: MaxPooling2D: pool_size: expected a window within the side of 6, found [7,2]',
    ],
    [
      'a shape that does not fit',
      sequential(layer('Reshape', 'it', { target_shape: [7, -1] })),
      'format: it: Reshape: target_shape: expected sides that multiply to 90, found [7,-1]',
    ],
    [
      'an axis that there is not',
      sequential(layer('Softmax', 'it', { axis: 4 })),
      'format: it: Softmax: axis 4 of an input of 4 axes',
    ],
    [
      'Keras 1',
      sequential(layer('Convolution2D', 'it', { nb_filter: 4 })),
      'unsupported: a configuration of Keras 1: its layers have other fields',
    ],
  ])('%s', (_, config, message) => {
    expect(failure(() => imported(config))).toContain(message);
  });
  const conv = sequential(layer('Conv2D', 'it', { filters: 4, kernel_size: [3, 3] }));
  it.each([
    ['too few arrays', zeros([3, 3, 3, 4]), 'it: Conv2D: expected 2 arrays (kernel, bias), found 1'],
    [
      'kernels of other channels',
      zeros([3, 3, 1, 4], [4]),
      'it: Conv2D: kernel: expected [3, 3, 3, 4], found [3, 3, 1, 4]',
    ],
    ['a bias of another number', zeros([3, 3, 3, 4], [5]), 'it: Conv2D: bias: expected [4], found [5]'],
  ])('weights: %s', (_, weights, message) => {
    expect(failure(() => imported(conv, weights))).toBe(`format: ${message}`);
  });
});

describe('names', () => {
  it('are those of Keras, and those of nested models with the path in front', () => {
    const inner = {
      class_name: 'Sequential',
      config: {
        name: 'inner',
        layers: [layer('Conv2D', 'c', { filters: 4, kernel_size: 3, activation: 'relu', use_bias: false })],
      },
    };
    const places: LayerPlace[] = [];
    const { model } = importKeras(
      {
        config: sequential(inner, layer('Conv2D', 'd', { filters: 4, kernel_size: 1, use_bias: false })),
        version: '3.4.0',
        weightsOf(place) {
          places.push(place);
          return place.path[0] === 'd' ? zeros([1, 1, 4, 4]) : zeros([3, 3, 3, 4]);
        },
      },
      null,
    );
    expect(model.nodes.map(({ name }) => name)).toEqual(['x/channels_first', 'inner/c/conv2d', 'inner/c', 'd']);
    expect([...model.constants.keys()]).toEqual(['inner/c/kernel', 'd/kernel']);
    expect(places).toEqual([
      { path: ['inner', 'c'], counted: ['sequential', 'conv2d'] },
      { path: ['d'], counted: ['conv2d'] },
    ]);
  });
  it('a network in half precision says so', () => {
    const one = sequential(layer('ReLU', 'it', { dtype: { class_name: 'Policy', config: { name: 'mixed_float16' } } }));
    expect(imported(one).notes).toEqual(['a model in half precision: computed in float32']);
  });
});
