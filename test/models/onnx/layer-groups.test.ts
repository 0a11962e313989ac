import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { channelsLast } from '../../../src/analysis/channels-last.js';
import { chooseLayers, kindOf } from '../../../src/analysis/layer-choice.js';
import { evaluate } from '../../../src/layers/evaluate.js';
import { inferShapes } from '../../../src/layers/infer.js';
import type { Model } from '../../../src/layers/model.js';
import { layerGroups } from '../../../src/models/onnx/layer-groups.js';
import { arrayOf, EXPECTED, importBytes, MODELS, readJson, run, type StoredArray, worstError } from './arrays.js';

interface Witness {
  readonly input: StoredArray;
  readonly modules: Readonly<Record<string, StoredArray>>;
}

const MODULES = importBytes(readFileSync(join(MODELS, 'modules-13.onnx')));
const WITNESS = readJson(join(EXPECTED, 'modules.json')) as Witness;
const TOLERANCE = { atol: 2e-6, rtol: 2e-6 };

function shape(model: Model) {
  return inferShapes(model, new Map([['x', { dtype: 'float32', shape: [1, 3, 16, 16], value: null }]]), evaluate);
}

const shaped = shape(MODULES);

/** A network of which one node is changed. */
function changed(name: string, change: (node: Model['nodes'][number]) => Partial<Model['nodes'][number]>): Model {
  const nodes = MODULES.nodes.map((node) => (node.name === name ? { ...node, ...change(node) } : node));
  return { ...MODULES, nodes };
}

const kindAt = (model: Model, path: string) => {
  const [layer] = chooseLayers(shape(model), [path]);
  return layer.group?.kind ?? null;
};

describe('modules that torch.onnx takes apart', () => {
  it.each([
    ['stem.1', 'layer_norm'],
    ['block.2', 'layer_norm'],
    ['block.3', 'linear'],
    ['block.4', 'gelu'],
    ['mixed.0', 'silu'],
    ['mixed.1', 'channel_shuffle'],
    ['mixed.2', 'hardswish'],
    ['mixed.3', 'hardswish'],
    ['mixed.5', 'group_norm'],
    ['tokens.0', 'rms_norm'],
    ['tokens.1.core', 'attention'],
    ['tokens.2', 'gelu_tanh'],
    ['tokens.3', 'l2_norm'],
  ])('%s is one %s', (path, kind) => {
    expect(chooseLayers(shaped, [path]).map(kindOf)).toEqual([kind]);
  });

  it.each(Object.keys(WITNESS.modules))('%s, by the path that torch calls it, gives what its module gives', (path) => {
    const [layer, ...others] = chooseLayers(shaped, [path]);
    expect(others).toEqual([]);
    const got = run(MODULES, new Map([['x', arrayOf(WITNESS.input)]]), [layer.value]).get(layer.value)!;
    const expected = arrayOf(WITNESS.modules[path]);
    expect(got.shape).toEqual(expected.shape);
    expect(worstError(got, expected, TOLERANCE)).toBeLessThanOrEqual(1);
  });

  it('stand in `all` once, their parts under their own names only', () => {
    const all = chooseLayers(shaped, ['all']).map(({ name }) => name);
    expect(all).toContain('/block/block.2/LayerNorm');
    expect(all).not.toContain('/block/block.2/Sub');
    expect(chooseLayers(shaped, ['/block/block.2/Sub']).map(({ name }) => name)).toEqual(['/block/block.2/Sub']);
    expect(chooseLayers(shaped, ['*/Sub']).map(({ name }) => name)).toContain('/block/block.2/Sub');
  });

  it('share no node; asked for part by part there are none', () => {
    const { groups, of } = layerGroups(shaped);
    expect(groups.flatMap(({ nodes }) => nodes)).toHaveLength(of.size);
    const parts = chooseLayers(shaped, ['all'], '--layers', true).map(({ name }) => name);
    expect(parts).toContain('/block/block.2/Sub');
    expect(parts).not.toContain('/block/block.2/LayerNorm');
  });

  it('are none when somebody else reads what lies between, or the network gives it away', () => {
    const read = { ...MODULES, outputs: [...MODULES.outputs, '/block/block.4/Erf_output_0'] };
    expect(kindAt(read, '/block/block.4/Mul_1')).toBeNull();
    expect(kindAt(MODULES, '/block/block.4/Mul_1')).toBe('gelu');
  });

  it.each([
    ['/block/block.4/Div', 'the argument of erf by another number'],
    ['/block/block.4/Mul_1', 'not the half'],
    ['/block/block.2/Add', 'a guard that is none'],
    ['/tokens/tokens.2/Mul_1', 'another √(2/π)'],
  ])('are none when a constant is another: %s, %s', (name) => {
    const constants = new Map(MODULES.constants);
    const seven = { dtype: 'float32' as const, shape: [], data: Float32Array.of(7) };
    constants.set('seven', { ...seven, load: () => seven, loadInto: (target) => target.set(seven.data) });
    const model = changed(name, ({ inputs }) => ({
      inputs: inputs.map((input) => (input !== null && isNumber(input) ? 'seven' : input)),
    }));
    const value = MODULES.nodes.find((node) => node.name === name)!.outputs[0];
    expect(kindAt({ ...model, constants }, value)).toBeNull();
  });

  it('keep their channels last only where a transposition has brought them there', () => {
    const last = channelsLast(shaped);
    const isLast = (path: string) => last.has(chooseLayers(shaped, [path])[0].value);
    expect(['block.2', 'block.3', 'block.4', 'block.5'].map(isLast)).toEqual([true, true, true, true]);
    expect(['stem.0', 'stem.1', 'block.0', 'mixed.0', 'tokens.0'].map(isLast)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

/** Whether a value is one number that the file holds. */
function isNumber(name: string): boolean {
  return MODULES.constants.get(name)?.shape.length === 0;
}

describe('names of layers', () => {
  const named = (...patterns: string[]) => chooseLayers(shaped, patterns).map(({ name }) => name);

  it.each([
    ['stem.0', ['/stem/stem.0/Conv']],
    ['stem', ['/stem/stem.1/LayerNorm']],
    ['stem.*', ['/stem/stem.0/Conv', '/stem/stem.1/LayerNorm']],
    ['tokens.1.qkv', ['/tokens/tokens.1/qkv/Linear']],
    ['tokens.1', ['/tokens/tokens.1/proj/Linear']],
    ['block.0.Conv', ['/block/block.0/Conv']],
    ['Stem.0', ['/stem/stem.0/Conv']],
    ['/block/block.2/*', ['/block/block.2/LayerNorm']],
  ])('%s means %j', (pattern, expected) => {
    expect(named(pattern)).toEqual(expected);
  });

  it('that mean nothing: a few that are near, on one line', () => {
    expect(() => named('stem.7')).toThrow(
      expect.objectContaining({
        fix: expect.stringMatching(/^did you mean stem\.0\? near it: stem\.1; cnnviz summary lists all \d+; .*$/),
      }),
    );
    expect(() => named('nowhere')).toThrow(expect.objectContaining({ fix: expect.not.stringContaining('/') }));
  });
});
