import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const MODELS = fileURLToPath(new URL('../../../fixtures/models/', import.meta.url));
const FIVE = join(IMAGES, 'five.png');

describe('weights', () => {
  const ZIP = join(MODELS, 'checkpoints/zip-2.pth');

  it('lists names, types, shapes and ranges; --json the same as data', async () => {
    const { code, stdout } = await cnnviz(['weights', ZIP]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bfloat16 +bfloat16 +3×4×5 +120 bytes +−2\.11 +0\.0532 +1\.85$/m);
    expect(stdout).toContain('17 arrays, 434 numbers');
    const { tensors, format } = JSON.parse((await cnnviz(['weights', ZIP, '--json'])).stdout);
    expect(format).toBe('pytorch');
    expect(tensors.find(({ name }: { name: string }) => name === 'half')).toMatchObject({
      dtype: 'float16',
      shape: [3, 4, 5],
    });
    expect(tensors.find(({ name }: { name: string }) => name === 'empty')).toMatchObject({
      min: null,
      max: null,
      mean: null,
    });
  });

  it('integers beyond 2^53 cost their own statistics, and are named', () =>
    inFolder(async (cwd) => {
      const header =
        '{"seed":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}';
      const bytes = Buffer.alloc(8 + header.length + 12);
      bytes.writeBigUInt64LE(BigInt(header.length));
      bytes.write(header, 8);
      bytes.writeBigInt64LE(2n ** 60n, 8 + header.length);
      writeFileSync(join(cwd, 'a.safetensors'), bytes);
      const { code, stdout } = await cnnviz(['weights', 'a.safetensors'], { cwd });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^seed +int64 +1 +8 bytes +beyond 2\^53$/m);
      expect(stdout).toContain('note: "seed": the 64-bit integer 1152921504606846976 is beyond 2^53');
      expect(stdout).toContain('2 arrays, 2 numbers');
    }));

  it('takes one array out: floats become float32, integers stay', () =>
    inFolder(async (cwd) => {
      await cnnviz(['weights', ZIP, '--tensor', 'double', '-o', 'd.npy'], { cwd });
      await cnnviz(['weights', ZIP, '--tensor', 'int16'], { cwd });
      expect(readFileSync(join(cwd, 'd.npy')).toString('latin1')).toContain("'descr': '<f4'");
      expect(readFileSync(join(cwd, 'int16.npy')).toString('latin1')).toContain("'descr': '<i2'");
      const missing = await cnnviz(['weights', ZIP, '--tensor', 'int61', '-o', 'x.npy'], { cwd });
      expect(missing.code).toBe(2);
      expect(missing.stderr).toContain('did you mean int64?');
    }));

  it('a hostile name never reaches the terminal as a command', () =>
    inFolder(async (cwd) => {
      const header = JSON.stringify({
        'a\u001b[2Jb\u001b[31m\u001b[8mc': { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
      });
      const bytes = Buffer.alloc(8 + header.length + 4);
      bytes.writeBigUInt64LE(BigInt(header.length), 0);
      bytes.write(header, 8);
      writeFileSync(join(cwd, 'x.safetensors'), bytes);
      const { stdout, code } = await cnnviz(['weights', 'x.safetensors'], { cwd });
      expect(code).toBe(0);
      expect(stdout).not.toContain('\u001b');
      const coloured = await cnnviz(['weights', 'x.safetensors'], { cwd, env: { FORCE_COLOR: '1' } });
      expect(coloured.stdout).toContain('\u001b[1mx.safetensors\u001b[22m');
      expect(coloured.stdout).toContain('a�[2Jb�[31m�[8mc');
    }));

  it('files that hold no weights are refused, with the formats that are read', async () => {
    const { code, stderr } = await cnnviz(['weights', FIVE]);
    expect(code).toBe(2);
    expect(stderr).toContain('not a file of weights');
    expect(stderr).toContain('.npy, .npz, .safetensors, PyTorch .pth, .onnx');
  });
});
