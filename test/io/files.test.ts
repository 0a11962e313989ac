import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileIdentity, readBytes, writeAtomic } from '../../src/io/files.js';
import { findInputs } from '../../src/io/inputs.js';
import { safeName } from '../../src/io/paths.js';
import { inFolder } from '../cli/cnnviz.js';

const bytes = Uint8Array.of(1, 2, 3);

describe('writeAtomic', () => {
  it('creates folders, replaces files, and leaves no temporary file', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'a/b/c.png');
      await writeAtomic(path, bytes, { clobber: true });
      await writeAtomic(path, Uint8Array.of(9), { clobber: true });
      expect([...readFileSync(path)]).toEqual([9]);
      expect(readdirSync(join(folder, 'a/b'))).toEqual(['c.png']);
    }));

  it('refuses an existing file without clobber and leaves it as it was', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'c.png');
      await writeAtomic(path, bytes, { clobber: false });
      await expect(writeAtomic(path, Uint8Array.of(9), { clobber: false })).rejects.toMatchObject({ code: 'usage' });
      expect([...readFileSync(path)]).toEqual([1, 2, 3]);
      expect(readdirSync(folder)).toEqual(['c.png']);
    }));

  it('replaces a link instead of writing through it', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'victim'), 'safe');
      symlinkSync(join(folder, 'victim'), join(folder, 'out.png'));
      await writeAtomic(join(folder, 'out.png'), bytes, { clobber: true });
      expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('safe');
      expect(() => readlinkSync(join(folder, 'out.png'))).toThrow();
    }));

  it('names what stands in the way and leaves nothing behind', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'file'), '');
      mkdirSync(join(folder, 'taken.png'));
      await expect(writeAtomic(join(folder, 'file/x.png'), bytes, { clobber: true })).rejects.toMatchObject({
        code: 'output',
      });
      await expect(writeAtomic(join(folder, 'taken.png'), bytes, { clobber: true })).rejects.toMatchObject({
        code: 'output',
      });
      await expect(writeAtomic(join(folder, `${'n'.repeat(300)}.png`), bytes, { clobber: true })).rejects.toThrow(
        'too long',
      );
      await writeAtomic(join(folder, `${'é'.repeat(120)}.png`), bytes, { clobber: true });
      expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    }));
});

describe('readBytes', () => {
  it('says what is wrong and which name was meant', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'photo.jpg'), 'x');
      await expect(readBytes(join(folder, 'phato.jpg'))).rejects.toMatchObject({
        code: 'input',
        message: `${join(folder, 'phato.jpg')}: no such file`,
        fix: `did you mean ${join(folder, 'photo.jpg')}?`,
      });
      await expect(readBytes(folder)).rejects.toThrow('is a folder');
    }));

  it('knows one file under two names', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'a'), '');
      symlinkSync(join(folder, 'a'), join(folder, 'b'));
      expect(fileIdentity(join(folder, 'a'))).toBe(fileIdentity(join(folder, 'b')));
      expect(fileIdentity(join(folder, 'a'))).not.toBeNull();
      expect(fileIdentity(join(folder, 'none'))).toBeNull();
    }));
});

describe('findInputs', () => {
  const plain = { recursive: false, lists: [] };
  const tree = (folder: string) => {
    mkdirSync(join(folder, 'in/b'), { recursive: true });
    for (const name of ['in/z.PNG', 'in/a.jpg', 'in/notes.txt', 'in/.hidden.png', 'in/b/c.npy', '[1].png', '1.png']) {
      writeFileSync(join(folder, name), '');
    }
  };
  const shown = (folder: string, inputs: { path: string }[]) =>
    inputs.map(({ path }) => path.replace(`${folder}/`, ''));

  it('takes the images of a folder, sorted, and with recursive those below', () =>
    inFolder(async (folder) => {
      tree(folder);
      expect(shown(folder, await findInputs([join(folder, 'in')], plain))).toEqual(['in/a.jpg', 'in/z.PNG']);
      const deep = await findInputs([join(folder, 'in')], { ...plain, recursive: true });
      expect(shown(folder, deep)).toEqual(['in/a.jpg', 'in/b/c.npy', 'in/z.PNG']);
      expect(deep.map(({ name, ext, relative }) => [name, ext, relative])).toEqual([
        ['a', '.jpg', ''],
        ['c', '.npy', 'b'],
        ['z', '.PNG', ''],
      ]);
    }));

  it('takes a name that exists as it is, a glob otherwise, and each path once', () =>
    inFolder(async (folder) => {
      tree(folder);
      expect(shown(folder, await findInputs([join(folder, '[1].png')], plain))).toEqual(['[1].png']);
      const twice = await findInputs([join(folder, 'in/*.jpg'), join(folder, 'in/a.jpg')], plain);
      expect(shown(folder, twice)).toEqual(['in/a.jpg']);
      expect(await findInputs([join(folder, 'in/*.gif')], plain)).toEqual([]);
      expect(shown(folder, await findInputs([join(folder, 'gone.png')], plain))).toEqual(['gone.png']);
    }));

  it('reads lists, by lines or by NUL', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'lines'), 'a.png\r\nb c.png\n');
      writeFileSync(join(folder, 'nuls'), 'd\ne.png\0');
      const lists = [
        { path: join(folder, 'lines'), nul: false },
        { path: join(folder, 'nuls'), nul: true },
      ];
      expect(shown(folder, await findInputs([], { recursive: false, lists }))).toEqual([
        'a.png',
        'b c.png',
        'd\ne.png',
      ]);
      await expect(
        findInputs([], { recursive: false, lists: [{ path: join(folder, 'no'), nul: false }] }),
      ).rejects.toMatchObject({
        code: 'usage',
      });
    }));
});

describe('safeName', () => {
  it.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['a/b\\c:d', 'a_b_c_d'],
    ['con', '_con'],
    ['..', '_'],
    ['-rf', 'rf'],
    ['line\nbreak\u001b[31m', 'line_break_[31m'],
    ['features.0', 'features.0'],
  ])('%j becomes %j', (text, safe) => expect(safeName(text)).toBe(safe));
});
