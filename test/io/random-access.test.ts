import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import { fileBeside, openFile } from '../../src/io/random-access.js';

let root: string;
let model: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cnnviz-beside-'));
  mkdirSync(join(root, 'models/sub'), { recursive: true });
  mkdirSync(join(root, 'elsewhere'));
  model = join(root, 'models/m.onnx');
  writeFileSync(model, 'model');
  writeFileSync(join(root, 'models/data.bin'), Uint8Array.of(1, 2, 3, 4));
  writeFileSync(join(root, 'models/sub/data.bin'), Uint8Array.of(5));
  writeFileSync(join(root, 'elsewhere/secret'), 'secret');
  symlinkSync(join(root, 'elsewhere/secret'), join(root, 'models/link'));
  symlinkSync(join(root, 'elsewhere'), join(root, 'models/folder-link'));
  symlinkSync('data.bin', join(root, 'models/inside-link'));
  writeFileSync(join(root, 'models/twice'), 'x');
  linkSync(join(root, 'models/twice'), join(root, 'elsewhere/twice'));
  execFileSync('mkfifo', [join(root, 'models/pipe')]);
  // a cache of models keeps links to its files: what lies beside the real model may be read
  symlinkSync(model, join(root, 'elsewhere/m.onnx'));
});

afterAll(() => rmSync(root, { recursive: true }));

describe('files in parts', () => {
  it('are read where they are asked for, into shared memory too', async () => {
    const file = await openFile(join(root, 'models/data.bin'));
    expect(file.size).toBe(4);
    expect([...file.read(1, 2)]).toEqual([2, 3]);
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    file.readInto(1, shared);
    expect([...shared]).toEqual([2, 3, 4]);
    expect(() => file.read(3, 2)).toThrow('bytes 3 … 5 lie outside the 4 bytes of the file');
    file.close();
  });

  it('that are no files are refused with words', async () => {
    await expect(openFile(join(root, 'models'))).rejects.toMatchObject({
      code: 'input',
      message: expect.stringContaining('is a folder'),
    });
    await expect(openFile(join(root, 'models/data.bni'))).rejects.toMatchObject({
      message: expect.stringContaining('no such file'),
      fix: expect.stringContaining('data.bin'),
    });
  });
});

describe('external data', () => {
  it('beside the model, below it, through links that stay there, and beside the real model of a link', () => {
    expect([...fileBeside(model)('data.bin').read(0, 4)]).toEqual([1, 2, 3, 4]);
    expect([...fileBeside(model)('sub/data.bin').read(0, 1)]).toEqual([5]);
    expect([...fileBeside(model)('inside-link').read(0, 4)]).toEqual([1, 2, 3, 4]);
    expect([...fileBeside(join(root, 'elsewhere/m.onnx'))('data.bin').read(0, 4)]).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['../elsewhere/secret', 'leads out of the folder'],
    ['sub/../../elsewhere/secret', 'leads out of the folder'],
    ['/etc/passwd', 'an absolute path'],
    ['C:\\secret', 'an absolute path'],
    ['\\\\host\\share', 'an absolute path'],
    ['link', 'a link leads out'],
    ['folder-link/secret', 'a link leads out'],
    ['twice', 'a hard link'],
    ['pipe', 'not a regular file'],
    ['sub', 'not a regular file'],
    ['missing', 'no such file beside'],
    ['', 'not a file name'],
    ['a\0b', 'not a file name'],
  ])('%j is refused', (name, words) => {
    let refused: unknown;
    try {
      fileBeside(model)(name);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(CnnvizError);
    expect((refused as Error).message).toContain(words);
  });
});
