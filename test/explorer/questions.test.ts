import { describe, expect, it } from 'vitest';
import { chainBehind } from '../../src/analysis/explain/chain.js';
import { measureField } from '../../src/analysis/field.js';
import { activationOf } from '../../src/analysis/grad-cam.js';
import { explainLayer } from '../../src/analysis/layer-run.js';
import { atPlaces, strongestOf } from '../../src/analysis/placed-map.js';
import { planesOf } from '../../src/analysis/planes.js';
import { sizeOf } from '../../src/core/tensor.js';
import { placeOfIndex } from '../../src/core/value-place.js';
import { commonLevels } from '../../src/draw/figure.js';
import type { Look } from '../../src/explorer/page-data.js';
import { networkWork, openNetworkWork, run } from '../../src/run/run.js';
import { viewOf } from '../../src/run/shape.js';
import { seeded } from '../random.js';
import { type Asked, GRAY, image, type Page, pageOf, situation } from './page-of.js';

const NETWORKS: readonly (readonly [string, Asked])[] = [
  ['digits', { network: 'digits', images: [image('digits/7.png')] }],
  ['lenet5', { network: 'lenet5', init: 1, images: [image('five.png')] }],
  ['squeezenet1_1', { network: 'squeezenet1_1', init: 1, images: [image('rocket.jpg')] }],
  ['resnet18', { network: 'resnet18', init: 1, images: [image('chelsea.png')] }],
];

const EXPLANATIONS = 100;
const DIFFERENT = 6;
/** Of a deep network the layers that have few weights behind them: those behind are of the same kinds. */
const NEAR = 18;
/** Opened once. */
const opened = new Map<Asked, Promise<Page>>();
const openedPage = (asked: Asked): Promise<Page> => {
  if (!opened.has(asked)) opened.set(asked, pageOf(asked));
  return opened.get(asked)!;
};
const context = { breathe: () => undefined, threads: 1, times: null };

/** What `explain` says: a run that keeps what this layer's explanation reads, and nothing else. */
async function explainRun({ subject, sources: [source] }: Page, layer: string) {
  const choose = ({ shaped }: { shaped: import('../../src/layers/infer.js').ShapedModel }) => {
    const node = shaped.model.nodes.find(({ name }) => name === layer)!;
    return { value: node.outputs[0], keep: chainBehind(shaped.model, node.outputs[0]).keep };
  };
  const done = await run(subject, source, choose, context);
  const request = { kind: 'network', job: {}, layer } as unknown as Parameters<typeof viewOf>[0];
  const { value } = done.chosen;
  return { ...viewOf(request, subject, source, done.bound, { name: layer, value, node: null, group: null }), ...done };
}

/** Layers whose numbers are told one by one. */
async function explainedLayers(page: Page): Promise<{ name: string; shape: readonly number[] }[]> {
  const found: { name: string; shape: readonly number[] }[] = [];
  for (const { name, shape } of page.data.networks[0].layers) {
    const place = placeOfIndex(shape, 0);
    if (await page.engine.explain(name, place).catch(() => null)) found.push({ name, shape });
  }
  return found;
}

