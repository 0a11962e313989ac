import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { writeNpy } from '../../src/models/npy.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { warmProcess } from '../cli/warm-process.js';
import { emptied, hashOf, pageParts } from './page-parts.js';

/** The whole of a page but for weights and pictures; and what it is when it travels, two thirds of which is the engine. These only go down. */
const MOST_BYTES = 300_000;
const MOST_GZIP = 169_000;

describe('cnnviz explore', () => {
  const warm = warmProcess(60_000);
  let folder = '';
  const explore = async (...args: string[]) => {
    const answer = await warm.run(['explore', ...args], folder);
    if (answer === null) throw new Error(`explore ${args.join(' ')} ended its process`);
    return answer;
  };
  const made = async (...args: string[]) => {
    const { code, stdout, stderr } = await explore(...args, '-o', 'page.html');
    expect([code, stderr]).toEqual([0, expect.anything()]);
    const html = readFileSync(join(folder, 'page.html'), 'utf8');
    return { html, stdout, stderr, ...pageParts(html) };
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cnnviz-explore-'));
    for (const name of ['five.png', 'bars17.png', 'rocket.jpg']) cpSync(join(IMAGES, name), join(folder, name));
    cpSync(join(IMAGES, 'digits/7.png'), join(folder, 'seven.png'));
  });
  afterAll(() => {
    warm.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('without words: the digits network, its ten digits, a canvas', async () => {
    const { data, title, stdout } = await made();
    expect(data).toMatchObject({ kind: 'network', together: 'alone', draws: true, bytes: { kind: 'inside' } });
    expect(data.networks[0]).toMatchObject({ name: 'digits', args: ['digits'], moment: null });
    expect(data.networks[0].layers.map(({ name }) => name).slice(0, 3)).toEqual(['conv1', 'relu1', 'pool1']);
    expect(data.images.map(({ path }) => path)).toEqual([...'0123456789'].map((digit) => `digits/${digit}.png`));
    expect(title).toBe('digits');
    expect(stdout).toMatch(/^digits {2}12 layers, 61,706 parameters; 10 images\n.* page\.html .*; draw on it\n$/);
  });

  it('names its file after the image, and tells what it wrote', async () => {
    const { code, stdout } = await explore('digits', 'seven.png', '--json');
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    const bytes = readFileSync(join(folder, 'seven.explore.html'));
    expect(document).toMatchObject({
      command: 'explore',
      kind: 'network',
      images: ['seven.png'],
      page: {
        path: 'seven.explore.html',
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
      stored: { weights: 61_706 * 4 },
    });
    const whole = await explore('digits', 'seven.png', '-o', '-');
    expect(Buffer.from(whole.base64, 'base64').equals(bytes)).toBe(true);
  });

  it('has the same bytes wherever it is made, and nothing of where that was', async () => {
    const { html } = await made('digits', 'seven.png');
    const other = mkdtempSync(join(tmpdir(), 'another-place-'));
    cpSync(join(folder, 'seven.png'), join(other, 'seven.png'));
    const path = join(other, 'seven.png');
    const { code } = await cnnviz(['explore', 'digits', path, '-o', 'x.html', '-q'], {
      cwd: other,
      env: { TZ: 'Asia/Tokyo', LANG: 'ja_JP.UTF-8' },
    });
    expect(code).toBe(0);
    expect(readFileSync(join(other, 'x.html'), 'utf8')).toBe(html);
    rmSync(other, { recursive: true, force: true });
    const { data } = pageParts(html);
    const texts = JSON.stringify({ ...data, first: null });
    for (const place of [folder, homedir(), `/${userInfo().username}/`, String(new Date().getFullYear())]) {
      expect(texts.includes(place)).toBe(false);
    }
  });

  it('allows itself no more than its own script and style, and asks nobody for anything', async () => {
    const { policy, script, style, html } = await made('digits', 'seven.png');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
      'worker-src blob:',
      `style-src ${hashOf(style)}`,
      'img-src data: blob:',
      'media-src blob:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(html.match(/<(?:script|link|img|iframe|object|embed)[^>]*\b(?:src|href)=[^>]*/g)).toEqual([
      '<link rel="icon" href="data:,"',
    ]);
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
  });

  it(`is at most ${MOST_BYTES} bytes large, ${MOST_GZIP} packed, without weights and pictures`, async () => {
    const { html } = await made('digits', 'seven.png');
    const bytes = Buffer.from(emptied(html));
    const packed = gzipSync(bytes, { level: 9 });
    process.stdout.write(`a page without weights and picture: ${bytes.length} bytes, ${packed.length} in gzip\n`);
    expect(bytes.length).toBeLessThanOrEqual(MOST_BYTES);
    expect(packed.length).toBeLessThanOrEqual(MOST_GZIP);
  });

  it('keeps names of files, layers and classes as texts', async () => {
    const evil = '</script><img src=x onerror=alert(1)>';
    const file = `${evil.replaceAll('/', '')}&'".png`;
    cpSync(join(folder, 'five.png'), join(folder, file));
    writeFileSync(join(folder, 'labels.txt'), Array.from({ length: 10 }, (_, i) => `${evil} ${i} <!--`).join('\n'));
    const net = `conv outline3x3 name=</script><img·onerror=1> | relu | adaptive_avg_pool 1 | flatten`;
    const { html, data, title } = await made(net, file);
    expect(data.networks[0].layers[0].name).toBe('</script><img·onerror=1>');
    expect(data.images[0].name).toBe(file);
    expect(title).toBe(`pipe – ${file.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}`);
    expect(html.toLowerCase()).not.toContain('<img');
    const labelled = await made('digits', 'seven.png', '--labels', 'labels.txt');
    expect(labelled.data.networks[0].labels?.[3]).toBe(`${evil} 3 <!--`);
    expect(labelled.html).not.toContain('<!--');
  });

  it('one layer has a bias, an activation and a pool to be changed, whatever was asked for', async () => {
    const { data, bytes } = await made('rocket.jpg', '-k', 'edge3x3', '--stride', '2');
    const [{ model, args, layers }] = data.networks;
    expect(data.kind).toBe('layer');
    expect(model.nodes.map(({ name, layer }) => [name, layer.kind])).toEqual([
      ['conv', 'conv'],
      ['activation', 'identity'],
      ['pool', 'identity'],
    ]);
    expect(args).toEqual(['--kernel', 'edge3x3']);
    expect(layers.map(({ shape }) => shape)).toEqual(Array(3).fill([1, 1, 213, 319]));
    const bias = model.constants.find(({ name }) => name === 'conv.bias')!;
    expect(bytes.readFloatLE(bias.bytes.at)).toBe(0);
    const piped = await made('conv sobel-x bias=0.5 | leaky_relu 0.1 | max_pool 3 stride=2', 'rocket.jpg');
    expect(piped.data.kind).toBe('layer');
    expect(piped.data.networks[0].args).toEqual(['--kernel', 'sobel-x', '--bias', '0.5', '--rgb']);
    expect(piped.data.networks[0].layers.map(({ words }) => words)).toEqual([
      expect.stringContaining('conv 3×3'),
      expect.stringContaining('leaky_relu'),
      expect.stringContaining('max_pool 3×3'),
    ]);
    const found = await made('five.png', '-k', 'edge3x3', '--bias', 'p90', '--relu');
    expect(found.data.networks[0].args).toEqual(['--kernel', 'edge3x3', '--bias', expect.stringMatching(/^-\d/)]);
  });

  it('a pipe that is more than a layer is a network', async () => {
    const { data } = await made('conv edge3x3 | relu | conv outline3x3', 'five.png');
    expect([data.kind, data.networks[0].layers.length]).toEqual(['network', 3]);
  });

  it('--layers leaves out what is not shown, with its weights', async () => {
    const net = ['squeezenet1_1', '--init', 'seed:1', 'rocket.jpg'];
    const { data, bytes } = await made(...net, '--layers', 'features.0,features.3*');
    const [{ layers, model, labels }] = data.networks;
    expect(layers.slice(0, 2)).toMatchObject([
      { name: 'features.0', from: [] },
      { name: 'features.3.squeeze', from: ['features.0'] },
    ]);
    expect(layers.at(-1)!.name).toMatch(/^features\.3/);
    expect([model.outputs, labels]).toEqual([[], null]);
    expect(bytes.length).toBeLessThan(1e6);
    const whole = await made(...net);
    expect(whole.data.networks[0].labels).toHaveLength(1000);
    expect(whole.bytes.length).toBeGreaterThan(4 * 1_235_496);
    // every layer has its place, each below those that it reads
    const boxes = new Map(whole.data.networks[0].layers.map((layer) => [layer.name, layer.box!]));
    for (const { name, from } of whole.data.networks[0].layers) {
      for (const one of from) if (boxes.has(one)) expect(boxes.get(one)!.y).toBeLessThan(boxes.get(name)!.y);
    }
  });

  it('more than 400 layers have no places in a graph, and that is said', async () => {
    const pipe = Array.from({ length: 410 }, () => 'relu').join(' | ');
    const { data, stderr } = await made(pipe, 'five.png');
    expect(data.networks[0].layers.every(({ box }) => box === null)).toBe(true);
    expect(stderr).toContain('note: 410 layers: the graph is drawn for 400 at most; the list folds by names');
  });

  it('several images; an array keeps its numbers', async () => {
    const numbers = Float32Array.from({ length: 3 * 6 * 5 }, (_, i) => Math.fround(i / 7 - 2));
    writeFileSync(join(folder, 'x.npy'), writeNpy(tensor(numbers, [3, 6, 5])));
    const { data, bytes } = await made('conv edge3x3 | relu | relu | relu', 'bars17.png', 'x.npy', 'five.png');
    expect(data.images.map(({ kind, name }) => [kind, name])).toEqual([
      ['pixels', 'bars17.png'],
      ['array', 'x.npy'],
      ['pixels', 'five.png'],
    ]);
    const { at, length } = data.images[1].bytes;
    expect([...new Float32Array(bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + at + length))]).toEqual([
      ...numbers,
    ]);
  });

  it('an input that is named is the image; a name that no input has is refused', async () => {
    const net = fileURLToPath(new URL('../../fixtures/models/onnx/inverted-residual-16.onnx', import.meta.url));
    writeFileSync(join(folder, 'in.npy'), writeNpy(tensor(new Float32Array(8 * 7 * 7).fill(0.5), [1, 8, 7, 7])));
    const { data } = await made(net, '--input', 'input=in.npy');
    expect(data.images).toMatchObject([{ kind: 'array', name: 'in.npy', shape: [1, 8, 7, 7] }]);
    const { code, stderr } = await explore(net, '--input', 'nope=in.npy');
    expect([code, stderr]).toEqual([2, expect.stringContaining('no input is called "nope"')]);
  });

  it('two networks are compared, the second as the first sees the image', async () => {
    const { data } = await made('digits', 'lenet5', '--init', 'seed:1', 'seven.png');
    expect(data.together).toBe('compared');
    expect(data.networks.map(({ name, args }) => [name, args])).toEqual([
      ['digits', ['digits']],
      ['lenet5', ['lenet5', '--init', 'seed:1', '--preset', 'mnist', '--normalize', '0/1']],
    ]);
    expect(data.networks[1].preset.geometry.crop).toEqual([32, 32]);
  });

  it('checkpoints of a training are a film', async () => {
    const line = ['train', 'digits', '--data', 'digits:1', '--epochs', '1', '--batch', '1000', '--holdout', '0'];
    const trained = await warm.run([...line, '--checkpoints', 'kept', '-o', 'net.safetensors'], folder);
    expect(trained?.code).toBe(0);
    expect(readdirSync(join(folder, 'kept'))).toEqual([0, 1, 2, 4, 6].map((step) => `step-000000${step}.safetensors`));
    const { data } = await made('digits', '--checkpoint', 'kept/', 'seven.png');
    expect([data.together, data.draws]).toEqual(['film', true]);
    expect(data.networks.map(({ moment }) => moment)).toEqual([0, 1, 2, 4, 6].map((step) => `step ${step}`));
    expect(data.networks[2].args).toEqual(['digits', '--weights', 'step-0000002.safetensors']);
    const last = await made(
      ...['digits', '--checkpoint', 'net.safetensors', '--checkpoint', 'kept/step-0000006.safetensors', 'seven.png'],
    );
    // of equal weights a page has one copy
    const [one, two] = last.data.networks.map(({ model }) => model.constants.map(({ bytes }) => bytes));
    expect(two).toEqual(one);
  });

  it.each([
    [['seven.png'], 'an image (PNG), where a network is expected'],
    [['lenet5', '--init', 'seed:1'], 'lenet5 needs an image'],
    [['digits', 'digits', 'digits', 'seven.png'], 'digits: a third network, and two are compared'],
    [['digits', 'seven.png', '--stride', '2'], '--stride is for one layer given by --kernel or --patch'],
    [['five.png', '-k', 'edge3x3', '--layers', 'conv'], '--layers is for a network'],
    [['five.png', '-k', 'edge3x3', '--init', 'seed:1'], '--init is for a network'],
    [['five.png', '-k', 'sobel'], 'sobel is a gradient magnitude: two convolutions and a root, not one layer'],
    [['five.png', '-k', 'edge3x3', '-k', 'gaussian5'], 'gaussian5 is of another size than edge3x3'],
    [['five.png', 'rocket.jpg', '-k', 'edge3x3'], 'five.png has 1 channel, rocket.jpg has 3 channels'],
    [['digits', '--checkpoint', 'seven.png'], 'seven.png: not a file of weights'],
    [['digits', 'seven.png', '--layers', 'conv9'], '--layers conv9: no layer is called that'],
    [['resnet18', '--init', 'seed:1', 'rocket.jpg', '--max-size', '1M'], 'the page would have at least 62.'],
    [['digits', '--open', '-o', '-'], '--open shows a file, -o - writes none'],
  ])('refuses %j: %s', async (args, message) => {
    const { code, stderr } = await explore(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stderr).toContain('\n  fix: ');
  });

  it('an image that is not there is the fault of that image', async () => {
    const { code, stderr } = await explore('digits', 'nothing.png');
    expect([code, stderr]).toEqual([1, expect.stringContaining('nothing.png: no such file')]);
  });

  it('what is too large for a file is shown how to be seen', async () => {
    const { stderr } = await explore('resnet18', '--init', 'seed:1', 'rocket.jpg');
    expect(stderr).toMatch(
      /the page would have at least 62\.\d MB \(46\.\d MB of weights.* of pixels .*\), more than 32 MB\n/,
    );
    expect(stderr).toMatch(/fix: --serve shows it .*; --layers .*; --max-size 65M allows it\n/);
  });

  it('--open hands the page to the system, and says when there is nothing to hand it to', () =>
    inFolder(async (cwd) => {
      const opener = join(cwd, 'xdg-open');
      const line = ['explore', 'digits', join(folder, 'seven.png'), '--open', '-o', 'seven.html'];
      const env = { PATH: cwd };
      const none = await cnnviz(line, { cwd, env });
      expect([none.code, none.stderr]).toEqual([
        0,
        expect.stringContaining('note: --open: there is no xdg-open here; open it yourself: seven.html'),
      ]);
      const opened = join(cwd, 'opened');
      writeFileSync(opener, `#!/bin/sh\nprintf %s "$*" > "${opened}"\n`);
      chmodSync(opener, 0o755);
      const shown = await cnnviz(line, { cwd, env });
      expect([shown.code, shown.stderr.includes('--open')]).toEqual([0, false]);
      expect(readFileSync(opened, 'utf8')).toBe(join(cwd, 'seven.html'));
      writeFileSync(opener, '#!/bin/sh\nexit 3\n');
      const refused = await cnnviz(line, { cwd, env });
      expect(refused.stderr).toContain('note: --open: xdg-open found nothing to open it with (3)');
    }));
});
