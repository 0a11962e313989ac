import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { readNote } from '../../../src/io/encode.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const NET = `input: [3, 16, 16]
layers:
  - { type: conv, out_channels: 4, kernel_size: 3, padding: 1 }
  - relu
  - flatten
  - { type: linear, out_features: 3 }
`;
const FLAGS = ['--init', 'seed:3', '--resize', '16,16'];

it.each([
  ['saliency', ['deep/tiny.yaml', 'deep/five.png', ...FLAGS, '--signed', '--labels', 'deep/names.txt']],
  ['occlude', ['deep/tiny.yaml', 'deep/five.png', ...FLAGS, '--measure', 'probability', '--size', '5']],
  ['ablate', ['deep/tiny.yaml', 'deep/five.png', ...FLAGS, '-l', 'relu', '--fill', 'mean', '--class', '1']],
  ['top', ['deep/tiny.yaml', 'deep/photos/', ...FLAGS, '-l', 'relu', '--count', '2', '--normalize', '0.5/0.25']],
] as const)('the note of %s is a command that draws the same pixels beside the files', (command, args) =>
  inFolder(async (cwd) => {
    for (const folder of ['deep', '.']) {
      mkdirSync(join(cwd, folder, 'photos'), { recursive: true });
      for (const name of ['five.png', 'bars17.png'])
        copyFileSync(join(IMAGES, name), join(cwd, folder, 'photos', name));
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, folder, 'five.png'));
      writeFileSync(join(cwd, folder, 'tiny.yaml'), NET);
      writeFileSync(join(cwd, folder, 'names.txt'), 'cat\ndog\nrocket\n');
    }
    const first = await cnnviz([command, ...args, '-o', 'first.png'], { cwd });
    expect(first.stderr).not.toContain('cnnviz:');
    const note = JSON.parse((await readNote(readFileSync(join(cwd, 'first.png'))))!);
    expect(note.args[0]).toBe(command);
    const again = await cnnviz([...note.args, '-o', 'again.png'], { cwd });
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining('cnnviz:')]);
    const pixels = (name: string) => sharp(join(cwd, name)).raw().toBuffer();
    expect((await pixels('again.png')).equals(await pixels('first.png'))).toBe(true);
  }),
);
