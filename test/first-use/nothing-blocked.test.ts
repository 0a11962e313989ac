import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseByteCount } from '../../src/cli/parse.js';
import { tensor } from '../../src/core/tensor.js';
import { writeNpy } from '../../src/models/npy.js';
import { BIN, cnnviz, IMAGES, inFolder, NODE } from '../cli/cnnviz.js';

const onUnix = it.skipIf(process.platform === 'win32');

/** A FIFO nobody writes to, a socket, a link to a device that never ends, and a folder, each under this ending. */
async function odd<T>(ending: string, cwd: string, use: (names: readonly string[]) => Promise<T>): Promise<T> {
  spawnSync('mkfifo', [join(cwd, `fifo${ending}`)]);
  symlinkSync('/dev/zero', join(cwd, `zero${ending}`));
  mkdirSync(join(cwd, `folder${ending}`));
  const server = createServer().listen(join(cwd, `socket${ending}`));
  await once(server, 'listening');
  try {
    return await use(['fifo', 'zero', 'folder', 'socket'].map((name) => `${name}${ending}`));
  } finally {
    server.close();
  }
}

const WORDS = /: (?:a FIFO \(a named pipe\), not a file|a device, not a file|a socket, not a file|is a folder)\n/;

/** Every way to name a file that is read: its ending, and the command. */
const PLACES: readonly (readonly [what: string, ending: string, args: (name: string) => string[]])[] = [
  ['an array', '.npy', (name) => ['read', name]],
  ['a kernel', '.npy', (name) => ['conv', 'a.png', '-k', name]],
  ['a kernel as JSON', '.json', (name) => ['conv', 'a.png', '-k', name]],
  ['the picture of a patch', '.png', (name) => ['conv', 'a.png', '--patch', `0,0,2,2@${name}`]],
  ['biases', '.npy', (name) => ['conv', 'a.png', '-k', 'box3', '--bias', name]],
  ['a list of inputs', '.txt', (name) => ['conv', '--files-from', name, '-k', 'box3']],
  ['a network', '.onnx', (name) => ['run', name, 'a.png']],
  ['a network file', '.yaml', (name) => ['run', name, 'a.png']],
  ['a checkpoint', '.pth', (name) => ['run', `alexnet@${name}`, 'a.png']],
  ['a fed array', '.npy', (name) => ['run', 'conv box3', '--input', `input=${name}`]],
  ['class names', '.txt', (name) => ['run', 'conv box3', 'a.png', '--labels', name]],
  ['a file of cases', '.yaml', (name) => ['check', name]],
  ['a head', '.head', (name) => ['head', 'predict', name, 'a.png']],
  ['weights', '.safetensors', (name) => ['weights', name]],
];

describe('what is no file is refused at once, by what it is', () => {
  onUnix.each(PLACES)('%s', (_, ending, args) =>
    inFolder(async (cwd) => {
      copyFileSync(`${IMAGES}five.png`, join(cwd, 'a.png'));
      await odd(ending, cwd, async (names) => {
        for (const run of await Promise.all(names.map((name) => cnnviz(args(name), { cwd })))) {
          expect(run.stderr).toMatch(WORDS);
          expect(run.stderr).toMatch(/\n {2}fix: /);
          expect([1, 2]).toContain(run.code);
        }
      });
    }),
  );

  onUnix('an image of several: a failed input, and the others are done', () =>
    inFolder(async (cwd) => {
      copyFileSync(`${IMAGES}five.png`, join(cwd, 'a.png'));
      await odd('.png', cwd, async ([fifo, zero, , socket]) => {
        const run = await cnnviz(['conv', fifo, zero, 'a.png', socket, '-k', 'box3', '-o', 'out'], { cwd });
        expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('1 written, 3 failed')]);
        for (const what of ['a FIFO', 'a device', 'a socket']) expect(run.stderr).toContain(`${what}`);
      });
    }),
  );

  onUnix('in a folder they are no images', () =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'in'));
      copyFileSync(`${IMAGES}five.png`, join(cwd, 'in/a.png'));
      await odd('.png', join(cwd, 'in'), async () => {
        const run = await cnnviz(['conv', 'in', '-k', 'box3', '-o', 'out', '--json'], { cwd });
        expect(run.code).toBe(0);
        expect(JSON.parse(run.stdout).images ?? JSON.parse(run.stdout).results).toHaveLength(1);
      });
    }),
  );
});

