import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { toFloat32 } from '../../../src/core/values.js';
import { readWeights } from '../../../src/models/weights/index.js';
import { MODELS } from '../onnx/arrays.js';

/** A whole module, which no reader takes. */
const REFUSED = ['module.pth'];
const FIXTURES = join(MODELS, '..');
const FILES = ['checkpoints', 'weights', 'onnx', 'networks'].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder))
    .filter((name) => /\.(pth|npz|onnx)$/.test(name) && !REFUSED.includes(name))
    .map((name) => `${folder}/${name}`),
);

/** Of each tensor that can be read in parts, some parts beside what the whole says. @returns how many there were */
async function comparedParts(bytes: Uint8Array): Promise<number> {
  const { tensors } = await readWeights(memorySource(bytes), { name: 'x', beside: null });
  let compared = 0;
  for (const tensor of tensors) {
    if (tensor.loadPart === undefined) continue;
    const whole = toFloat32(tensor.load().data);
    for (const [from, end] of [
      [0, whole.length],
      [Math.floor(whole.length / 3), Math.ceil(whole.length / 2)],
      [whole.length, whole.length],
    ]) {
      const part = new Float32Array(end - from);
      tensor.loadPart(from, part);
      expect([tensor.name, part]).toEqual([tensor.name, whole.slice(from, end)]);
    }
    compared++;
  }
  return compared;
}

describe('tensors that can be read in parts', () => {
  it.each(FILES)('%s: parts are those of the whole', async (file) => {
    const compared = await comparedParts(readFileSync(join(FIXTURES, file)));
    expect(compared).toBeGreaterThan(0);
  });

  it('of any type, as safetensors stores them', async () => {
    const types = { F64: 8, F32: 4, F16: 2, BF16: 2, I32: 4, I16: 2, I8: 1, U8: 1 };
    let at = 0;
    const entries = Object.entries(types).map(([dtype, size]) => {
      const offsets = [at, at + 7 * size];
      at += 7 * size;
      return [dtype, { dtype, shape: [7], data_offsets: offsets }];
    });
    const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
    const bytes = new Uint8Array(8 + header.length + at);
    new DataView(bytes.buffer).setUint32(0, header.length, true);
    bytes.set(header, 8);
    // small exponents: neither infinite nor NaN, in whatever type
    for (let i = 0; i < at; i++) bytes[8 + header.length + i] = (i * 37) % 64;
    expect(await comparedParts(bytes)).toBe(Object.keys(types).length);
  });
});
