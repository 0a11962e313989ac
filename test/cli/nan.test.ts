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
