import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../../src/core/preset.js';
import { trainedFacts } from '../../../src/models/networks/trained.js';
import { writeSafetensors } from '../../../src/models/weights/safetensors.js';
import { cnnviz, inFolder } from '../../cli/cnnviz.js';

const DIGITS = fileURLToPath(new URL('../../../fixtures/images/digits/', import.meta.url));
const facts = (texts: Record<string, string>, input: readonly number[] | null = null) =>
  trainedFacts({ metadata: new Map(Object.entries(texts)) }, input);

describe('what a checkpoint says of its training', () => {
  it('is nothing in a file of other programs', () =>
    expect([facts({ format: 'pt' }), trainedFacts({}, null)]).toEqual([
      { preset: null, classes: null },
      { preset: null, classes: null },
    ]));

  it('is how a digit is prepared, in the middle of what the network reads', () => {
    const { preset } = facts({ 'cnnviz.input': 'mnist', 'cnnviz.normalize': '0.1307/0.3081' });
    expect(preset).toEqual(PRESETS.mnist);
    expect(facts({ 'cnnviz.input': 'mnist' }, [1, 32, 32]).preset).toMatchObject({
      digit: true,
      geometry: { resize: null, crop: [32, 32] },
      preprocess: { normalize: null },
    });
  });

  it('is a mean and a std for each channel', () =>
    expect(facts({ 'cnnviz.normalize': '0.5,0.4,0.3/0.2,0.2,0.1' }).preset?.preprocess.normalize).toEqual({
      mean: [0.5, 0.4, 0.3],
      std: [0.2, 0.2, 0.1],
    }));

  it.each([
    [{ 'cnnviz.input': 'emnist' }, 'metadata "cnnviz.input": "emnist" is not known here'],
    [{ 'cnnviz.normalize': '0.5' }, 'metadata "cnnviz.normalize": expected MEAN/STD, got "0.5"'],
    [{ 'cnnviz.normalize': '0.5/0' }, 'metadata "cnnviz.normalize": expected MEAN/STD'],
    [{ 'cnnviz.normalize': '0.5,0.5/1' }, 'metadata "cnnviz.normalize": expected MEAN/STD'],
    [{ 'cnnviz.classes': 'cat' }, 'metadata "cnnviz.classes": expected a JSON list of texts, got "cat"'],
    [{ 'cnnviz.classes': '[1]' }, 'metadata "cnnviz.classes": expected a JSON list of texts'],
  ])('%j is refused', (texts, says) => expect(() => facts(texts as Record<string, string>)).toThrow(says));

  it('is what run does: a digit of any size and polarity, classes by name', () =>
    inFolder(async (cwd) => {
      const weight = new Float32Array(2 * 28 * 28);
      // the first class is ink on the left, the second on the right
      for (let i = 0; i < 28 * 28; i++) weight[(i % 28 < 14 ? 0 : 28 * 28) + i] = 1;
      const entries = [
        { name: 'linear.weight', shape: [2, 28 * 28], data: weight },
        { name: 'linear.bias', shape: [2], data: new Float32Array(2) },
      ];
      const texts = { 'cnnviz.input': 'mnist', 'cnnviz.classes': '["left","right"]' };
      writeFileSync(join(cwd, 'w.safetensors'), writeSafetensors(entries, texts));
      const net = 'flatten | linear out_features=2';
      const seven = join(DIGITS, '7.png');
      const { code, stdout, stderr } = await cnnviz(['run', net, seven, '-w', 'w.safetensors', '--json'], { cwd });
      expect([code, stderr]).toEqual([0, expect.stringContaining('digit: dark on light turned round, ')]);
      const [{ top, preprocess, warnings }] = JSON.parse(stdout).results;
      expect(top.map(({ label }: { label: string }) => label).sort()).toEqual(['left', 'right']);
      expect(preprocess).toBe('28×28 (as MNIST)');
      expect(warnings).toEqual([expect.stringContaining('fitted into 20×20, centred by mass')]);
      const array = await cnnviz(['preprocess', seven, '--preset', 'mnist', '--normalize', '0/1', '-o', 'x.npy'], {
        cwd,
      });
      expect([array.code, array.stderr]).toEqual([0, expect.stringContaining('digit: dark on light turned round, ')]);
      const same = await cnnviz(['run', net, 'x.npy', '-w', 'w.safetensors', '--json', '--layers', 'output'], { cwd });
      expect(JSON.parse(same.stdout).results?.[0]?.top ?? []).toEqual(top);
    }));
});
