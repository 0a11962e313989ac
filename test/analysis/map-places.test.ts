import { describe, expect, it } from 'vitest';
import { placesOfMap } from '../../src/analysis/map-places.js';
import { summarizeModel } from '../../src/analysis/network-summary.js';
import { inferShapes } from '../../src/layers/infer.js';
import { constantOf, type Model, type ModelNode } from '../../src/layers/model.js';
import { bindNetwork, builtinNetwork, parsePipe } from '../../src/models/networks/index.js';

const bound = (shape: readonly number[]) => new Map([['input', { dtype: 'float32' as const, shape, value: null }]]);

function pipeModel(pipe: string, shape: readonly number[]): Model {
  return bindNetwork(parsePipe(pipe), { dtype: 'float32', shape }, { kind: 'none' }, new Map()).model;
}

/** Nodes behind the end of a pipe, which is called `x` here. */
function withNodes(pipe: string, shape: readonly number[], nodes: readonly ModelNode[], shapes: Model['constants']) {
  const model = pipeModel(pipe, shape);
  const [end] = model.outputs;
  const behind = nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'x' ? end : name)) }));
  const outputs = behind.at(-1)!.outputs;
  const constants = new Map([...model.constants, ...shapes]);
  return inferShapes({ ...model, constants, nodes: [...model.nodes, ...behind], outputs }, bound(shape));
}

const node = (name: string, layer: ModelNode['layer'], ...inputs: string[]): ModelNode => ({
  name,
  layer,
  inputs,
  outputs: [name],
});

describe('the places of a map', () => {
  it.each([
    ['digits', [1, 1, 28, 28], 'pool2', 5.5, 4],
    ['digits', [1, 1, 28, 28], 'relu2', 4.5, 2],
    ['lenet5', [1, 1, 32, 32], 'tanh2', 6.5, 2],
    ['resnet18', [1, 3, 224, 224], 'layer4.1.relu', 0, 32],
    ['alexnet', [1, 3, 224, 224], 'features.12', 31, 32],
    ['vgg11', [1, 3, 64, 64], 'features.20', 15.5, 32],
  ] as const)(
    'of %s: %j at %s begin at %f, %f apart, as its receptive fields do',
    (name, shape, layer, first, step) => {
      const { model } = bindNetwork(
        builtinNetwork(name),
        { dtype: 'float32', shape },
        { kind: 'init', seed: 1 },
        new Map(),
      );
      const shaped = inferShapes(model, bound(shape));
      const { outputs } = model.nodes.find((one) => one.name === layer)!;
      expect(placesOfMap(shaped, outputs[0])).toEqual([
        { first, step },
        { first, step },
      ]);
      const { field } = summarizeModel(shaped).layers.find((one) => one.name === layer)!;
      expect(field!.map(({ start, jump }) => ({ first: start, step: jump }))).toEqual(placesOfMap(shaped, outputs[0]));
    },
  );

  it('are told of each axis by itself, through kernels of any shape, padding and dilation', () => {
    const shape = [1, 1, 40, 40];
    const shaped = inferShapes(
      pipeModel('conv 5,3 out_channels=1 stride=1,2 padding=2,0 | conv 3 out_channels=1 dilation=2,1', shape),
      bound(shape),
    );
    expect(placesOfMap(shaped, shaped.model.outputs[0])).toEqual([
      { first: 2, step: 1 },
      { first: 3, step: 2 },
    ]);
  });

  it('stay where they are behind a gate that sees the whole map, and behind a shuffle of channels', () => {
    const shape = [1, 4, 16, 16];
    const sides = (values: number[]) =>
      constantOf({ dtype: 'int64', shape: [values.length], data: Float64Array.from(values) });
    const gate = withNodes(
      'conv 3 out_channels=4 stride=2',
      shape,
      [node('seen', { kind: 'global_avg_pool' }, 'x'), node('gated', { kind: 'mul' }, 'x', 'seen')],
      new Map(),
    );
    const shuffle = withNodes(
      'conv 3 out_channels=4 stride=2',
      shape,
      [
        node('apart', { kind: 'reshape', allowZero: false }, 'x', 'five'),
        node('turned', { kind: 'transpose', perm: [0, 2, 1, 3, 4] }, 'apart'),
        node('together', { kind: 'reshape', allowZero: false }, 'turned', 'four'),
      ],
      new Map([
        ['five', sides([1, 2, 2, 7, 7])],
        ['four', sides([1, 4, 7, 7])],
      ]),
    );
    for (const shaped of [gate, shuffle]) {
      expect(placesOfMap(shaped, shaped.model.outputs[0])).toEqual([
        { first: 1, step: 2 },
        { first: 1, step: 2 },
      ]);
    }
  });

  it('of branches whose fields have other middles lie between them', () => {
    const shape = [1, 1, 16, 16];
    const shaped = inferShapes(
      pipeModel('conv 3 out_channels=1 stride=2 padding=1 name=a | avg_pool 2 from=input name=b | add from=a,b', shape),
      bound(shape),
    );
    expect(placesOfMap(shaped, shaped.model.outputs[0])).toEqual([
      { first: 0.25, step: 2 },
      { first: 0.25, step: 2 },
    ]);
  });

  it.each([
    ['bins of unequal size', 'adaptive_avg_pool 10', [1, 1, 16, 16]],
    [
      'branches of other steps',
      'conv 3 out_channels=1 padding=1 name=a | adaptive_avg_pool 16 from=input name=b | adaptive_avg_pool 8 name=c | adaptive_avg_pool 16 name=d | add from=a,d',
      [1, 1, 16, 16],
    ],
    ['one value that sees everything', 'flatten | linear out_features=9', [1, 1, 16, 16]],
    ['a softmax over a whole row', 'softmax dim=-1', [1, 1, 16, 16]],
  ])('are not told of %s', (_, pipe, shape) => {
    const shaped = inferShapes(pipeModel(pipe, shape), bound(shape));
    expect(placesOfMap(shaped, shaped.model.outputs[0])).toBeNull();
  });

  it('of equal bins are those of a pool', () => {
    const shape = [1, 1, 16, 16];
    const shaped = inferShapes(pipeModel('adaptive_avg_pool 4', shape), bound(shape));
    expect(placesOfMap(shaped, shaped.model.outputs[0])![0]).toEqual({ first: 1.5, step: 4 });
  });
});