describe.each(NETWORKS)('%s', (_, asked) => {
  it(`${EXPLANATIONS} numbers are explained as explain does`, async () => {
    const page = await openedPage(asked);
    await page.engine.run(situation());
    const random = seeded(3);
    const layers = await explainedLayers(page);
    expect(layers.length).toBeGreaterThan(3);
    // each is run for itself, as the command does
    const near = layers.slice(0, NEAR);
    const some = near.filter((_, i) => i % Math.ceil(near.length / DIFFERENT) === 0);
    const runs = new Map<string, Awaited<ReturnType<typeof explainRun>>>();
    for (let n = 0; n < EXPLANATIONS; n++) {
      const { name, shape } = some[Math.floor(random() * some.length)];
      const place = placeOfIndex(shape, Math.floor(random() * sizeOf(shape)));
      if (!runs.has(name)) runs.set(name, await explainRun(page, name));
      const { x, y, channel, item } = place;
      const at = x === null || y === null ? null : { x, y };
      const expected = explainLayer({ ...runs.get(name)!, channel }, { channel, item, at });
      const found = await page.engine.explain(name, place);
      expect(JSON.stringify({ ...found, input: null, network: null, notes: [] }), `${name} ${n}`).toBe(
        JSON.stringify({ ...expected, input: null, network: null, notes: [] }),
      );
      expect(found.value).toBe(await page.engine.value(name, place));
    }
  });

  it('classes, facts and field are those of the command line', async () => {
    const page = await openedPage(asked);
    const ran = await page.engine.run(situation());
    const [source] = page.sources;
    const job = {
      ...{ request: { network: asked.network, weights: null, init: asked.init ?? null, inputs: [] }, preset: null },
      ...{
        decode: { maxPixels: 1e8, background: null },
        layers: ['all'],
        picturesImplied: true,
        exact: false,
        top: 10,
      },
      labels: null,
      picture: { scale: GRAY.scale, depth: 8, colormap: 'gray' },
      output: { products: [], target: { kind: 'working-folder' }, clobber: false },
    } as unknown as Parameters<typeof openNetworkWork>[0];
    const work = networkWork(await openNetworkWork(job), job, async () => {});
    const { answer } = await work.run(source, context as unknown as Parameters<typeof work.run>[1], {
      path: source.facts.path,
      name: 'seen',
      ext: '',
      relative: '',
    });
    const expected = answer([]);
    expect(ran.classes?.map(({ index, score }) => [index, score])).toEqual(
      expected.top![0].map(({ index, score }) => [index, score]),
    );
    expect(ran.classes?.map(({ share }) => share)).toEqual(expected.top![0].map(({ probability }) => probability));
    expect(ran.prepared).toBe(`${source.facts.width}×${source.facts.height} → ${expected.preprocess}`);
    for (const warning of expected.warnings) expect(ran.notes).toContain(warning);
    for (const layer of expected.layers.slice(0, 3)) {
      expect(await page.engine.facts(layer.name)).toEqual(layer.facts);
    }
    const [first] = page.data.networks[0].layers;
    const seen = await explainRun(page, first.name);
    expect(await page.engine.field(first.name, { x: 1, y: 2 }, null)).toMatchObject({
      ...measureField(seen, { at: { x: 1, y: 2 }, pixel: null }),
      input: expect.anything(),
      network: expect.anything(),
    });
  });

  it('the map of a class is that of gradcam', async () => {
    const page = await openedPage(asked);
    await page.engine.run(situation());
    const found = await page.engine.classMap(null, null);
    const { subject, sources } = page;
    const labels = page.data.networks[0].labels;
    const doors = { breathe: () => undefined, team: null };
    const expected = await activationOf(subject, sources[0], { className: null, labels }, null, doors);
    expect(found).toMatchObject({ layer: expected.layer.name, class: { index: expected.class.index } });
    const size: [number, number] = [found.height, found.width];
    const most = strongestOf(expected.map, expected.places, size)?.value ?? 0;
    const placed = atPlaces(expected.map, expected.places, size).values;
    expect(bitsOf(found.values) === bitsOf(most > 0 ? placed.map((value) => value / most) : placed)).toBe(true);
  });
});

/** Compared as texts: a difference of many numbers is not printed. */
const bitsOf = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

