import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../../src/core/errors.js';
import { inferShapes } from '../../../src/layers/infer.js';
import { bindNetwork, type NetworkSpec, parsePipe } from '../../../src/models/networks/index.js';
import { networkJsonSchema, parseNetworkFile } from '../../../src/models/networks/network-file.js';

const DOCS = new URL('../../../docs/', import.meta.url);

function shapesOf(spec: NetworkSpec, shape: readonly number[]) {
  const { model } = bindNetwork(spec, { dtype: 'float32', shape }, { kind: 'init', seed: 1 }, new Map());
  const { infos } = inferShapes(model, new Map([['input', { dtype: 'float32', shape, value: null }]]));
  return Object.fromEntries(model.nodes.map(({ name }) => [name, infos.get(name)!.shape.join('×')]));
}

/** "message — fix" of what a text is refused with. */
function fault(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(CnnvizError);
    return `${(error as CnnvizError).message} — ${(error as CnnvizError).fix ?? ''}`;
  }
  throw new Error('it was taken');
}

describe('pipes', () => {
  it('take kernels, sizes and keys as torch.nn spells them', () => {
    const { layers } = parsePipe(
      'conv edge3x3 stride=2,1 padding=1,2 | leaky_relu 0.2 | max_pool 3 stride=2 ceil_mode=true | conv 3 out_channels=4 groups=1',
    );
    expect(layers.map(({ name }) => name)).toEqual(['conv', 'leaky_relu', 'max_pool', 'conv2']);
    expect(layers[0].layer).toMatchObject({ stride: [2, 1], padding: [1, 2] });
    expect(layers[1].layer).toEqual({ kind: 'activation', name: 'leaky_relu', parameters: [0.2] });
    expect(layers[2].layer).toMatchObject({ kernelSize: [3, 3], stride: [2, 2], ceilMode: true });
    expect(layers[3].parameters[0]).toMatchObject({ name: 'conv2.weight', source: { kind: 'checkpoint' } });
  });

  it('are graphs with name= and from=', () => {
    const spec = parsePipe(
      'conv edge3x3 padding=1 name=a | relu name=r | conv sobel-x padding=1 from=input name=b | add from=r,b | concat dim=1 from=add,a',
    );
    expect(shapesOf(spec, [1, 3, 8, 9])).toMatchObject({ add: '1×1×8×9', concat: '1×2×8×9' });
  });

  it('every layer of the contract is known', () => {
    const words =
      'conv max_pool avg_pool gauss_pool adaptive_avg_pool adaptive_max_pool relu relu6 leaky_relu elu gelu silu hardswish softplus sigmoid tanh lrn batch_norm layer_norm group_norm instance_norm rms_norm linear flatten dropout softmax log_softmax';
    const first: Record<string, string> = {
      conv: 'edge3x3',
      linear: '5',
      lrn: '3',
      layer_norm: '4',
      rms_norm: '4',
      group_norm: '2',
    };
    for (const word of words.split(' ')) {
      const plain = first[word] ?? (word.includes('pool') ? '2' : '');
      expect(parsePipe(`${word} ${plain}`).layers[0].name).toBe(word);
    }
  });

  it.each([
    ['conv edge3x3 | rleu', /^layer 2 of the pipe \(rleu\): unknown layer "rleu" — did you mean relu\?/],
    ['max_pool 3 strid=2', /^layer 1 .*: strid: max_pool has no such field — did you mean stride\?/],
    ['max_pool', /a pool needs its kernel_size|kernel_size/],
    ['conv', /conv needs a kernel, or out_channels and kernel_size/],
    ['conv edge3x3 | | relu', /layer 2 of the pipe: expected a layer, found nothing/],
    ['relu | relu name=relu', /two layers are called "relu"/],
    ['add from=a,b', /no layer before it is called "a"/],
    ['add', /add needs two layers or more/],
    ['conv "1 0 -1', /the quote " is not closed/],
    ['max_pool 0', /kernel_size: expected .* from 1.*, got 0/],
  ])('%s is refused', (text, pattern) => {
    expect(fault(() => parsePipe(text))).toMatch(pattern);
  });
});

describe('network files', () => {
  /** The code blocks of docs/network-files.md. */
  const examples = [...readFileSync(new URL('network-files.md', DOCS), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text]) => text,
  );

  it('the examples of the documentation are networks', () => {
    expect(examples).toHaveLength(3);
    const [small, residual, inception] = examples.map((text, i) => parseNetworkFile(text, `example-${i}.yaml`));
    expect(small).toMatchObject({ name: 'small', input: [1, 28, 28] });
    expect(small.preset).toEqual({
      geometry: { resize: [28, 28], crop: null },
      preprocess: { pixels: 'unit', gray: true, normalize: { mean: [0.1307], std: [0.3081] } },
    });
    expect(shapesOf(small, [1, 1, 28, 28])).toMatchObject({
      'features.0': '1×16×28×28',
      flatten: '1×3136',
      classifier: '1×10',
    });
    expect(shapesOf(residual, [1, 3, 8, 8])).toMatchObject({ add: '1×16×8×8', relu2: '1×16×8×8' });
    expect(shapesOf(inception, [1, 3, 8, 8])).toMatchObject({ concat: '1×20×8×8' });
  });

  it('JSON is a network file too', () => {
    const spec = parseNetworkFile(
      '{"layers": ["relu", {"type": "conv", "kernel": "edge3x3"}], "outputs": ["relu"]}',
      'n.json',
    );
    expect(spec.outputs).toEqual(['relu']);
  });

  it.each([
    ['layers: [relu\n', /^n\.yaml:\d+:\d+: /],
    ['layrs: [relu]\n', /^n\.yaml:1:8: unknown key "layrs" — did you mean layers\?/],
    [
      'name: x\nlayers:\n  - {type: conv, out_chanels: 3, kernel_size: 3}\n',
      /^n\.yaml:3:\d+: unknown key "out_chanels" — did you mean out_channels\?/,
    ],
    ['layers:\n  - relu\n  - {type: rleu}\n', /^n\.yaml:3:\d+: unknown layer "rleu" — did you mean relu\?/],
    ['layers:\n  - {name: a}\n', /^n\.yaml:2:\d+: layer 1 has no type/],
    [
      'layers:\n  - relu\n  - {type: max_pool, kernel_size: two}\n',
      /^n\.yaml:3:\d+: kernel_size: expected .*got "two"/,
    ],
    ['layers:\n  - {type: add, from: [a, b]}\n', /^n\.yaml:2:\d+: .*no layer before it is called "a"/],
    ['layers: [relu]\noutputs: [rleu]\n', /^n\.yaml:2:\d+: no layer is called "rleu" — did you mean relu\?/],
    ['layers: []\n', /^n\.yaml:1:\d+: layers: /],
    ['input: [3, 0, 2]\nlayers: [relu]\n', /^n\.yaml:1:\d+: input/],
    ['layers: [relu]\nlayers: [tanh]\n', /^n\.yaml:2:1: .*unique/],
    ['- relu\n', /expected a network with "layers"/],
    [
      'a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c]\nlayers: [*d]\n',
      /^n\.yaml/,
    ],
  ])('%j is refused with line and column', (text, pattern) => {
    expect(fault(() => parseNetworkFile(text, 'n.yaml'))).toMatch(pattern);
  });

  it('the schema for editors is fresh: node fixtures/make/schemas.mjs', () => {
    const committed = JSON.parse(readFileSync(new URL('network.schema.json', DOCS), 'utf8'));
    expect(committed).toEqual(JSON.parse(JSON.stringify(networkJsonSchema())));
  });
});
