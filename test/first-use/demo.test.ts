import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, inFolder } from '../cli/cnnviz.js';
import { argumentsOf } from './typed-commands.js';

/** The commands that the demo prints, one a line. */
function commandsIn(text: string): string[] {
  return text.split('\n').flatMap((line) => /^ {3}(cnnviz .*)$/.exec(line)?.[1] ?? []);
}

describe('the commands that demo prints', () => {
  it.each([
    { place: 'the default', args: [], folder: 'cnnviz-demo' },
    { place: 'a folder with a space and a quote in its name', args: ['-o', "my demo's/a"], folder: "my demo's/a" },
    { place: 'the folder where the user stands', args: ['-o', '.'], folder: '.' },
  ])('can be typed where the user stands and make the same pixels: $place', ({ args, folder }) =>
    inFolder(async (cwd) => {
      const { code, stdout } = await cnnviz(['demo', ...args], { cwd });
      expect(code).toBe(0);
      const pictures = readdirSync(join(cwd, folder)).filter((name) => /^(?!seven\.png).*\.png$/.test(name));
      const before = pictures.map((name) => readFileSync(join(cwd, folder, name)));
      const commands = commandsIn(stdout);
      expect(commands.map((command) => command.split(' ')[1])).toEqual(['conv', 'conv', 'conv', 'run', 'explain']);
      for (const name of pictures) writeFileSync(join(cwd, folder, name), '');
      for (const command of commands) {
        const run = await cnnviz(argumentsOf(command), { cwd });
        const said = command.includes('digits') ? /^note: digit: dark on light [^\n]*\n$/ : /^$/;
        expect([run.code, run.stderr], command).toEqual([0, expect.stringMatching(said)]);
      }
      const after = pictures.map((name) => readFileSync(join(cwd, folder, name)));
      expect(after.map((bytes, i) => bytes.equals(before[i]))).toEqual([true, true, true, true]);
    }),
  );

  it('say what to write where there is no cnnviz in the PATH', () =>
    inFolder(async (cwd) => {
      const without = await cnnviz(['demo'], { cwd, env: { PATH: cwd } });
      expect(without.stdout).toMatch(/There is no cnnviz in your PATH: write node \S+cnnviz\.js for it/);
      writeFileSync(join(cwd, 'cnnviz'), '');
      const within = await cnnviz(['demo'], { cwd, env: { PATH: cwd } });
      expect(within.stdout).not.toContain('PATH');
    }));
});

describe('demo', () => {
  it('replaces no picture of the user that has the name of its photograph, and its fix works', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'rocket.jpg'), 'mine');
      const refused = await cnnviz(['demo', '-o', '.'], { cwd });
      expect(refused.code).toBe(2);
      expect(readFileSync(join(cwd, 'rocket.jpg'), 'utf8')).toBe('mine');
      const fix = /(cnnviz demo .*)/.exec(refused.stderr)![1];
      expect((await cnnviz(argumentsOf(fix), { cwd })).code).toBe(0);
    }));

  it.each([
    ['out.png', 'cnnviz: out.png: the demo is a folder of files\n  fix: -o out/\n'],
    ['out.npy', 'cnnviz: out.npy: the demo is a folder of files\n  fix: -o out/\n'],
    ['-', 'cnnviz: -o -: the demo is a folder of files, not one for standard output\n  fix: -o FOLDER/\n'],
    ['{name}', 'cnnviz: {name}: the demo is a folder of files, not a template\n  fix: -o FOLDER/\n'],
  ])('wants a folder, not %s', (out, says) =>
    inFolder(async (cwd) => {
      const { code, stderr } = await cnnviz(['demo', '-o', out], { cwd });
      expect([code, stderr]).toEqual([2, says]);
      expect(readdirSync(cwd)).toEqual([]);
    }),
  );
});
