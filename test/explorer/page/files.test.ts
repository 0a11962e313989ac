import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileNote, readFileKind } from '../../../src/explorer/page/input/file-kind.js';
import { fileName, npyBytes } from '../../../src/explorer/page/save/npy.js';
import { readNpy } from '../../../src/models/npy.js';

const image = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../fixtures/images/${name}`, import.meta.url)));

describe('a file that is given to the page', () => {
  it('is a PNG of colours, whose pixels are exact', () => {
    const kind = readFileKind(image('chelsea.png'));
    expect(kind).toEqual({ type: 'png', isGray: false, depth: 8, hasAlpha: false });
    expect(fileNote(kind)).toBe('');
  });

  it('is a gray PNG', () => expect(readFileKind(image('brick.png')).isGray).toBe(true));

  it('is a JPEG, whose pixels may differ', () => {
    const kind = readFileKind(image('rocket.jpg'));
    expect(kind).toMatchObject({ type: 'jpeg', isGray: false });
    expect(fileNote(kind)).toContain('may differ by a level');
  });

  it('of 16 bits or with transparent pixels says so', () => {
    expect(fileNote({ type: 'png', isGray: true, depth: 16, hasAlpha: false })).toContain('16 bits');
    expect(fileNote({ type: 'png', isGray: false, depth: 8, hasAlpha: true })).toContain('transparent');
  });

  it('that is cut off, or is none, breaks nothing', () => {
    for (let length = 0; length < 40; length++) {
      expect(readFileKind(image('rocket.jpg').subarray(0, length)).depth).toBe(8);
      expect(readFileKind(image('chelsea.png').subarray(0, length)).isGray).toBe(false);
    }
  });
});

describe('numbers that are saved', () => {
  it.each([[[10]], [[1, 2, 3, 4]], [[]]])('of shape %j are read back', (shape) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 3);
    const found = readNpy(npyBytes(shape, data));
    expect(found).toEqual({ dtype: 'f4', shape, data });
  });

  it('have a name that no system minds', () => {
    expect(fileName('features.0', 'npy')).toBe('features.0.npy');
    expect(fileName('/layer1/conv/Conv', 'png')).toBe('layer1-conv-Conv.png');
    expect(fileName('../../etc:passwd', 'npy')).toBe('etc-passwd.npy');
    expect(fileName('...', 'npy')).toBe('layer.npy');
  });
});
