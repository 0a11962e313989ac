import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arrayOf, EXPECTED, importBytes, MODELS, readJson, run, type StoredArray, worstError } from './arrays.js';

interface Net {
  readonly opsets: readonly number[];
  readonly input: StoredArray;
  readonly output: StoredArray;
  readonly modules: Readonly<Record<string, StoredArray>>;
}

/** float32 sums of a few hundred terms around 1, in another order than torch's */
const TOLERANCE = { atol: 2e-6, rtol: 2e-6 };

/** "/features/features.0/Conv" is what module features.0 ends in, "/relu_1/Relu" is its second call. */
function moduleOf(node: string): string | undefined {
  return node.split('/').at(-2);
}

describe.each(readdirSync(join(EXPECTED, 'nets')))('%s as torch exports it', (file) => {
  const { opsets, input, output, modules } = readJson(join(EXPECTED, 'nets', file)) as Net;
  const name = file.replace('.json', '');
  it.each(opsets)('opset %i: the output and every layer are those of torch', (opset) => {
    const model = importBytes(readFileSync(join(MODELS, `${name}-${opset}.onnx`)));
    // a folded batch norm changes what the convolution before it gives: only modules without one behind are compared
    const isFolded = opset !== opsets[0];
    const ends = new Map(model.nodes.map((node) => [moduleOf(node.name), node]));
    const compared = Object.keys(modules).filter((path) => {
      const hasNorm = /conv|expand|depthwise|project|downsample/.test(path) && /resnet|inverted|signal/.test(name);
      return ends.has(path) && !(isFolded && hasNorm);
    });
    expect(compared.length).toBeGreaterThan(1);
    const keep = ['output', ...compared.map((path) => ends.get(path)!.outputs[0])];
    const results = run(model, new Map([['input', arrayOf(input)]]), keep);
    const errors = [...compared.map((path) => [ends.get(path)!.outputs[0], modules[path]] as const)];
    for (const [value, expected] of [...errors, ['output', output] as const]) {
      const got = results.get(value)!;
      expect([value, got.shape]).toEqual([value, expected.shape]);
      expect([value, worstError(got, arrayOf(expected), TOLERANCE)]).toEqual([value, expect.toSatisfy((e) => e <= 1)]);
    }
  });
});
