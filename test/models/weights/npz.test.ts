import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { crc32 } from '../../../src/core/crc32.js';
import { readCheckpoint } from '../../../src/models/weights/index.js';
import { inflate } from '../../../src/models/weights/inflate.js';
import { seeded } from '../../random.js';

const FOLDER = new URL('../../../fixtures/models/weights/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Record<
  string,
  { shape: number[]; values: number[] }
>;

describe('archives of numpy', () => {
  it.each(['stored.npz', 'packed.npz'])('%s: every type, order and byte order', (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, FOLDER)));
    const { tensors, format } = readCheckpoint(memorySource(bytes), { name: 'x', beside: null });
    expect(format).toBe('npz');
    expect(tensors.map((one) => one.name)).toEqual(Object.keys(expected));
    for (const one of tensors) {
      expect(one.shape, one.name).toEqual(expected[one.name].shape);
      expect([...one.load().data].map(Math.fround), one.name).toEqual(expected[one.name].values);
      const into = new Float32Array(expected[one.name].values.length);
      one.loadInto(into);
      expect([...into], one.name).toEqual(expected[one.name].values);
    }
  });

  it('a compressed entry whose bytes were changed does not fit its checksum', () => {
    const bytes = new Uint8Array(readFileSync(new URL('packed.npz', FOLDER)));
    bytes[60] ^= 1;
    expect(() => {
      const { tensors } = readCheckpoint(memorySource(bytes), { name: 'x', beside: null });
      for (const one of tensors) one.load();
    }).toThrow(/checksum|compressed data/);
  });
});

describe('inflate', () => {
  it('unpacks what zlib packs, at every level', () => {
    const next = seeded(3);
    for (const size of [0, 1, 100, 70_000]) {
      for (const kind of [1, 4, 256]) {
        const bytes = Uint8Array.from({ length: size }, () => Math.floor(next() * kind));
        for (const level of [0, 1, 6, 9]) {
          const unpacked = inflate(new Uint8Array(deflateRawSync(bytes, { level })), size);
          expect(crc32(unpacked)).toBe(crc32(bytes));
          expect(unpacked.length).toBe(size);
        }
      }
    }
  });

  it('refuses data that are longer, shorter or damaged', () => {
    const packed = new Uint8Array(deflateRawSync(new Uint8Array(1000)));
    expect(() => inflate(packed, 999)).toThrow('longer than the 999 bytes it claims');
    expect(() => inflate(packed, 1001)).toThrow('1000 bytes, 1001 were claimed');
    expect(() => inflate(packed.slice(0, -1), 1000)).toThrow('ends too early');
    expect(() => inflate(Uint8Array.of(7), 0)).toThrow('an unknown kind of block');
  });
});
