import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../../src/analysis/explain/explanation.js';
import { explainLayer } from '../../../src/analysis/layer-run.js';
import { randomSource } from '../../../src/core/random.js';
import { tensor } from '../../../src/core/tensor.js';
import type { ValuePlace } from '../../../src/core/value-place.js';
import { toFloat32 } from '../../../src/core/values.js';
import type { PackedLayer } from '../../../src/explorer/page-data.js';
import { toInput } from '../../../src/io/inputs.js';
import { writeNpy } from '../../../src/models/npy.js';
import { networkSubject, openNetwork } from '../../../src/run/network.js';
import { layersNamed, run } from '../../../src/run/run.js';
import { BIN, IMAGES, NODE } from '../../cli/cnnviz.js';
import { randomArray } from '../../random.js';
import { pageParts } from '../page-parts.js';
import { askEngine } from './ask-engine.js';
import { NO_BROWSER, type Opened, SKIPPED, TestBrowser } from './chromium.js';
import { PageMaker } from './make-pages.js';

const ONNX = fileURLToPath(new URL('../../../fixtures/models/onnx/inverted-residual-16.onnx', import.meta.url));
const EXPLANATIONS = 100;
/** A guard against hanging: its weights are 47 MB, and come one after another. */
const LONG_MS = 180_000;

interface Case {
  readonly network: string;
  readonly seed: number | null;
  readonly image: string;
}

const CASES: readonly Case[] = [
  { network: 'digits', seed: null, image: 'digits/7.png' },
  { network: 'lenet5', seed: 1, image: 'five.png' },
  { network: 'squeezenet1_1', seed: 1, image: 'rocket.jpg' },
  { network: ONNX, seed: null, image: 'x.npy' },
];
const SERVED: Case = { network: 'squeezenet1_1', seed: 1, image: 'chelsea.png' };

const seedWords = ({ seed }: Case) => (seed === null ? [] : ['--init', `seed:${seed}`]);

/** What `cnnviz run --layers all` computes, by its own code. */
async function expectedOf({ network, seed }: Case, image: string) {
  const request = { network, weights: null, init: seed, inputs: [] };
  const decode = { maxPixels: 1e8, background: null };
  const subject = networkSubject(await openNetwork(request), { request, decode, preset: null, exact: false });
  const context = { breathe: () => undefined, threads: 1, times: null };
  const found = await run(subject, toInput(image, ''), layersNamed(['all']), context);
  const view = { facts: found.source.facts, network: subject.name, picture: null, notes: [] };
  const at = (layer: PackedLayer, place: ValuePlace): Explanation => {
    const looked = { ...found, ...view, layer: layer.name, value: layer.value, channel: place.channel };
    const { x, y, item, channel } = place;
    return explainLayer(looked, { channel, item, at: x === null || y === null ? null : { x, y } });
  };
  return { read: found.read, explain: at };
}

/** What of an explanation does not tell where it was made. */
const FIELDS = ['layer', 'shape', 'place', 'value', 'steps', 'same'] as const;

function textOf(explanation: Explanation): string {
  const picked = Object.fromEntries(FIELDS.map((key) => [key, explanation[key]]));
  return JSON.stringify(picked, (_, one) => (ArrayBuffer.isView(one) ? Array.from(one as Float32Array) : one));
}

const hashOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(NO_BROWSER)(`numbers of a page in Chromium${SKIPPED}`, () => {
  const browser = new TestBrowser();
  const pages = new PageMaker();
  let server: ChildProcess | null = null;
  beforeAll(async () => {
    const numbers = randomArray(8 * 7 * 7, 5, -1, 1);
    writeFileSync(join(pages.folder, 'x.npy'), writeNpy(tensor(numbers, [1, 8, 7, 7])));
    await browser.start();
  });
  afterAll(async () => {
    server?.kill();
    await browser.close();
    pages.end();
  });

  const imageOf = ({ image }: Case) => join(image.endsWith('.npy') ? pages.folder : IMAGES, image);

  async function compare({ page }: Opened, layers: readonly PackedLayer[], one: Case): Promise<void> {
    const expected = await expectedOf(one, imageOf(one));
    await page.getByText(/layers? computed in/).waitFor();
    const hashes = await askEngine(
      page,
      layers.map(({ name }) => ['values', name] as const),
      'data',
    );
    const wanted = layers.map(({ value }) => {
      const { buffer, byteOffset, byteLength } = toFloat32(expected.read(value).data);
      return hashOf(new Uint8Array(buffer, byteOffset, byteLength));
    });
    expect(hashes).toEqual(wanted);
    expect(new Set(hashes).size).toBeGreaterThan(layers.length / 2);

    const { next } = randomSource(7, `explain ${one.image}`);
    const below = (count: number) => Math.floor((next() / 2 ** 32) * count);
    const chosen = Array.from({ length: EXPLANATIONS }, () => {
      const layer = layers[below(layers.length)];
      const [, channels, height = null, width = null] = layer.shape;
      const isMap = height !== null && width !== null;
      const place = { x: isMap ? below(width) : null, y: isMap ? below(height) : null };
      return { layer, place: { item: 0, channel: below(channels), ...place } };
    });
    const found = await askEngine(
      page,
      chosen.map(({ layer, place }) => ['explain', layer.name, place] as const),
      FIELDS,
    );
    expect(found).toEqual(chosen.map(({ layer, place }) => hashOf(textOf(expected.explain(layer, place)))));
  }

  it.each(CASES.map((one) => [basename(one.network), one.image, one] as const))(
    '%s on %s: every layer and 100 explanations have the bits of run and explain',
    async (_, __, one) => {
      const path = await pages.make(one.network, ...seedWords(one), imageOf(one));
      const { data } = pageParts(readFileSync(path, 'utf8'));
      const opened = await browser.open(path);
      await compare(opened, data.networks[0].layers, one);
      await browser.done(opened);
    },
  );

  it(
    'squeezenet1_1, served: weights by range, memory that is shared, the same bits',
    async () => {
      server = spawn(NODE, [BIN, 'explore', SERVED.network, ...seedWords(SERVED), imageOf(SERVED), '--serve', '-q'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(server.stdout!, 'data');
      const opened = await browser.open(String(line).trim());
      expect(await opened.page.evaluate('crossOriginIsolated')).toBe(true);
      const text = await opened.page.locator('#cnnviz-data').textContent();
      await compare(opened, JSON.parse(text!).networks[0].layers, SERVED);
      await browser.done(opened);
    },
    LONG_MS,
  );
});
