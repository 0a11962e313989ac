import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { readSafetensors } from '../../../src/models/weights/safetensors.js';
import { BIN, cnnviz, inFolder, NODE } from '../../cli/cnnviz.js';
import { numbers } from '../../engine/training/network/witness.js';
import { argumentsOf } from '../../first-use/typed-commands.js';
import { SMALL, writeDigits } from './digit-files.js';

const LONG = process.env.CNNVIZ_FAULTS === 'long';
const KILLS = LONG ? 20 : 3;
const WORDS = [
  'train',
  SMALL,
  '--data',
  'mnist',
  '--epochs',
  '4',
  '--batch',
  '24',
  '--augment',
  'shift',
  '-o',
  'x.safetensors',
];

let whole: Buffer;

beforeAll(() =>
  inFolder(async (cwd) => {
    writeDigits(join(cwd, 'mnist'));
    const { code, stderr } = await cnnviz([...WORDS, '-j', '1'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    whole = readFileSync(join(cwd, 'x.safetensors'));
    expect(readdirSync(cwd).sort()).toEqual(['mnist', 'x.safetensors']);
  }),
);

describe('a trained network has the same bytes', () => {
  it('for any number of threads', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      for (const jobs of ['2', '3']) {
        const { code } = await cnnviz([...WORDS, '-j', jobs], { cwd });
        expect(code).toBe(0);
        expect(readFileSync(join(cwd, 'x.safetensors')).equals(whole)).toBe(true);
      }
    }));

  const kills = () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const { unit } = numbers(3);
      let killed = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const child = spawn(NODE, [BIN, ...WORDS, '-j', '1'], { cwd });
        // somewhere behind the first, second or third epoch that was told of
        const wanted = 1 + Math.floor(unit() * 3);
        const delay = unit() * 20;
        const signal = await new Promise((resolve) => {
          let told = 0;
          child.stdout.on('data', (chunk: Buffer) => {
            told += chunk.toString().split('epoch').length - 1;
            if (told >= wanted) setTimeout(() => child.kill('SIGKILL'), delay);
          });
          child.on('close', (_, by) => resolve(by));
        });
        if (signal === 'SIGKILL') killed++;
        const { code, stderr } = await cnnviz([...WORDS, '-j', String(1 + (kill % 2)), '--resume'], { cwd });
        expect(code, stderr).toBe(0);
        expect(readFileSync(join(cwd, 'x.safetensors')).equals(whole)).toBe(true);
        expect(existsSync(join(cwd, 'x.safetensors.unfinished'))).toBe(false);
      }
      if (LONG) process.stdout.write(`${killed} of ${KILLS} were killed before their end\n`);
      expect(killed).toBeGreaterThan(0);
    });
  it(`killed at random and gone on with, ${KILLS} times`, kills, LONG ? 900_000 : 60_000);

  it('ended by Ctrl-C with a network, and gone on with', () =>
    inFolder(async (cwd) => {
      // its words name a folder and a file of their own: the line that goes on must name them, too
      writeDigits(join(cwd, 'sets/mnist'));
      const words = [...WORDS.slice(0, 3), 'sets/mnist', ...WORDS.slice(4, -1), 'mine.safetensors'];
      const child = spawn(NODE, [BIN, ...words], { cwd });
      let [out, isTold] = ['', false];
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk;
        if (isTold || !out.includes('epoch 1/4')) return;
        isTold = true;
        child.kill('SIGINT');
      });
      const code = await new Promise((resolve) => child.on('close', resolve));
      expect(code).toBe(130);
      expect(out).toContain('ended after step ');
      const kept = readSafetensors(memorySource(readFileSync(join(cwd, 'mine.safetensors'))));
      expect(JSON.parse(kept.metadata.get('training')!).end).toBe('interrupted');
      // what it says to go on with is typed
      const again = /to go on: cnnviz (.*)/.exec(out)![1];
      expect(again).toContain('--resume');
      const { code: then, stderr } = await cnnviz(argumentsOf(`cnnviz ${again}`), { cwd });
      expect(then, stderr).toBe(0);
      expect(stderr).toMatch(/goes on after step \d+/);
      expect(readFileSync(join(cwd, 'mine.safetensors')).equals(whole)).toBe(true);
    }));

  it('and says so where there is nothing to go on with', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const { code, stderr } = await cnnviz([...WORDS, '--resume'], { cwd });
      expect([code, stderr]).toEqual([0, 'there is no x.safetensors.unfinished: begins anew\n']);
      expect(readFileSync(join(cwd, 'x.safetensors')).equals(whole)).toBe(true);
    }));

  it('and is not gone on with by other words', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const child = spawn(NODE, [BIN, ...WORDS], { cwd });
      child.stdout.once('data', () => setTimeout(() => child.kill('SIGINT'), 50));
      await new Promise((resolve) => child.on('close', resolve));
      const { code, stderr } = await cnnviz([...WORDS, '--resume', '--lr', '0.1'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain('x.safetensors.unfinished: was begun with --lr 0.05, not 0.1');
    }));
});

describe('what is in it', () => {
  it('has the names of the layers, and says how it was made, without a date, path or machine', () => {
    const { tensors, metadata } = readSafetensors(memorySource(whole));
    expect(tensors.map(({ name }) => name)).toEqual([
      'conv.weight',
      'conv.bias',
      'batch_norm.weight',
      'batch_norm.bias',
      'linear.weight',
      'linear.bias',
      'batch_norm.running_mean',
      'batch_norm.running_var',
    ]);
    const command = JSON.parse(metadata.get('command')!);
    expect(command.slice(0, 4)).toEqual(['train', SMALL, '--data', 'mnist']);
    expect(command).toContain('--augment');
    expect(JSON.parse(metadata.get('classes')!)).toHaveLength(10);
    expect(JSON.parse(metadata.get('accuracy')!).test.images).toBe(60);
  });
});
