import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { encodeNpy } from '../../src/index.js';
import { cnnviz, inFolder } from './cnnviz.js';

it('NaN in an array passes through with one warning on stderr', () =>
  inFolder(async (cwd) => {
    const x = tensor(Float32Array.of(1, 2, Number.NaN, 4, 5, 6, 7, 8, 9), [3, 3]);
    writeFileSync(join(cwd, 'x.npy'), encodeNpy(x));
    const run = await cnnviz(['conv', 'x.npy', '-k', '1 1', '-o', 'y.png'], { cwd });
    expect([run.code, run.stderr]).toEqual([0, 'note: x.npy: 1 of 9 values are NaN or infinite and pass through\n']);
    expect(run.stdout).toContain('1 NaN and 0 infinite values in the map');
    const read = await cnnviz(['read', 'y.png'], { cwd });
    expect(read.stdout).toContain('1 NaN');
  }));

it('NaN in a kernel file or a bias file refuses the command', () =>
  inFolder(async (cwd) => {
    writeFileSync(join(cwd, 'x.npy'), encodeNpy(tensor(new Float32Array(9), [3, 3])));
    writeFileSync(join(cwd, 'k.npy'), encodeNpy(tensor(Float32Array.of(1, Number.NaN), [1, 2])));
    writeFileSync(join(cwd, 'b.npy'), encodeNpy(tensor(Float32Array.of(Number.POSITIVE_INFINITY), [1])));
    const kernel = await cnnviz(['conv', 'x.npy', '-k', 'k.npy'], { cwd });
    expect([kernel.code, kernel.stderr]).toEqual([2, expect.stringContaining('k.npy: kernel: weight [0, 1] is NaN')]);
    const bias = await cnnviz(['conv', 'x.npy', '-k', '1 1', '--bias', 'b.npy'], { cwd });
    expect([bias.code, bias.stderr]).toEqual([2, expect.stringContaining('b.npy: a bias is NaN or infinite')]);
  }));
