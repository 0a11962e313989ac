import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, findClassFolders, isFolder, removeBelow } from '../../src/io/folders.js';
import { inFolder } from '../cli/cnnviz.js';

/** Files of one byte in a folder of its own. */
function withFiles<T>(paths: readonly string[], use: (folder: string) => Promise<T>): Promise<T> {
  return inFolder((folder) => {
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), 'x');
    }
    return use(folder);
  });
}

describe('files below a folder', () => {
  it('are all of them, by code units, wherever they lie', () =>
    withFiles(['b.txt', 'a/z/deep.txt', 'a/b', 'B'], async (folder) => {
      mkdirSync(join(folder, 'empty'));
      expect(await filesBelow(folder)).toEqual(['B', 'a/b', 'a/z/deep.txt', 'b.txt']);
    }));

  it('are none when there is no such folder', () =>
    inFolder(async (folder) => expect(await filesBelow(join(folder, 'missing'))).toEqual([])));

  it('are refused of a file, which says that it is one', () =>
    withFiles(['one'], (folder) =>
      expect(filesBelow(join(folder, 'one'))).rejects.toMatchObject({
        code: 'usage',
        message: `${join(folder, 'one')}: is a file, not a folder`,
      }),
    ));
});

describe('a file that is removed', () => {
  it('takes the folders with it that it leaves empty, up to the root and not the root', () =>
    withFiles(['a/b/c/one.txt'], async (folder) => {
      await removeBelow(folder, 'a/b/c/one.txt');
      expect(existsSync(folder)).toBe(true);
      expect(readdirSync(folder)).toEqual([]);
    }));

  it('leaves a folder that holds something else, and all above it', () =>
    withFiles(['a/b/c/one.txt', 'a/kept.txt'], async (folder) => {
      await removeBelow(folder, 'a/b/c/one.txt');
      expect(await filesBelow(folder)).toEqual(['a/kept.txt']);
      expect(readdirSync(join(folder, 'a'))).toEqual(['kept.txt']);
    }));

  it('that is not there is an error with its name', () =>
    inFolder((folder) =>
      expect(removeBelow(folder, 'gone.txt')).rejects.toMatchObject({
        code: 'output',
        message: `${join(folder, 'gone.txt')}: cannot be removed`,
      }),
    ));
});

describe('folders of classes', () => {
  it('are sub-folders and links to folders, by name, without hidden ones; images beside them are loose', () =>
    withFiles(
      ['dog/b.png', 'dog/more/a.png', 'cat/a.jpg', '.cache/a.png', 'loose.png', 'notes.txt'],
      async (folder) => {
        symlinkSync(join(folder, 'cat'), join(folder, 'bird'));
        symlinkSync(join(folder, 'notes.txt'), join(folder, 'ant'));
        const { classes, loose } = await findClassFolders(folder);
        const found = classes.map(({ name, inputs }) => [name, inputs.length]);
        expect(found).toEqual([
          ['bird', 1],
          ['cat', 1],
          ['dog', 2],
        ]);
        expect(loose).toHaveLength(1);
      },
    ));

  it('are refused of a file, with what it is', () =>
    withFiles(['one.png'], (folder) =>
      expect(findClassFolders(join(folder, 'one.png'))).rejects.toMatchObject({
        code: 'input',
        message: expect.stringContaining('not a folder with a sub-folder for each class'),
      }),
    ));

  it('a name is a folder, or not, or nothing', () =>
    withFiles(['a/file'], async (folder) => {
      const names = ['a', 'a/file', 'b'].map((name) => isFolder(join(folder, name)));
      expect(await Promise.all(names)).toEqual([true, false, false]);
    }));
});
