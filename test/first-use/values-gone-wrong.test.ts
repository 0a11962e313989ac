import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensor as array } from '../../src/core/tensor.js';
import { encodeNpy, loadNetwork } from '../../src/index.js';
import { cnnviz, inFolder } from '../cli/cnnviz.js';
import { bytes, model, node, number, tensor, text, value } from '../models/onnx/writer.js';

const floats = (name: string, dims: readonly number[], numbers: readonly number[]) =>
  tensor(name, 1, dims, bytes(9, [...new Uint8Array(Float32Array.from(numbers).buffer)]));

interface Numbers {
  /** Of the first convolution, [3, 2, 1, 1], and of the second, [2, 3, 1, 1]. */
  readonly first?: readonly number[];
  readonly second?: readonly number[];
  readonly bias?: readonly number[];
  readonly variance?: readonly number[];
  readonly activation?: string;
}

/** x [1, 2, 4, 4] → conv → batch norm → activation → conv → sigmoid or nothing → pool → two scores. */
function network({ first, second, bias, variance, activation = 'Relu' }: Numbers): Uint8Array {
  return model({
    inputs: [value('x', 1, [1, 2, 4, 4])],
    nodes: [
      node('Conv', ['x', 'w1', 'b1'], ['conv1']),
      node('BatchNormalization', ['conv1', 'scale', 'shift', 'mean', 'var'], ['bn1']),
      node(activation, ['bn1'], ['act1']),
      node('Conv', ['act1', 'w2'], ['conv2']),
      node('GlobalAveragePool', ['conv2'], ['pool']),
      node('Flatten', ['pool'], ['y']),
    ],
    initializers: [
      floats('w1', [3, 2, 1, 1], first ?? [1, 0.5, -0.5, 1, 0.25, 0.5]),
      floats('b1', [3], bias ?? [0, 0, 0]),
      floats('scale', [3], [1, 1, 1]),
      floats('shift', [3], [0.1, 0.1, 0.1]),
      floats('mean', [3], [0, 0, 0]),
      floats('var', [3], variance ?? [1, 1, 1]),
      floats('w2', [2, 3, 1, 1], second ?? [1, 1, 1, 0.5, -1, 2]),
    ],
  });
}

const X = array(
  Float32Array.from({ length: 32 }, (_, i) => ((i * 7) % 32) / 32),
  [1, 2, 4, 4],
);

function withNetwork<T>(numbers: Numbers, use: (cwd: string) => Promise<T>): Promise<T> {
  return inFolder(async (cwd) => {
    writeFileSync(join(cwd, 'net.onnx'), network(numbers));
    writeFileSync(join(cwd, 'x.npy'), encodeNpy(X));
    return use(cwd);
  });
}

const NEGATIVE = { variance: [1, 1, -1] };
const BORN = 'NaN from bn1 on (16 values, channel 2)';

