import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { readSafetensors } from '../../../src/models/weights/safetensors.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';
import { SMALL, writeDigits } from './digit-files.js';

it('a network trained on digits as MNIST has them says so, and takes any digit from then on', () =>
  inFolder(async (cwd) => {
    writeDigits(join(cwd, 'mnist'));
    const train = ['train', SMALL, '--data', 'mnist', '--epochs', '1', '--preset', 'mnist', '-o', 'x.safetensors'];
    const trained = await cnnviz(train, { cwd });
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    const { metadata } = readSafetensors(memorySource(readFileSync(join(cwd, 'x.safetensors'))));
    expect([metadata.get('cnnviz.input'), metadata.get('cnnviz.normalize')]).toEqual(['mnist', '0.1307/0.3081']);
    const args = ['run', SMALL, join(IMAGES, 'digits/7.png'), '-w', 'x.safetensors', '--json'];
    const said = await cnnviz(args, { cwd });
    expect([said.code, said.stderr]).toEqual([0, expect.stringContaining('digit: dark on light turned round')]);
    const [{ preprocess, top }] = JSON.parse(said.stdout).results;
    expect(preprocess).toBe('28×28 (as MNIST, mean/std)');
    expect(top[0].label).toMatch(/^\d$/);
  }));
