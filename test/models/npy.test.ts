import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import { tensor } from '../../src/core/tensor.js';
import { npyToTensor, readNpy, writeNpy } from '../../src/models/npy.js';
import { randomArray, seeded } from '../random.js';

/** A .npy file with any header, right or wrong. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const text = `${header}\n`;
  const bytes = new Uint8Array((version === 1 ? 10 : 12) + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(new TextEncoder().encode(text), version === 1 ? 10 : 12);
  bytes.set(data, bytes.length - data.length);
  return bytes;
}

const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }`;

describe('readNpy', () => {
  it('gives back what writeNpy wrote, at any offset in a buffer', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }), fc.integer(), (shape, seed) => {
        const x = tensor(
          randomArray(
            shape.reduce((a, b) => a * b, 1),
            seed,
          ),
          shape,
        );
        const bytes = writeNpy(x);
        const shifted = new Uint8Array(bytes.length + 3);
        shifted.set(bytes, 3);
        const back = readNpy(shifted.subarray(3));
        expect([back.dtype, back.shape]).toEqual(['f4', shape]);
        expect(back.data).toEqual(x.data);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('writes the bytes of numpy.save', () => {
    // python3 -c "import numpy,io,base64;f=io.BytesIO();numpy.save(f,numpy.float32([[1,2]]));print(base64.b64encode(f.getvalue()).decode())"
    const expected =
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIpLCB9' +
      'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAQA==';
    expect(Buffer.from(writeNpy(tensor(Float32Array.of(1, 2), [1, 2]))).toString('base64')).toBe(expected);
  });

  it('leaves room in the header as numpy.save does', () => {
    // numpy 1.24 and 2.4 write 192 bytes for (0, 1234567, …, 1234567): the first side may grow to 21 digits
    const x = tensor(new Float32Array(0), [0, ...new Array<number>(6).fill(1234567)]);
    expect(writeNpy(x).length).toBe(192);
  });

  it('widens every float16 to its exact value', () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const wide = readNpy(npy(header('<f2', '65536,'), new Uint8Array(bits.buffer))).data as Float32Array;
    for (const [at, value] of [
      [0x0001, 1 / 16_777_216],
      [0x03ff, 1023 / 16_777_216],
      [0x0400, 1 / 16_384],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0x7bff, 65504],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0x8000, -0],
      [0xc000, -2],
    ]) {
      expect(Object.is(wide[at], value), `0x${at.toString(16)}: ${wide[at]}`).toBe(true);
    }
    const finite = wide.subarray(0, 0x7c00);
    expect(finite.findIndex((value, i) => i > 0 && value <= finite[i - 1])).toBe(-1);
    expect(finite.findIndex((value, i) => wide[i + 0x8000] !== -value)).toBe(-1);
    expect(wide[0x7c01]).toBeNaN();
  });

  it('reads what numpy wrote in column-major order', () => {
    // python3 -c "import numpy,io,base64;f=io.BytesIO();numpy.save(f,numpy.asfortranarray(numpy.arange(6,dtype='>i2').reshape(2,3)));print(base64.b64encode(f.getvalue()).decode())"
    const saved =
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAg' +
      'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAADAAEABAACAAU=';
    const array = readNpy(Buffer.from(saved, 'base64'));
    expect([array.dtype, array.shape, [...(array.data as Int16Array)]]).toEqual(['i2', [2, 3], [0, 1, 2, 3, 4, 5]]);
  });

  it.each([
    ['<f8', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
    ['>f4', [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], [1, -2]],
    ['<f2', [0, 0x3c, 1, 0, 0, 0xfc], [1, 2 ** -24, Number.NEGATIVE_INFINITY]],
    ['|u1', [1, 255], [1, 255]],
    ['|b1', [0, 1, 7], [0, 1, 1]],
    ['>i2', [0xff, 0xfe], [-2]],
    ['<i8', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [-1]],
  ])('reads %s', (descr, bytes, expected) => {
    const array = readNpy(npy(header(descr, `${expected.length},`), Uint8Array.from(bytes)));
    expect([...npyToTensor(array).data]).toEqual(expected);
  });

  it('turns column-major data into row-major', () => {
    const array = readNpy(npy(header('|u1', '2, 3', 'True'), Uint8Array.of(1, 4, 2, 5, 3, 6)));
    expect([...(array.data as Uint8Array)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['no magic', Uint8Array.of(1, 2, 3), 'magic is missing'],
    ['version 9', npy(header('<f4', ''), new Uint8Array(4), 9), 'version 9.0'],
    ['objects', npy(header('|O', '1,'), new Uint8Array(8)), 'Python objects'],
    ['complex numbers', npy(header('<c8', '1,'), new Uint8Array(8)), 'dtype <c8'],
    ['less data than its shape', npy(header('<f4', '3,'), new Uint8Array(8)), 'needs 12 bytes of data, found 8'],
    ['more data than its shape', npy(header('<f4', '1,'), new Uint8Array(8)), 'needs 4 bytes of data, found 8'],
    ['an overflowing shape', npy(header('<f4', '4294967296, 4294967296'), new Uint8Array(8)), 'bytes of data, found 8'],
    ['a negative shape', npy(header('<f4', '-1,'), new Uint8Array(4)), 'unknown form'],
    ['a header with code', npy(`__import__('os').system('id')`, new Uint8Array(0)), 'unknown form'],
    ['a header longer than the file', writeNpy(tensor(new Float32Array(1), [1])).subarray(0, 40), 'in a file of 40'],
    ['thousands of axes', npy(header('<f4', '1,'.repeat(2000)), new Uint8Array(4)), '2000 axes: expected at most 64'],
    [
      'structures',
      npy(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }`, new Uint8Array(4)),
      'form',
    ],
    ['bytes after an empty array', npy(header('<f4', '0, 5'), new Uint8Array(1)), 'needs 0 bytes of data, found 1'],
    ['a huge header', npy(header('<f4', '1,').padEnd(20000), new Uint8Array(4)), 'at most 10000'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(CnnvizError);
    expect(() => readNpy(bytes)).toThrow(message);
  });

  it('answers 2,000 mutations with an array or an error of its own', () => {
    const next = seeded(8);
    const whole = writeNpy(tensor(randomArray(24, 9), [2, 3, 4]));
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from(whole);
      for (let hit = 0; hit < 1 + next() * 4; hit++) bytes[Math.floor(next() * 130)] = Math.floor(next() * 256);
      try {
        expect(
          readNpy(bytes.subarray(0, next() < 0.2 ? Math.floor(next() * bytes.length) : bytes.length)).data.length,
        ).toBeLessThan(100);
      } catch (error) {
        expect(error).toBeInstanceOf(CnnvizError);
      }
    }
  });
});
