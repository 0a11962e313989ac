import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandLines } from '../../src/commands/article/make-article.js';
import { inFolder } from '../cli/cnnviz.js';

/** A program that prints what it was given, writes a file when it starts and one when it ends. */
const PROGRAM = `
const fs = require('node:fs');
const [name, wait = '0', code = '0'] = process.argv.slice(2);
fs.writeFileSync(name + '.started', String(fs.readdirSync('.').filter((file) => /started$/.test(file)).length));
setTimeout(() => {
  process.stdout.write('out ' + name + ' ' + process.env.NO_COLOR + ' ' + process.env.FORCE_COLOR);
  process.stderr.write('err ' + name);
  fs.writeFileSync(name + '.ended', '');
  process.exitCode = Number(code);
}, Number(wait));
`;

function linesIn(folder: string, jobs: number): CommandLines {
  const script = join(folder, 'program.cjs');
  writeFileSync(script, PROGRAM);
  return new CommandLines({ program: [process.execPath, script], folder, jobs });
}

describe('command lines', () => {
  it('run in their folder and give back what they print, and their exit code', () =>
    inFolder(async (folder) => {
      const outcome = await linesIn(folder, 2).run(['a', '0', '3']);
      expect(outcome).toEqual({ code: 3, stdout: 'out a 1 undefined', stderr: 'err a' });
      expect(existsSync(join(folder, 'a.ended'))).toBe(true);
    }));

  it('run one after the other when only one may', () =>
    inFolder(async (folder) => {
      const lines = linesIn(folder, 1);
      const ended: string[] = [];
      const run = async (name: string) => {
        await lines.run([name, name === 'a' ? '200' : '0']);
        ended.push(name);
      };
      const running = ['a', 'b', 'c'].map(run);
      await running[0];
      expect(existsSync(join(folder, 'c.started'))).toBe(false);
      await Promise.all(running);
      expect(ended).toEqual(['a', 'b', 'c']);
    }));

  it('end their children when they are stopped, and start no more', () =>
    inFolder(async (folder) => {
      const lines = linesIn(folder, 1);
      const outcomes = [lines.run(['a', '60000']), lines.run(['b'])];
      while (!existsSync(join(folder, 'a.started'))) await new Promise((resolve) => setTimeout(resolve, 20));
      lines.stop();
      expect((await Promise.all(outcomes)).map(({ code }) => code)).toEqual([null, null]);
      expect(existsSync(join(folder, 'a.ended'))).toBe(false);
      expect(existsSync(join(folder, 'b.started'))).toBe(false);
    }));

  it('that cannot be started say so, and the next one runs', () =>
    inFolder(async (folder) => {
      const lines = new CommandLines({ program: [join(folder, 'nothing'), 'x'], folder, jobs: 1 });
      const outcomes = await Promise.allSettled([lines.run([]), lines.run([])]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    }));
});