describe('other questions', () => {
  it.each(NETWORKS.slice(0, 2))('%s: maps have the greys and the scale of a sheet', async (_, asked) => {
    const page = await openedPage(asked);
    await page.engine.run(situation());
    const looks: Look[] = [
      GRAY,
      { ...GRAY, scale: { kind: 'minmax' } },
      { ...GRAY, scale: { kind: 'symmetric' }, colormap: 'diverging' },
      { ...GRAY, scale: { kind: 'fixed', lo: -0.5, hi: 1 } },
      { ...GRAY, scale: { kind: 'percentiles', lo: 2, hi: 98 } },
    ];
    for (const { name } of page.data.networks[0].layers.slice(0, 4)) {
      const { shape, data } = await page.engine.values(name);
      const { maps } = planesOf({ values: data, value: { shape } });
      for (const look of looks) {
        const expected = commonLevels(maps, look.scale);
        const found = await page.engine.maps(name, null, look);
        expect(found.scales).toEqual([{ lo: expected.scale.lo, hi: expected.scale.hi }]);
        const all = Buffer.concat(expected.levels);
        expect(Buffer.compare(all, found.greys as Uint8Array), `${name} ${look.scale.kind}`).toBe(0);
        const { below, above } = expected.clipped;
        expect(found.clipped).toMatchObject({ below, above });
        // some of them: the same scale
        const [last] = found.channels.slice(-1);
        const one = await page.engine.maps(name, [last], look);
        expect(one.scales).toEqual(found.scales);
        expect(Buffer.compare(expected.levels[last], one.greys as Uint8Array)).toBe(0);
      }
      const each = await page.engine.maps(name, null, { ...GRAY, each: true });
      expect(each.scales).toEqual(
        maps.map((map) => {
          const { lo, hi } = commonLevels([map], GRAY.scale).scale;
          return { lo, hi };
        }),
      );
    }
  });

  it('kernels are the weight as it is now, and those of a linear layer are one pixel', async () => {
    const page = await pageOf({ network: 'lenet5', init: 1, images: [image('five.png')] });
    const { layers } = page.data.networks[0];
    const conv = layers.find(({ weight, words }) => weight !== null && words.startsWith('conv'))!;
    await page.engine.run(situation([{ kind: 'weight', constant: conv.weight!, index: 3, value: 9 }]));
    const kernels = await page.engine.kernels(conv.name);
    expect(kernels).toMatchObject({ constant: conv.weight, biasConstant: expect.stringContaining('bias') });
    expect(kernels.data[3]).toBe(9);
    expect(kernels.data).toHaveLength(sizeOf(kernels.shape));
    const linear = layers.find(({ words }) => words.startsWith('linear'))!;
    expect((await page.engine.kernels(linear.name)).shape.slice(2)).toEqual([1, 1]);
    await expect(page.engine.kernels(layers.find(({ weight }) => weight === null)!.name)).rejects.toThrow('no kernels');
  });

  it('a histogram counts every number once', async () => {
    const page = await pageOf({ network: 'lenet5', init: 1, images: [image('five.png')] });
    await page.engine.run(situation());
    const { name } = page.data.networks[0].layers[1];
    const { data } = await page.engine.values(name);
    const { counts, zeros, nan, infinite } = await page.engine.histogram(name, 20);
    expect(counts.reduce((sum, one) => sum + one, 0) + zeros + nan + infinite).toBe(data.length);
  });

  it('two networks part at the first layer that differs, and one does not part from itself', async () => {
    const images = [image('five.png')];
    const page = await pageOf({ network: 'lenet5', init: 1, images }, { network: 'lenet5', init: 2, images });
    await page.engine.run(situation());
    const same = await page.engine.compare(0, 0);
    expect(same.first).toBeNull();
    expect(same.rows.every((row) => row.same && row.worst === 0)).toBe(true);
    const other = await page.engine.compare(0, 1);
    expect(other.first).toBe(page.data.networks[0].layers[0].name);
    // and the first is still the one that is shown
    const { data } = await page.engine.values(other.first!);
    const anew = await pageOf({ network: 'lenet5', init: 1, images });
    await anew.engine.run(situation());
    expect(bitsOf(data)).toBe(bitsOf((await anew.engine.values(other.first!)).data));
    expect((await page.engine.run(situation())).layers.every(({ unchanged }) => unchanged)).toBe(true);
    expect((await page.engine.run(situation([], 0, 1))).layers.some(({ unchanged }) => unchanged)).toBe(false);
  });

  it('layers that nobody shows are left out, and what is folded stays folded', async () => {
    const images = [image('chelsea.png')];
    const whole = await pageOf({ network: 'resnet18', init: 1, images });
    const part = await pageOf({ network: 'resnet18', init: 1, images, layers: ['layer1.0.*'] });
    expect(part.bytes.length).toBeLessThan(whole.bytes.length / 10);
    const ran = await part.engine.run(situation());
    await whole.engine.run(situation());
    expect(ran.classes).toBeNull();
    for (const { name } of part.data.networks[0].layers) {
      const [a, b] = [await part.engine.values(name), await whole.engine.values(name)];
      expect(Buffer.compare(Buffer.from(a.data.buffer), Buffer.from(b.data.buffer)), name).toBe(0);
    }
    await expect(part.engine.classMap(null, null)).rejects.toThrow('before its classes');
  });
});