describe('values that went wrong', () => {
  it('run names the layer and channel where NaN is born, though only the output is shown', () =>
    withNetwork(NEGATIVE, async (cwd) => {
      const run = await cnnviz(['run', 'net.onnx', 'x.npy'], { cwd });
      expect([run.code, run.stderr]).toEqual([0, `note: ${BORN}\n`]);
      expect(run.stdout).toContain('no classes: every score is NaN');
      const json = JSON.parse((await cnnviz(['run', 'net.onnx', 'x.npy', '--json'], { cwd })).stdout);
      expect(json.results[0].warnings).toEqual([BORN]);
    }));

  it.each([
    [
      'an infinite weight',
      { first: [1, 0.5, Infinity, 1, 0.25, 0.5] },
      /^note: NaN from conv1 on \(16 values, channel 1, 15 of them infinite\)\n$/,
    ],
    ['an infinite bias', { bias: [0, 0, Infinity] }, /^note: Inf from conv1 on \(16 values, channel 2\)\n$/],
    [
      'an infinity below zero that ReLU takes away',
      { bias: [0, -Infinity, 0] },
      /^note: −Inf at conv1 \(16 values, channel 1\)\n$/,
    ],
    [
      'a weight that explodes',
      { second: [1, 1, 1, 5e7, 1, 1] },
      /^note: values explode at conv2 \(from up to 1\.\d+ to up to \d\.\d+e\+7, \d+ values, channel 1\)\n$/,
    ],
    [
      'an explosion that sigmoid hides',
      { first: [1e9, 1e9, 1, 1, 1, 1], activation: 'Sigmoid' },
      /^note: values explode at conv1 .*channel 0\)\n$/,
    ],
    ['a sound network', {}, /^$/],
    ['a network of zeros', { first: [0, 0, 0, 0, 0, 0], second: [0, 0, 0, 0, 0, 0] }, /^$/],
  ] as const)('run tells of %s', (_, numbers, expected) =>
    withNetwork(numbers, async (cwd) => {
      expect((await cnnviz(['run', 'net.onnx', 'x.npy'], { cwd })).stderr).toMatch(expected);
    }),
  );

  it('a NaN among the scores leaves no best class, and the others no share', () =>
    withNetwork({ second: [1, 1, 1, Number.NaN, 1, 1] }, async (cwd) => {
      const run = await cnnviz(['run', 'net.onnx', 'x.npy'], { cwd });
      expect(run.stdout).toContain('  no classes: 1 of 2 scores is NaN\n');
      const cam = await cnnviz(['gradcam', 'net.onnx', 'x.npy'], { cwd });
      expect([cam.code, cam.stderr]).toEqual([
        2,
        expect.stringMatching(
          /^cnnviz: no class is the best: 1 of 2 scores is NaN; NaN from conv2 on .*\n {2}fix: .*--class 0;/,
        ),
      ]);
      for (const line of [
        ['gradcam', '--class', '0'],
        ['occlude', '--class', '0', '--size', '2'],
        ['ablate', '--class', '0', '--layer', 'act1'],
      ]) {
        const [command, ...more] = line;
        const { code, stdout } = await cnnviz([command, 'net.onnx', 'x.npy', '-o', 'map.npy', ...more], { cwd });
        expect([code, stdout]).toEqual([0, expect.not.stringContaining('NaN')]);
      }
      const compared = await cnnviz(['compare', 'net.onnx', 'net.onnx', 'x.npy'], { cwd });
      expect(compared.stdout).toContain('top-1 the same: none, NaN among its scores');
    }));

  it('explain, animate and check say in JSON what they note', () =>
    withNetwork(NEGATIVE, async (cwd) => {
      const bad = Float32Array.from(X.data);
      bad[3] = Number.NaN;
      writeFileSync(join(cwd, 'bad.npy'), encodeNpy(array(bad, [2, 4, 4])));
      const explained = await cnnviz(['explain', 'net.onnx', 'x.npy', '--layer', 'act1', '--json'], { cwd });
      expect(JSON.parse(explained.stdout).warnings).toEqual([BORN]);
      const animated = await cnnviz(['animate', 'bad.npy', '-k', '1 -1', '--json'], { cwd });
      expect(JSON.parse(animated.stdout).warnings).toEqual(['1 of 32 values are NaN or infinite and pass through']);
      const check = ['check', 'x.npy', '--network', 'net.onnx', '--baseline', 'base', '--json'];
      for (const line of [[...check, '--update', '--force-update'], check]) {
        const { stdout } = await cnnviz(line, { cwd });
        expect(JSON.parse(stdout).warnings).toEqual([`x.npy: ${BORN}`]);
      }
    }));

  it('a first layer on pixels up to 255 is no explosion', () =>
    withNetwork({}, async (cwd) => {
      writeFileSync(
        join(cwd, 'x.npy'),
        encodeNpy(
          array(
            X.data.map((v) => v * 255),
            [1, 2, 4, 4],
          ),
        ),
      );
      expect((await cnnviz(['run', 'net.onnx', 'x.npy'], { cwd })).stderr).toBe('');
    }));

  it('NaN of the input passes with the one warning there was', () =>
    withNetwork({}, async (cwd) => {
      const data = Float32Array.from(X.data);
      data[3] = Number.NaN;
      writeFileSync(join(cwd, 'x.npy'), encodeNpy(array(data, [1, 2, 4, 4])));
      const run = await cnnviz(['run', 'net.onnx', 'x.npy'], { cwd });
      expect(run.stderr).toBe('note: 1 of 32 values are NaN or infinite and pass through\n');
    }));

  it('many inputs are told one by one, and counted once for each cause', () =>
    withNetwork(NEGATIVE, async (cwd) => {
      for (const name of ['a', 'b', 'c']) writeFileSync(join(cwd, `${name}.npy`), encodeNpy(X));
      const run = await cnnviz(['run', 'net.onnx', 'a.npy', 'b.npy', 'c.npy', 'x.npy'], { cwd });
      expect(run.stdout.match(/every score is NaN {3}NaN from bn1 on$/gm)).toHaveLength(4);
      expect(run.stderr.match(/^note: NaN from bn1 on, in 4 of 4 inputs$/gm)).toHaveLength(1);
    }));

  it.each(['gradcam', 'saliency', 'occlude'])('%s refuses with the layer where NaN is born', (command) =>
    withNetwork(NEGATIVE, async (cwd) => {
      const run = await cnnviz([command, 'net.onnx', 'x.npy'], { cwd });
      expect(run.code).not.toBe(0);
      expect(run.stderr).toContain(`is NaN; ${BORN}`);
    }),
  );

  it('gradcam, explain, top and check tell of an explosion and go on', () =>
    withNetwork({ second: [1, 1, 1, 5e7, 1, 1] }, async (cwd) => {
      const cam = await cnnviz(['gradcam', 'net.onnx', 'x.npy', '--json'], { cwd });
      expect(JSON.parse(cam.stdout).warnings).toEqual([expect.stringContaining('values explode at conv2')]);
      const top = await cnnviz(['top', 'net.onnx', 'x.npy', '--layer', 'act1', '--json'], { cwd });
      expect(JSON.parse(top.stdout).warnings).toEqual([expect.stringContaining('x.npy: values explode at conv2')]);
      const why = await cnnviz(['explain', 'net.onnx', 'x.npy', '--layer', 'conv2', '--channel', '1', '--at', '0,0'], {
        cwd,
      });
      expect(why.stderr).toContain('note: values explode at conv2');
      const check = await cnnviz(
        ['check', '--network', 'net.onnx', 'x.npy', '--baseline', 'b', '--update', '--force-update'],
        {
          cwd,
        },
      );
      expect(check.stderr).toContain('x.npy: values explode at conv2');
    }));

  it.each([[[]], [['--exact']]])('compare counts the values beside a NaN right %j', (more) =>
    withNetwork(NEGATIVE, async (cwd) => {
      writeFileSync(join(cwd, 'good.onnx'), network({}));
      const args = ['compare', 'good.onnx', 'net.onnx', 'x.npy', ...more];
      const { first, warnings, top } = JSON.parse((await cnnviz([...args, '--json'], { cwd })).stdout);
      expect(first).toMatchObject({ a: 'bn1', differing: 16, beyond: { values: 16, channels: 1 } });
      expect(warnings).toEqual([`net.onnx: ${BORN}`]);
      expect(top[1]).toBe(null);
      expect((await cnnviz(args, { cwd })).stdout).toMatch(/top-1 differs: class \d and none, NaN among its scores/);
    }),
  );

  it('the library tells whoever listens', () =>
    withNetwork(NEGATIVE, async (cwd) => {
      const told: string[] = [];
      const net = await loadNetwork(join(cwd, 'net.onnx'), { warn: (text) => told.push(text) });
      await net.run(X);
      expect(told).toEqual([BORN]);
    }));

  it('weights marks variances below zero', () =>
    inFolder(async (cwd) => {
      const header = JSON.stringify({
        'bn.running_var': { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
        'bn.running_mean': { dtype: 'F32', shape: [3], data_offsets: [12, 24] },
      });
      const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
      const length = new Uint8Array(BigUint64Array.of(BigInt(padded.length)).buffer);
      const numbers = new Uint8Array(Float32Array.of(1, -1, -2, -1, 0, 1).buffer);
      writeFileSync(join(cwd, 'w.safetensors'), Buffer.concat([length, Buffer.from(padded), numbers]));
      const { stdout } = await cnnviz(['weights', 'w.safetensors'], { cwd });
      expect(stdout).toMatch(/^bn\.running_var .* 2 below 0$/m);
      expect(stdout).not.toMatch(/^bn\.running_mean .*below/m);
    }));

  it('weights marks zeros that let nothing pass, and lists the constants of an ONNX graph', () =>
    inFolder(async (cwd) => {
      // AttributeProto: name 1, type 20 (TENSOR is 4), t 5
      const half = tensor('', 1, [2], bytes(9, [...new Uint8Array(Float32Array.of(0.5, 0.25).buffer)]));
      const attribute = bytes(5, [...text(1, 'value'), ...number(20, 4), ...bytes(5, half)]);
      const graph = model({
        inputs: [value('x', 1, [1, 2])],
        nodes: [
          node('Constant', [], ['half'], attribute),
          node('Mul', ['x', 'half'], ['scaled']),
          node('MatMul', ['scaled', 'fc.weight'], ['y']),
        ],
        initializers: [floats('fc.weight', [2, 2], [0, 0, 0, 0])],
      });
      writeFileSync(join(cwd, 'net.onnx'), graph);
      const { stdout } = await cnnviz(['weights', 'net.onnx'], { cwd });
      expect(stdout).toMatch(/^fc\.weight +float32 +2×2 .* all 0$/m);
      expect(stdout).toContain('note: "fc.weight": all zeros: nothing passes it');
      expect(stdout).toMatch(/^half +float32 +2 .* 0\.25 +0\.375 +0\.5$/m);
    }));
});

describe('layers that are asked for', () => {
  it('run answers under output, and under the name of a value', () =>
    withNetwork({}, async (cwd) => {
      const net = await loadNetwork(join(cwd, 'net.onnx'));
      const found = await net.run(X, ['act1', 'output']);
      expect(found.get('output')!.shape).toEqual([1, 2]);
      expect(found.get('output')).toBe(found.get('y'));
      expect(found.get('act1')!.shape).toEqual([1, 3, 4, 4]);
    }));

  it('gradcam takes the last maps before the pooling over all places, and names them', () =>
    withNetwork({}, async (cwd) => {
      const run = await cnnviz(['gradcam', 'net.onnx', 'x.npy', '--json'], { cwd });
      expect(JSON.parse(run.stdout)).toMatchObject({ layer: 'conv2', shape: [2, 4, 4] });
      const said = await cnnviz(['gradcam', 'net.onnx', 'x.npy', '--raw', '-o', 'm.npy'], { cwd });
      expect(said.stdout).toContain('conv2   2 maps 4×4, the last of the network');
    }));
});
