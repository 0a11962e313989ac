import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/models/npy.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { bytes, model, node, tensor, text, value } from '../models/onnx/writer.js';

const FIVE = join(IMAGES, 'five.png');
const SIZE = ['--resize', '6,8'];

function named(name: string, made: ReturnType<typeof node>): ReturnType<typeof node> {
  return [...made, ...text(3, name)];
}

const WEIGHTS = [...new Uint8Array(Float32Array.from({ length: 108 }, (_, i) => Math.sin(i)).buffer)];

/** A backbone, and a head that begins with an operator nobody computes; without it the network is whole. */
function network(hasHead: boolean): Uint8Array {
  const body = hasHead
    ? [named('/head/strange', node('NonSuch', ['r'], ['s'], text(7, 'com.example')))]
    : [named('/head/strange', node('Identity', ['r'], ['s']))];
  return model({
    nodes: [
      named('/backbone/conv', node('Conv', ['x', 'w'], ['c'])),
      named('/backbone/relu', node('Relu', ['c'], ['r'])),
      ...body,
      named('/head/pool', node('GlobalAveragePool', ['s'], ['p'])),
      named('/head/flat', node('Flatten', ['p'], ['y'])),
    ],
    initializers: [tensor('w', 1, [4, 3, 3, 3], bytes(9, WEIGHTS))],
    inputs: [value('x', 1, [1, 3, 6, 8])],
    inModel: bytes(8, [...text(1, 'com.example'), 0x10, 1]),
  });
}

const REFUSED = 'part.onnx: /head/strange: operator com.example.NonSuch (opset 1) is not supported';

function inNetworks(work: (cwd: string) => Promise<void>): Promise<void> {
  return inFolder(async (cwd) => {
    writeFileSync(join(cwd, 'part.onnx'), network(true));
    writeFileSync(join(cwd, 'whole.onnx'), network(false));
    await work(cwd);
  });
}

describe('a network with an operator that is not supported', () => {
  it.each([
    ['run', []],
    ['run', ['--layers', '/head/flat']],
    ['run', ['--layers', '/backbone/*', '--top', '2']],
    ['run', ['--overview']],
    ['gradcam', []],
    ['saliency', []],
    ['occlude', []],
    ['explain', ['--at', '0,0']],
  ])('%s %j refuses by name where what is asked for depends on it, before anything is written', (command, own) =>
    inNetworks(async (cwd) => {
      const { code, stderr, stdout } = await cnnviz([command, 'part.onnx', FIVE, ...SIZE, ...own], { cwd });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`cnnviz: ${REFUSED}`);
    }),
  );

  it('the fix runs what does not depend on it, and nothing is dropped unsaid', () =>
    inNetworks(async (cwd) => {
      const refused = await cnnviz(['run', 'part.onnx', FIVE, ...SIZE], { cwd });
      expect(refused.stderr).toContain('fix: 2 of 5 layers do not depend on it: --layers all runs them');
      const { code, stdout, stderr } = await cnnviz(['run', 'part.onnx', FIVE, ...SIZE, '--layers', 'all', '--json'], {
        cwd,
      });
      expect(code).toBe(0);
      const [{ layers, warnings }] = JSON.parse(stdout).results;
      expect(layers.map(({ name }: { name: string }) => name)).toEqual(['/backbone/conv', '/backbone/relu']);
      const note = `3 of 5 layers cannot be computed: ${REFUSED}`;
      expect(warnings).toContain(note);
      expect(stderr).toContain(note);
    }));

  it('gives the numbers that the whole network gives', () =>
    inNetworks(async (cwd) => {
      for (const name of ['part', 'whole']) {
        const args = ['run', `${name}.onnx`, FIVE, ...SIZE, '--layers', '/backbone/relu', '-o', `${name}.npy`];
        expect((await cnnviz(args, { cwd })).code).toBe(0);
      }
      const [part, whole] = ['part', 'whole'].map((name) => readNpy(readFileSync(join(cwd, `${name}.npy`))));
      expect(part).toEqual(whole);
    }));

  it('summary marks what is not supported and what needs it, and exits 0', () =>
    inNetworks(async (cwd) => {
      const { code, stdout } = await cnnviz(['summary', 'part.onnx'], { cwd });
      expect(code).toBe(0);
      const lines = stdout.split('\n').map((line) => line.trim().replace(/ {2,}/g, '  '));
      expect(lines).toContain('/head/strange  not supported: com.example.NonSuch  ?');
      expect(lines).toContain('/head/pool  global_avg_pool, needs what is not supported  ?');
      expect(lines.find((line) => line.startsWith('total'))).toMatch(/^total of the rest/);
      const { leftOut } = JSON.parse((await cnnviz(['summary', 'part.onnx', '--json'], { cwd })).stdout);
      expect(leftOut.map(({ name }: { name: string }) => name)).toEqual(['/head/strange', '/head/pool', '/head/flat']);
      expect(leftOut[0].reason).toBe(REFUSED);
    }));

  it('weights, filters, explain and compare do what they can', () =>
    inNetworks(async (cwd) => {
      for (const args of [
        ['weights', 'part.onnx'],
        ['filters', 'part.onnx'],
        ['explain', 'part.onnx', FIVE, ...SIZE, '--layer', '/backbone/conv', '--at', '1,1'],
        ['compare', 'part.onnx', 'whole.onnx', FIVE, ...SIZE],
        ['explore', 'part.onnx', FIVE, ...SIZE, '-o', 'page.html'],
      ]) {
        const { code, stderr } = await cnnviz(args, { cwd });
        expect([args[0], code, stderr]).toEqual([args[0], 0, expect.any(String)]);
      }
    }));
});

describe('a network of which a part does not take the image', () => {
  /** The head is made for 6×8 alone. */
  const net = model({
    nodes: [
      named('conv', node('Conv', ['x', 'w'], ['c'])),
      named('head', node('Gemm', ['f', 'v'], ['y'])),
      named('flat', node('Flatten', ['c'], ['f'])),
    ],
    initializers: [
      tensor('w', 1, [4, 3, 3, 3], bytes(9, WEIGHTS)),
      tensor('v', 1, [96, 1], bytes(9, [...new Uint8Array(Float32Array.from({ length: 96 }, () => 1).buffer)])),
    ],
    inputs: [value('x', 1, [1, 3, 0, 0])],
  });

  it('is refused where that part is asked for, and runs where it is not', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'net.onnx'), net);
      const size = ['--resize', '9,9'];
      for (const own of [[], ['--layers', 'all'], ['--layers', 'head']]) {
        const { code, stderr } = await cnnviz(['run', 'net.onnx', FIVE, ...size, ...own], { cwd });
        expect([own, code]).toEqual([own, 2]);
        expect(stderr).toMatch(/head: .*196/);
      }
      const { code, stderr } = await cnnviz(['run', 'net.onnx', FIVE, ...size, '--layers', 'conv'], { cwd });
      expect(code).toBe(0);
      expect(stderr).toMatch(/note: 1 of 3 layers cannot be computed: head: /);
      expect((await cnnviz(['summary', 'net.onnx', '--size', '3,9,9'], { cwd })).code).not.toBe(0);
    }));
});
