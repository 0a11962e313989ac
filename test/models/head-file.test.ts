import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/core/bytes.js';
import type { Head } from '../../src/core/head.js';
import { presetFor } from '../../src/core/preset.js';
import { readHead, writeHead } from '../../src/models/head-file.js';
import { readSafetensors, type SafetensorsEntry, writeSafetensors } from '../../src/models/weights/safetensors.js';

const BY_HAND = fileURLToPath(new URL('../../fixtures/expected/sklearn/by-hand.safetensors', import.meta.url));

const HEAD: Head = {
  classes: ['cat', 'chien «été»', '__proto__'],
  origin: {
    network: 'alexnet',
    weights: 'alexnet.pth',
    init: null,
    weightsSha256: 'ab'.repeat(32),
    layersSha256: '01'.repeat(32),
    layer: 'classifier.5',
    reduce: 'flatten',
    preset: presetFor('imagenet'),
    background: null,
    exact: false,
  },
  settings: { l2: 1, hidden: 2, classWeight: 'balanced', holdout: 0.2, seed: 1, maxIterations: 500, patience: 10 },
  parameters: {
    mean: Float32Array.of(1, -2, 0, 4),
    std: Float32Array.of(1, 0.5, 3, 1e-7),
    hidden: { weight: Float32Array.from({ length: 8 }, (_, i) => i / 3), bias: Float32Array.of(0, -1) },
    output: { weight: Float32Array.of(1, 2, 3, 4, 5, 6), bias: Float32Array.of(7, 8, 9) },
  },
};

describe('a safetensors file', () => {
  it('has the bytes that its specification says', () => {
    const entries: SafetensorsEntry[] = [
      { name: 'bytes', shape: [3], data: new TextEncoder().encode('é?') },
      { name: 'weight', shape: [2, 2], data: Float32Array.of(1.5, -2, 0, 3e-9) },
    ];
    const bytes = writeSafetensors(entries, { b: '["cat","dog"]', a: 'first' });
    expect(Buffer.from(bytes).equals(readFileSync(BY_HAND))).toBe(true);
  });

  it('has its numbers at a multiple of 8 bytes, whatever the header', () => {
    for (let n = 0; n < 8; n++) {
      const bytes = writeSafetensors([{ name: 'w', shape: [1], data: Float32Array.of(7) }], { a: 'x'.repeat(n) });
      const view = new DataView(bytes.buffer);
      expect(bytes.length % 8).toBe(4);
      expect(view.getFloat32(8 + Number(view.getBigUint64(0, true)), true)).toBe(7);
    }
  });

  it('is read back with its texts', () => {
    const { tensors, metadata } = readSafetensors(memorySource(readFileSync(BY_HAND)));
    expect([...metadata]).toEqual([
      ['a', 'first'],
      ['b', '["cat","dog"]'],
    ]);
    expect([...tensors[0].load().data]).toEqual([1.5, -2, 0, Math.fround(3e-9)]);
  });

  it('refuses numbers that do not fill their shape', () => {
    expect(() => writeSafetensors([{ name: 'w', shape: [2, 2], data: new Float32Array(3) }], {})).toThrow(
      'w: 3 numbers do not fill the shape [2, 2]',
    );
  });
});

describe('a head', () => {
  it('is read as it was written, with and without a hidden layer', () => {
    expect(readHead(memorySource(writeHead(HEAD)))).toEqual(HEAD);
    const plain: Head = {
      ...HEAD,
      settings: { ...HEAD.settings, hidden: null },
      parameters: {
        ...HEAD.parameters,
        hidden: null,
        output: { weight: new Float32Array(12).fill(2), bias: new Float32Array(3) },
      },
    };
    expect(readHead(memorySource(writeHead(plain)))).toEqual(plain);
  });

  it('names its arrays as torch.nn.Linear does', () => {
    const { tensors } = readSafetensors(memorySource(writeHead(HEAD)));
    expect(tensors.map(({ name, shape }) => `${name} ${shape.join('×')}`)).toEqual([
      'mean 4',
      'std 4',
      'hidden.weight 2×4',
      'hidden.bias 2',
      'weight 3×2',
      'bias 3',
    ]);
  });

  /** The file of a head with one thing changed. */
  function changed(change: (entries: Map<string, SafetensorsEntry>, metadata: Record<string, string>) => void) {
    const { tensors, metadata } = readSafetensors(memorySource(writeHead(HEAD)));
    const entries = new Map(
      tensors.map(({ name, shape, load }) => [name, { name, shape, data: load().data as Float32Array }] as const),
    );
    const texts = Object.fromEntries(metadata);
    change(entries, texts);
    return () => readHead(memorySource(writeSafetensors([...entries.values()], texts)));
  }

  it.each<[string, Parameters<typeof changed>[0], string | RegExp]>([
    ['another format', (_, texts) => void delete texts.format, 'a safetensors file, but not of a head'],
    [
      'a later version',
      (_, texts) => {
        texts.format_version = '2';
      },
      'a head of format 2: expected 1',
    ],
    ['no classes', (_, texts) => void delete texts.classes, 'metadata "classes": not JSON'],
    [
      'one class',
      (_, texts) => {
        texts.classes = '["cat"]';
      },
      /^metadata "classes":/,
    ],
    [
      'a class more than rows',
      (_, texts) => {
        texts.classes = '["a","b","c","d"]';
      },
      '"weight": expected float32 [4, 2], got float32 [3, 2]',
    ],
    [
      'an unknown setting',
      (_, texts) => {
        texts.settings = '{"l3":1}';
      },
      /^metadata "settings/,
    ],
    [
      'a crop of 10^12',
      (_, texts) => {
        texts.features = texts.features.replace('[224,224]', '[1e12,1]');
      },
      /^metadata "features\.preset\.geometry\.crop/,
    ],
    ['no bias', (entries) => void entries.delete('bias'), '"bias": expected float32 [3], got none'],
    [
      'a std of 0',
      (entries) => {
        entries.get('std')!.data[1] = 0;
      },
      '"std": expected numbers other than 0',
    ],
    [
      'a NaN',
      (entries) => {
        entries.get('hidden.bias')!.data[0] = Number.NaN;
      },
      '"hidden.bias": holds NaN or infinite numbers',
    ],
  ])('with %s is refused', (_, change, message) => {
    expect(changed(change)).toThrow(message);
  });
});
