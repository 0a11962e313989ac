import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openFile } from '../../../src/io/random-access.js';
import { writeValue } from '../../../src/models/npy.js';
import { readWeights } from '../../../src/models/weights/index.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const DUMPS = fileURLToPath(new URL('../../../fixtures/expected/dumps/', import.meta.url));
const CHELSEA = join(IMAGES, 'chelsea.png');
const PREPARED = ['--preset', 'imagenet', '--resize', '12,16', '--crop', '12,16'];

async function compared(kept: string, cwd: string, flags: readonly string[] = PREPARED) {
  const args = ['compare', join(DUMPS, 'net.onnx'), kept, CHELSEA, '--json', ...flags];
  const { code, stdout, stderr } = await cnnviz(args, { cwd });
  return { code, found: stdout === '' ? null : JSON.parse(stdout), stderr };
}

describe('compare with what PyTorch kept', () => {
  it('every module that was kept is the same layer, batch norms folded, calls of one module told apart', () =>
    inFolder(async (cwd) => {
      const { code, found } = await compared(join(DUMPS, 'kept.npz'), cwd);
      expect([code, found.first]).toEqual([0, null]);
      expect(found.inputs.same).toBe(true);
      const pairs = Object.fromEntries(found.layers.map(({ a, b }: { a: string; b: string }) => [a, b]));
      expect(pairs).toMatchObject({
        '/conv1/Conv': 'conv1',
        '/layer1/layer1.0/conv1/Conv': 'layer1.0.bn1',
        '/layer1/layer1.0/relu_1/Relu': expect.stringMatching(/^layer1\.0(\.relu)?$/),
        '/fc/Gemm': 'fc',
      });
      expect(found.onlyB).toContain('extra');
      expect(found.onlyB).toContainEqual(expect.stringMatching(/^layer1\.0\.conv1 .*the batch norm is folded into it/));
    }));

  it('the same of a folder with its folders as paths', () =>
    inFolder(async (cwd) => {
      const { tensors } = await readWeights(await openFile(join(DUMPS, 'kept.npz')), { name: 'kept', beside: null });
      mkdirSync(join(cwd, 'kept/layer1'), { recursive: true });
      for (const tensor of tensors) {
        const path = tensor.name.replace('layer1.', 'layer1/');
        writeFileSync(join(cwd, 'kept', `${path}.npy`), writeValue(tensor.load()));
      }
      const { code, found } = await compared('kept', cwd);
      expect([code, found.first, found.layers.length > 8]).toEqual([0, null, true]);
    }));

  it('the first layer that differs has its worst channel', () =>
    inFolder(async (cwd) => {
      const { code, found } = await compared(join(DUMPS, 'broken.npz'), cwd);
      expect([code, found.first.a, found.inputs.same]).toEqual([1, '/layer1/layer1.1/conv2/Conv', true]);
      expect(found.first.at.channel).toBe(3);
    }));

  it('channels last, without N, of reversed colours: the cause is said, and the flag makes them the same', () =>
    inFolder(async (cwd) => {
      const kept = join(DUMPS, 'bgr.npz');
      const { code, found } = await compared(kept, cwd);
      expect([code, found.first.a]).toEqual([1, '/conv1/Conv']);
      expect(found.inputs.cause.steps).toEqual([
        {
          what: 'the colours are in the other order: a RGB, b BGR',
          likeA: ['--channels', 'rgb'],
          likeB: ['--channels', 'bgr'],
        },
      ]);
      const fixed = await compared(kept, cwd, [...PREPARED, ...found.inputs.cause.steps[0].likeB]);
      expect([fixed.code, fixed.found.first, fixed.found.inputs.same]).toEqual([0, null, true]);
    }));

  it('names that no layer has are refused, with some of both', () =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'kept'));
      writeFileSync(
        join(cwd, 'kept/other.npy'),
        writeValue({ dtype: 'float32', shape: [1], data: Float32Array.of(1) }),
      );
      const { code, stderr } = await compared('kept', cwd);
      expect([code, stderr]).toEqual([2, expect.stringContaining('none of 1 arrays (other) has the name and size')]);
    }));
});
