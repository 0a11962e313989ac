import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImagePreset } from '../../src/core/job.js';
import { openEngine } from '../../src/explorer/engine/open-engine.js';
import type { Look, PageData } from '../../src/explorer/page-data.js';
import type { Edit, ExplorerEngine } from '../../src/explorer/protocol.js';
import { numberText } from '../../src/explorer/shell-kernel.js';
import { fieldLine, shellLine } from '../../src/explorer/shell-line.js';
import type { PageState } from '../../src/explorer/state.js';
import type { Layer } from '../../src/layers/index.js';
import { IMAGES } from '../cli/cnnviz.js';
import { warmProcess } from '../cli/warm-process.js';
import { pageParts } from './page-parts.js';

const GRAY: Look = { scale: { kind: 'auto' }, colormap: 'gray', each: false };

interface TestPage {
  readonly data: PageData;
  readonly bytes: Uint8Array;
  readonly engine: ExplorerEngine;
}

describe('the shell line of what a page shows', () => {
  const warm = warmProcess(60_000);
  let folder = '';
  const run = async (args: readonly string[]) => {
    const answer = await warm.run(args, folder);
    expect([args.join(' '), answer?.code, answer?.stderr]).toEqual([args.join(' '), 0, expect.anything()]);
    return answer!;
  };
  const explore = async (...args: string[]): Promise<TestPage> => {
    await run(['explore', ...args, '-o', 'page.html', '-q']);
    const { data, bytes } = pageParts(readFileSync(join(folder, 'page.html'), 'utf8'));
    return { data, bytes, engine: openEngine(data, ({ at, length }) => bytes.subarray(at, at + length)) };
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cnnviz-line-'));
    for (const name of ['five.png', 'bars17.png', 'rocket.jpg']) cpSync(join(IMAGES, name), join(folder, name));
    cpSync(join(IMAGES, 'digits/3.png'), join(folder, 'three.png'));
    cpSync(join(IMAGES, 'digits/7.png'), join(folder, "a 'seven' $HOME.png"));
  });
  afterAll(() => {
    warm.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const state = (more: Partial<PageState>): PageState => ({
    network: 0,
    image: 0,
    layer: null,
    channel: 0,
    at: null,
    view: 'maps',
    look: GRAY,
    preset: null,
    edits: [],
    class: null,
    ...more,
  });
  const lineFor = ({ data, bytes }: TestPage, more: Partial<PageState>): string => {
    const found = shellLine(data, state(more), bytes);
    if ('refused' in found) throw new Error(found.refused);
    return found.line;
  };
  const refusal = ({ data, bytes }: TestPage, more: Partial<PageState>): string => {
    const found = shellLine(data, state(more), bytes);
    return 'refused' in found ? found.refused : `no refusal: ${found.line}`;
  };

  /** The words of a line as a shell gives them to a program. */
  const wordsOf = (line: string): string[] => {
    const script = `cnnviz() { printf '%s\\0' "$@"; }; ${line}`;
    return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
  };

  /** What the engine of the page shows in this state. */
  const shown = async ({ engine }: TestPage, more: Partial<PageState>) => {
    const { network, image, preset, edits, layer, channel, look } = state(more);
    await engine.run({ network, image: { kind: 'own', index: image! }, preset, edits });
    return engine.maps(layer!, [channel], look);
  };

  /** Runs the line, and holds the greys of its file against those of the page. */
  const sameGreys = async (page: TestPage, more: Partial<PageState>, line: string, file: string) => {
    expect(lineFor(page, more)).toBe(line);
    rmSync(join(folder, 'maps'), { recursive: true, force: true });
    await run([...wordsOf(line), '-o', 'maps/']);
    const { data, info } = await sharp(join(folder, 'maps', file))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, greys } = await shown(page, more);
    expect([info.width, info.height]).toEqual([width, height]);
    const step = info.channels;
    expect([...data].filter((_, i) => i % step === 0)).toEqual([...(greys as Uint8Array)]);
  };
  const jsonOf = async (line: string) => JSON.parse((await run([...wordsOf(line), '--json'])).stdout);

  const each: Look = { ...GRAY, each: true };

  it('one map of a network is a file with the greys of the page', async () => {
    const page = await explore('digits', "a 'seven' $HOME.png", 'three.png');
    await sameGreys(
      page,
      { layer: 'conv1', channel: 2, view: 'map', look: each },
      `cnnviz run digits 'a '\\''seven'\\'' $HOME.png' --layers conv1 --maps`,
      "a 'seven' $HOME.conv1.2.png",
    );
    await sameGreys(
      page,
      { layer: 'pool2', channel: 5, view: 'map', look: { ...each, scale: { kind: 'symmetric' } }, image: 1 },
      'cnnviz run digits three.png --layers pool2 --maps --scale symmetric',
      'three.pool2.5.png',
    );
    await sameGreys(
      page,
      {
        layer: 'relu1',
        channel: 1,
        view: 'map',
        look: { ...GRAY, scale: { kind: 'fixed', lo: -1, hi: 2.5 } },
        image: 1,
      },
      'cnnviz run digits three.png --layers relu1 --maps --scale -1,2.5',
      'three.relu1.1.png',
    );
  });

  it('with another preparation than the network’s own', async () => {
    const page = await explore('digits', 'three.png', '--pixels', '255', '--background', 'white');
    const args = ['digits', '--preset', 'mnist', '--pixels', '255', '--normalize', '0/1', '--background', '#ffffff'];
    expect(page.data.networks[0].args).toEqual(args);
    const preset: ImagePreset = {
      geometry: { resize: [28, 28], crop: null },
      preprocess: { pixels: 'signed', gray: true, normalize: { mean: [0.25], std: [0.5] } },
    };
    const line = 'cnnviz run digits three.png --preset none --resize 28,28 --gray --pixels signed --normalize 0.25/0.5';
    await sameGreys(
      page,
      { layer: 'conv2', channel: 3, view: 'map', look: each, preset },
      `${line} --background "#ffffff" --layers conv2 --maps`,
      'three.conv2.3.png',
    );
  });

  it('all maps of a layer are a sheet on the scale of the page', async () => {
    const page = await explore('digits', 'three.png');
    const line = 'cnnviz run digits three.png --layers conv2 --colormap gray';
    expect(lineFor(page, { layer: 'conv2' })).toBe(line);
    // a map of them, too: alone it would have another scale
    expect(lineFor(page, { layer: 'conv2', view: 'map', channel: 3 })).toBe(line);
    await run([...wordsOf(line), '-o', 'sheet.png']);
    const { exif } = await sharp(join(folder, 'sheet.png')).metadata();
    const { lo, hi } = JSON.parse(/\{"cnnviz".*\}/.exec(exif!.toString('latin1'))![0]);
    const { scales } = await shown(page, { layer: 'conv2' });
    expect({ lo, hi }).toEqual({ lo: scales[0].lo, hi: scales[0].hi });
    const look: Look = { scale: { kind: 'percentiles', lo: 5, hi: 95 }, colormap: 'diverging', each: true };
    expect(lineFor(page, { layer: 'conv2', look })).toBe(
      'cnnviz run digits three.png --layers conv2 --scale p5,p95 --colormap diverging --each',
    );
  });

  it('a value is explained with the bits of the page', async () => {
    const page = await explore('digits', 'three.png');
    const more = { layer: 'pool2', channel: 7, at: { x: 2, y: 3 }, view: 'map' as const };
    const line = 'cnnviz explain digits three.png --layer pool2 --channel 7 --at 2,3';
    expect(lineFor(page, more)).toBe(line);
    await shown(page, more);
    const place = { item: 0, channel: 7, x: 2, y: 3 };
    const told = await jsonOf(line);
    expect(told.value).toBe(await page.engine.value('pool2', place));
    expect(told.steps.length).toBe((await page.engine.explain('pool2', place)).steps.length);
    const vector = { layer: 'fc1', channel: 11, at: { x: 0, y: 0 } };
    expect(lineFor(page, vector)).toBe('cnnviz explain digits three.png --layer fc1 --channel 11');
    const bare = { item: 0, channel: 11, x: null, y: null };
    expect((await jsonOf(lineFor(page, vector))).value).toBe(await page.engine.value('fc1', bare));
    const field = fieldLine(page.data, state(more), page.bytes);
    expect(field).toEqual({ line: 'cnnviz field digits three.png --layer pool2 --at 2,3' });
    const { window } = await jsonOf('line' in field ? field.line : '');
    expect(window).toEqual((await page.engine.field('pool2', { x: 2, y: 3 }, null)).window);
  });

  it('every other view of a network has its command, which runs', async () => {
    const page = await explore('digits', 'lenet5', '--init', 'seed:1', 'three.png');
    const lines: [Partial<PageState>, string][] = [
      [{ layer: 'conv1', view: 'kernels' }, 'cnnviz filters digits --layers conv1'],
      [{ layer: 'conv1', view: 'numbers' }, 'cnnviz run digits three.png --layers conv1 --histogram'],
      [{ view: 'graph' }, 'cnnviz summary digits -o digits.svg'],
      [{ view: 'classes', class: 3, layer: 'relu1' }, 'cnnviz gradcam digits three.png --layer relu1 --class 3'],
      [{ view: 'classes', layer: 'fc1' }, 'cnnviz gradcam digits three.png'],
      [{ layer: null }, 'cnnviz preprocess three.png --preset mnist --normalize 0/1 --audit'],
      [{ network: 1, layer: 'conv1', view: 'kernels' }, 'cnnviz filters lenet5 --init seed:1 --layers conv1'],
    ];
    for (const [more, line] of lines) {
      expect(lineFor(page, more)).toBe(line);
      await run(wordsOf(line));
    }
    const compared = lineFor(page, { view: 'compare' });
    expect(compared).toBe('cnnviz compare digits lenet5 three.png --init seed:1');
    const answer = await warm.run(wordsOf(compared), folder);
    expect([answer?.code, answer?.stdout]).toEqual([1, expect.stringContaining('conv1')]);
    const ran = lineFor(page, { network: 1, layer: 'conv2', view: 'map', look: each, channel: 2 });
    await sameGreys(
      page,
      { network: 1, layer: 'conv2', view: 'map', look: each, channel: 2 },
      ran,
      'three.conv2.2.png',
    );
  });

  it('a network of any size says the size of its graph', async () => {
    const page = await explore('conv edge3x3 | relu | conv outline3x3', 'five.png', '--gray');
    const line = 'cnnviz summary "conv edge3x3 | relu | conv outline3x3" --size 1,5,5 -o pipe.svg';
    expect(lineFor(page, { view: 'graph' })).toBe(line);
    await run(wordsOf(line));
  });

  const becomes = (layer: string, to: Layer): Edit => ({ kind: 'layer', layer, becomes: to });
  const conv: Layer = {
    kind: 'conv',
    stride: [2, 1],
    padding: 2,
    paddingMode: 'reflect',
    dilation: [1, 2],
    groups: 1,
  };

  it('a layer with its settings changed', async () => {
    const page = await explore('rocket.jpg', '-k', 'edge3x3', '--stride', '2', '--relu', '--resize', '60');
    const look = GRAY;
    const image = 'cnnviz conv rocket.jpg --kernel edge3x3';
    await sameGreys(page, { layer: 'relu', look }, `${image} --stride 2 --relu --resize 60`, 'rocket.edge3x3.png');
    await sameGreys(page, { layer: 'conv', look }, `${image} --stride 2 --resize 60`, 'rocket.edge3x3.png');
    const edits: Edit[] = [
      becomes('conv', conv),
      becomes('relu', { kind: 'activation', name: 'leaky_relu', parameters: [0.25] }),
      becomes('pool', {
        kind: 'avg_pool',
        kernelSize: [3, 3],
        stride: [2, 2],
        pads: [0, 0, 0, 0],
        ceilMode: false,
        countIncludePad: true,
        divisorOverride: null,
      }),
      { kind: 'weight', constant: 'conv.bias', index: 0, value: -0.3 },
    ];
    await sameGreys(
      page,
      { layer: 'pool', look: { ...look, scale: { kind: 'minmax' } }, edits },
      `${image} --stride 2,1 --padding 2 --padding-mode reflect --dilation 1,2 --bias -0.3 --activation leaky_relu:0.25 --pool avg:3:2 --resize 60 --scale minmax`,
      'rocket.edge3x3.png',
    );
    const at = { x: 3, y: 4 };
    const line = lineFor(page, { layer: 'relu', edits, at });
    expect(line).toMatch(
      /^cnnviz explain rocket\.jpg .*--bias -0\.3 --activation leaky_relu:0\.25 --resize 60 --at 3,4$/,
    );
    expect((await jsonOf(line)).value).toBe(await page.engine.value('relu', { item: 0, channel: 0, ...at }));
    expect(lineFor(page, { layer: 'relu', view: 'numbers' })).toMatch(/ --json$/);
    await run(wordsOf(lineFor(page, { layer: 'relu', view: 'numbers' })));
    expect(lineFor(page, { layer: 'conv', view: 'kernels' })).toBe('cnnviz kernels edge3x3 -o kernels.png');
    const field = fieldLine(page.data, state({ layer: 'pool', edits, at: { x: 1, y: 2 } }), page.bytes);
    await run([...wordsOf('line' in field ? field.line : ''), '--json']);
  });

  it('a kernel whose cells were changed, in full; another of another size; each channel with its own', async () => {
    const page = await explore('bars17.png', '-k', 'edge3x3', '--bias', '0.1');
    const cell: Edit = { kind: 'weight', constant: 'conv.weight', index: 4, value: 0.1 };
    await sameGreys(
      page,
      { layer: 'conv', edits: [cell] },
      'cnnviz conv bars17.png --kernel "1 0 -1; 1 0.1 -1; 1 0 -1" --bias 0.1',
      'bars17.kernel.png',
    );
    const row: Edit = { kind: 'kernel', constant: 'conv.weight', shape: [1, 1, 1, 4], data: [1, -2, 2, 1 / 3] };
    await sameGreys(
      page,
      { layer: 'pool', edits: [cell, row] },
      'cnnviz conv bars17.png --kernel "1 -2 2 0.33333334;" --bias 0.1',
      'bars17.kernel.png',
    );
    const colour = await explore('rocket.jpg', '-k', 'sobel-x', '--resize', '40');
    const one: Edit = { kind: 'weight', constant: 'conv.weight', index: 13, value: 3 };
    await sameGreys(
      colour,
      { layer: 'conv', edits: [one] },
      'cnnviz conv rocket.jpg --kernel [[[-1,0,1],[-2,0,2],[-1,0,1]],[[-1,0,1],[-2,3,2],[-1,0,1]],[[-1,0,1],[-2,0,2],[-1,0,1]]] --resize 40'.replace(
        /--kernel (\S+)/,
        '--kernel "$1"',
      ),
      'rocket.kernel.png',
    );
  });

  it('a patch, a bias that was found, several kernels', async () => {
    const page = await explore('rocket.jpg', '--patch', '300,180,20,24', '--bias', 'fire:1%', '--relu');
    await sameGreys(
      page,
      { layer: 'relu' },
      `cnnviz conv rocket.jpg --patch 300,180,20,24 --bias ${page.data.networks[0].args[3]} --relu`,
      'rocket.patch-300-180-20x24.png',
    );
    const two = await explore('five.png', '-k', 'sobel-x,sobel-y', '--bias', 'p90');
    await sameGreys(
      two,
      { layer: 'conv', view: 'map', channel: 1, look: each },
      'cnnviz conv five.png --kernel sobel-x --kernel sobel-y --bias p90',
      'five.sobel-y.png',
    );
    expect(lineFor(two, { layer: 'conv', look: { ...each, scale: { kind: 'symmetric' } } })).toBe(
      'cnnviz conv five.png --kernel sobel-x --kernel sobel-y --bias p90 --sheet --scale symmetric --colormap gray --each',
    );
  });

  it('a pipe of one layer is said as conv', async () => {
    const page = await explore('conv outline3x3 padding=same | relu | max_pool 2', 'five.png');
    await sameGreys(
      page,
      { layer: 'max_pool' },
      'cnnviz conv five.png --kernel outline3x3 --padding same --relu --pool max:2:2 --rgb',
      'five.outline3x3.png',
    );
  });

  it('what no command can do is refused with the reason', async () => {
    const page = await explore('digits', 'three.png');
    const weight: Edit = { kind: 'weight', constant: 'conv1.weight', index: 0, value: 1 };
    expect(refusal(page, { layer: 'conv1', image: null })).toMatch(/given to the page and has no name here/);
    expect(refusal(page, { layer: 'conv1', edits: [weight] })).toMatch(/a weight was changed/);
    expect(refusal(page, { layer: 'conv1', edits: [{ kind: 'silence', layer: 'conv1', channel: 0 }] })).toMatch(
      /silenced/,
    );
    expect(refusal(page, { layer: 'conv1', edits: [becomes('relu1', { kind: 'identity' })] })).toMatch(
      /a layer was changed/,
    );
    expect(refusal(page, { layer: 'relu1', view: 'kernels' })).toBe('this layer has no kernels');
    expect(refusal(page, { view: 'compare' })).toBe('one network alone is compared with none');
    const layer = await explore('five.png', '-k', 'edge3x3');
    expect(refusal(layer, { view: 'classes' })).toBe('one layer alone has none of this');
    expect(refusal(layer, { layer: 'pool', edits: [becomes('pool', { kind: 'softmax', dim: 1 })] })).toMatch(
      /replaced by softmax/,
    );
    const served = shellLine(
      layer.data,
      state({ layer: 'conv', edits: [{ ...weight, constant: 'conv.weight' }] }),
      null,
    );
    expect(served).toEqual({ refused: expect.stringMatching(/the server of this page has the other numbers/) });
    const odd = { ...page.data, images: [{ ...page.data.images[0], path: 'a\u202egnp.exe' }] };
    expect(shellLine(odd, state({ layer: 'conv1' }))).toEqual({
      refused: expect.stringMatching(/letters that cannot be seen/),
    });
    const dash = { ...page.data, images: [{ ...page.data.images[0], path: '-rf' }] };
    expect(shellLine(dash, state({ layer: 'conv1', at: { x: 0, y: 0 } }))).toMatchObject({
      line: expect.stringContaining('digits ./-rf '),
    });
  });

  it('numbers are as short as float32 allows', () => {
    for (const [value, text] of [
      [0.1, '0.1'],
      [1 / 3, '0.33333334'],
      [-2, '-2'],
      [1e-30, '1e-30'],
      [16777217, '16777216'],
    ] as const) {
      expect(numberText(Math.fround(value))).toBe(text);
      expect(Math.fround(Number(text))).toBe(Math.fround(value));
    }
  });
});