/** Starts a command whose descriptor `fd` is a pipe, and sends the signal once it has begun to read more than a pipe holds. */
async function interrupted(args: string[], fd: 0 | 3, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  const child = spawn(NODE, [BIN, ...args], { cwd: IMAGES, stdio: ['pipe', 'ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  const pipe = child.stdio[fd] as Writable;
  pipe.on('error', () => {});
  await new Promise<void>((resolve) => pipe.write(new Uint8Array(1 << 20), () => resolve()));
  child.kill(signal);
  const [, by] = await ended;
  return by;
}

describe('a pipe is read without blocking', () => {
  const waits: readonly (readonly [string, 0 | 3])[] = [
    ['conv - -k box3', 0],
    ['conv --files-from - -k box3', 0],
    ['weights -', 0],
    ['read /dev/stdin', 0],
    ['run alexnet@/dev/stdin five.png', 0],
    ['conv /dev/fd/3 -k box3', 3],
    ['run /dev/fd/3 five.png', 3],
    ['weights /dev/fd/3', 3],
  ];
  onUnix.each(waits)('a signal ends %s', async (line, fd) => {
    expect(await interrupted(line.split(' '), fd, 'SIGINT')).toBe('SIGINT');
    expect(await interrupted(line.split(' '), fd, 'SIGTERM')).toBe('SIGTERM');
  });

  onUnix('what a shell makes of <(…) is read like a file, as often as it is named', () =>
    inFolder(async (cwd) => {
      copyFileSync(`${IMAGES}five.png`, join(cwd, 'a.png'));
      copyFileSync(`${IMAGES}bars17.png`, join(cwd, 'b.png'));
      writeFileSync(join(cwd, 'net.yaml'), 'layers: [conv box3, relu]\n');
      writeFileSync(join(cwd, 'k.npy'), writeNpy(tensor(new Float32Array(9), [3, 3])));
      writeFileSync(join(cwd, 'b.npy'), writeNpy(tensor(new Float32Array(1), [1])));
      const shell = (line: string) =>
        spawnSync('bash', ['-c', line], { cwd, env: { ...process.env, B: `${NODE} ${BIN}` }, encoding: 'utf8' });
      for (const [line, made] of [
        ['$B conv <(cat a.png) -k box3 -o one.npy', 'one.npy'],
        ['$B conv a.png -k <(cat k.npy) --bias <(cat b.npy) -o four.npy', 'four.npy'],
        ['cat a.png | $B conv /dev/stdin -k box3 -o two.npy', 'two.npy'],
        ['$B run <(cat net.yaml) <(cat a.png) --gray --layers output -o three.npy', 'three.npy'],
      ]) {
        expect([line, shell(line).status]).toEqual([line, 0]);
        expect(readFileSync(join(cwd, made)).length).toBeGreaterThan(128);
      }
      // two images: other processes could not read the patch again
      const patch = shell('$B conv a.png b.png --patch 0,0,2,2@<(cat a.png) -o out');
      expect([patch.status, patch.stderr]).toEqual([0, expect.stringContaining('2 written, 0 failed')]);
    }),
  );

  it('no more than --max-bytes is read', async () => {
    const args = ['conv', '-', '-k', 'box3', '--max-bytes', '1k', '-o', '-', '--format', 'npy'];
    const bytes = readFileSync(`${IMAGES}five.png`);
    const long = await cnnviz(args, { stdin: Buffer.concat([bytes, new Uint8Array(2000)]) });
    expect([long.code, long.stderr]).toEqual([1, expect.stringContaining('standard input: more than 1 kB')]);
    expect((await cnnviz(args, { stdin: writeNpy(tensor(new Float32Array(25), [5, 5])) })).code).toBe(0);
    expect(['2G', '500MB', '1e3', '12'].map((text) => parseByteCount('--max-bytes', text))).toEqual([
      2e9, 500e6, 1000, 12,
    ]);
    for (const text of ['0', '-1', 'x', '1T', '']) expect(() => parseByteCount('--max-bytes', text)).toThrow('bytes');
  });

  onUnix('a device behind standard input is none', () =>
    inFolder(async (cwd) => {
      const zero = openSync('/dev/zero', 'r');
      const child = spawn(NODE, [BIN, 'conv', '-', '-k', 'box3'], { cwd, stdio: [zero, 'ignore', 'pipe'] });
      let text = '';
      child.stderr!.on('data', (chunk) => {
        text += chunk;
      });
      const [code] = await once(child, 'close');
      closeSync(zero);
      expect([code, text]).toEqual([1, expect.stringContaining('standard input: a device, not a file')]);
    }),
  );
});
