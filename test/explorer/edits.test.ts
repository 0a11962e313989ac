import { beforeAll, describe, expect, it } from 'vitest';
import { type Fed, planRun, type Runnable, runSubject, shapeOf } from '../../src/analysis/kept-run.js';
import { sizeOf, tensor } from '../../src/core/tensor.js';
import { toFloat32 } from '../../src/core/values.js';
import { openEngine } from '../../src/explorer/engine/open-engine.js';
import { unpackModel } from '../../src/explorer/pack.js';
import type { Edit, ExplorerEngine } from '../../src/explorer/protocol.js';
import type { Layer } from '../../src/layers/index.js';
import { type Model, type ModelNode, tensorConstant } from '../../src/layers/model.js';
import { seeded } from '../random.js';
import { image, type Page, pageOf, situation } from './page-of.js';

const OPTIONS = { exact: false, algorithm: null };
const DOORS = { breathe: () => undefined, team: null, watch: false };

/** Every value of a model on a page's image, computed in one whole run. */
async function wholeRun(
  model: Model,
  page: Page,
  source: Fed = page.sources[0],
): Promise<(value: string) => Float32Array> {
  const subject: Runnable = {
    fed: new Map(),
    open: model.inputs.map(({ name }) => name),
    bind: () => ({ model, notes: [], branches: null, settle: null }),
    retell: (error) => error,
  };
  const keep = model.nodes.flatMap(({ outputs }) => outputs);
  const planned = planRun(shapeOf(subject, source), keep, OPTIONS);
  const run = await runSubject(subject, planned, source, OPTIONS, DOORS);
  return (value) => toFloat32(run.read(value).data);
}

const modelOf = (page: Page): Model => unpackModel(page.data.networks[0].model, page.read);
const withNode = (model: Model, name: string, change: (node: ModelNode) => ModelNode): Model => ({
  ...model,
  nodes: model.nodes.map((node) => (node.name === name ? change(node) : node)),
});
const withLayer = (model: Model, name: string, layer: Layer): Model =>
  withNode(model, name, (node) => ({
    ...node,
    layer,
    inputs: layer.kind === 'conv' ? node.inputs : node.inputs.slice(0, 1),
  }));
function withNumbers(model: Model, name: string, shape: readonly number[], data: Float32Array): Model {
  return { ...model, constants: new Map(model.constants).set(name, tensorConstant(tensor(data, shape))) };
}

/** Bits of all layers that are shown. */
async function bits(engine: ExplorerEngine, page: Page): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const { name } of page.data.networks[0].layers) all.set(name, bitsOf((await engine.values(name)).data));
  return all;
}

const bitsOf = (data: Float32Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

let page: Page;
let conv: ModelNode;
let first: { readonly layer: ModelNode; readonly activation: ModelNode; readonly pool: ModelNode };

beforeAll(async () => {
  page = await pageOf({ network: 'lenet5', init: 1, images: [image('five.png'), image('digits/7.png')] });
  const { nodes } = modelOf(page);
  [, conv] = nodes.filter(({ layer }) => layer.kind === 'conv');
  first = {
    layer: nodes.find(({ layer }) => layer.kind === 'conv')!,
    activation: nodes.find(({ layer }) => layer.kind === 'activation')!,
    pool: nodes.find(({ layer }) => layer.kind === 'max_pool' || layer.kind === 'avg_pool')!,
  };
});

/** Runs an edit after a run without, and holds every layer against a whole run of the model that is made with it. */
async function sameAs(edits: readonly Edit[], edited: (model: Model) => Model): Promise<number> {
  const engine = openEngine(page.data, page.read);
  await engine.run(situation());
  const before = await bits(engine, page);
  const ran = await engine.run(situation(edits));
  const expected = await wholeRun(edited(modelOf(page)), page);
  let changed = 0;
  for (const { name, value } of page.data.networks[0].layers) {
    const found = bitsOf((await engine.values(name)).data);
    expect(found === bitsOf(expected(value)), name).toBe(true);
    expect(ran.layers.find((one) => one.name === name)!.unchanged, name).toBe(found === before.get(name));
    if (found !== before.get(name)) changed++;
  }
  return changed;
}

describe('an edit gives the bits of a model that was made so', () => {
  it('one weight, and one bias', async () => {
    const [, weight, bias] = conv.inputs as [string, string, string];
    const numbers = modelOf(page).constants;
    const changedWeight = toFloat32(numbers.get(weight)!.load().data).slice();
    changedWeight[7] = 0.3;
    const changedBias = toFloat32(numbers.get(bias)!.load().data).slice();
    changedBias[2] = -1.25;
    const changed = await sameAs(
      [
        { kind: 'weight', constant: weight, index: 7, value: 0.7 },
        { kind: 'weight', constant: bias, index: 2, value: -1.25 },
        { kind: 'weight', constant: weight, index: 7, value: 0.3 },
      ],
      (model) =>
        withNumbers(
          withNumbers(model, weight, numbers.get(weight)!.shape, changedWeight),
          bias,
          numbers.get(bias)!.shape,
          changedBias,
        ),
    );
    expect(changed).toBeGreaterThan(3);
  });

  it('a kernel of another size', async () => {
    const weight = conv.inputs[1]!;
    const [M, C, kH, kW] = modelOf(page).constants.get(weight)!.shape;
    const shape = [M, C, kH + 2, kW + 2];
    const random = seeded(4);
    const data = Float32Array.from({ length: sizeOf(shape) }, () => random() - 0.5);
    // with a border of one pixel more its maps keep their size, which the layers of vectors behind them need
    const becomes = { ...conv.layer, padding: [1, 1, 1, 1] } as Layer;
    await sameAs(
      [
        { kind: 'kernel', constant: weight, shape, data: [...data] },
        { kind: 'layer', layer: conv.name, becomes },
      ],
      (model) => withNumbers(withLayer(model, conv.name, becomes), weight, shape, data),
    );
  });

  it.each([
    ['leaky_relu', { kind: 'activation', name: 'leaky_relu', parameters: [0.2] }],
    ['none', { kind: 'identity' }],
  ] as const)('another activation: %s', async (_, becomes) => {
    const { name } = first.activation;
    await sameAs([{ kind: 'layer', layer: name, becomes }], (model) => withLayer(model, name, becomes));
  });

  it('another pooling', async () => {
    const { kernelSize, stride } = first.pool.layer as Extract<Layer, { kind: 'max_pool' | 'avg_pool' }>;
    const becomes: Layer = {
      kind: 'max_pool',
      kernelSize,
      stride,
      pads: [0, 0, 0, 0],
      dilation: [1, 1],
      ceilMode: false,
    };
    expect(first.pool.layer.kind).toBe('avg_pool');
    await sameAs([{ kind: 'layer', layer: first.pool.name, becomes }], (model) =>
      withLayer(model, first.pool.name, becomes),
    );
  });

  it('dilation and padding that keep the size', async () => {
    const layer = conv.layer as Extract<Layer, { kind: 'conv' }>;
    const [, , kH, kW] = modelOf(page).constants.get(conv.inputs[1]!)!.shape;
    const becomes: Layer = {
      ...layer,
      dilation: [2, 2],
      padding: [(kH - 1) / 2, (kW - 1) / 2, (kH - 1) / 2, (kW - 1) / 2],
    };
    await sameAs([{ kind: 'layer', layer: conv.name, becomes }], (model) => withLayer(model, conv.name, becomes));
  });
});

describe('a silenced channel', () => {
  it('is zero in its own maps and for all that reads them', async () => {
    const engine = openEngine(page.data, page.read);
    await engine.run(situation());
    const before = await engine.values(first.activation.name);
    const other = await bits(engine, page);
    const ran = await engine.run(situation([{ kind: 'silence', layer: first.activation.name, channel: 2 }]));
    const after = await engine.values(first.activation.name);
    const plane = after.shape[2] * after.shape[3];
    const expected = before.data.slice().fill(0, 2 * plane, 3 * plane);
    expect(before.data.subarray(2 * plane, 3 * plane).some((value) => value !== 0)).toBe(true);
    expect(bitsOf(after.data)).toBe(bitsOf(expected));
    expect((await bits(engine, page)).get(first.layer.name)).toBe(other.get(first.layer.name));
    // as if the rest of the network had read these maps
    const model = modelOf(page);
    const [value] = first.activation.outputs;
    const at = model.nodes.findIndex(({ outputs }) => outputs[0] === value);
    const info = { dtype: 'float32', shape: after.shape } as const;
    const rest = { ...model, inputs: [{ ...info, name: value }], nodes: model.nodes.slice(at + 1) };
    const behind = await wholeRun(rest, page, { info, x: { data: expected, shape: after.shape } });
    const [output] = model.outputs;
    const last = page.data.networks[0].layers.find((layer) => layer.value === output)!;
    expect(bitsOf((await engine.values(last.name)).data)).toBe(bitsOf(behind(output)));
    expect(ran.layers.find(({ name }) => name === last.name)!.unchanged).toBe(false);
  });

  it('is explained, and so is what reads it', async () => {
    const engine = openEngine(page.data, page.read);
    await engine.run(situation([{ kind: 'silence', layer: first.activation.name, channel: 2 }]));
    const place = { item: 0, channel: 2, x: 10, y: 12 };
    const silent = await engine.explain(first.activation.name, place);
    expect(silent).toMatchObject({ value: 0, same: true });
    expect(silent.steps).toHaveLength(1);
    const speaking = await engine.explain(first.activation.name, { ...place, channel: 3 });
    expect(speaking.same).toBe(true);
    expect(speaking.steps.length).toBeGreaterThan(1);
    const pooled = await engine.explain(first.pool.name, { item: 0, channel: 2, x: 3, y: 4 });
    expect(pooled).toMatchObject({ value: 0, same: true });
    const from = pooled.steps.flatMap((step) => (step.step === 'element' ? step.reads.map((one) => one.from) : []));
    expect(from.some((name) => name === first.activation.outputs[0])).toBe(true);
  });
});

describe('what is computed again', () => {
  it('is what the change reaches, with the bits of a run that begins anew', async () => {
    const random = seeded(11);
    const { nodes, constants } = modelOf(page);
    const engine = openEngine(page.data, page.read);
    const all = (await engine.run(situation())).computed;
    const names = [...constants.keys()];
    let edits: Edit[] = [];
    let [least, most] = [all, 0];
    for (let round = 0; round < 20; round++) {
      const constant = names[Math.floor(random() * names.length)];
      const index = Math.floor(random() * sizeOf(constants.get(constant)!.shape));
      const silent = nodes.filter(({ layer }) => layer.kind === 'activation')[round % 3].name;
      edits =
        round % 5 === 4
          ? edits.slice(1)
          : round % 3 === 2
            ? [...edits, { kind: 'silence', layer: silent, channel: round % 6 }]
            : [...edits, { kind: 'weight', constant, index, value: random() - 0.5 }];
      const picture = round % 7 === 6 ? 1 : 0;
      const ran = await engine.run(situation(edits, picture));
      least = Math.min(least, ran.computed);
      most = Math.max(most, ran.computed);
      const anew = openEngine(page.data, page.read);
      await anew.run(situation(edits, picture));
      expect(await bits(engine, page)).toEqual(await bits(anew, page));
    }
    expect(least).toBeLessThan(all);
    expect(most).toBeGreaterThanOrEqual(all);
  });

  it('is nothing when nothing changed, and all is as it was when edits are taken back', async () => {
    const engine = openEngine(page.data, page.read);
    await engine.run(situation());
    const before = await bits(engine, page);
    const bias = conv.inputs[2]!;
    const edit: Edit = { kind: 'weight', constant: bias, index: 0, value: 3 };
    await engine.run(situation([edit]));
    expect((await engine.run(situation([{ ...edit }]))).computed).toBe(0);
    await engine.run(situation());
    expect(await bits(engine, page)).toEqual(before);
  });
});

describe('a change that cannot be', () => {
  const settings = { kind: 'conv', stride: [1, 1] } as unknown as Layer;
  const cases: readonly (readonly [string, () => Edit, RegExp])[] = [
    [
      'stride 0',
      () => ({ kind: 'layer', layer: conv.name, becomes: { ...conv.layer, stride: [0, 0] } as Layer }),
      /stride/,
    ],
    [
      'a stride that leaves too little',
      () => ({ kind: 'layer', layer: conv.name, becomes: { ...conv.layer, stride: [3, 3] } as Layer }),
      /larger/,
    ],
    ['no such layer', () => ({ kind: 'silence', layer: 'nothing', channel: 0 }), /"nothing"/],
    ['no such channel', () => ({ kind: 'silence', layer: conv.name, channel: 99 }), /channel 99/],
    ['no such number', () => ({ kind: 'weight', constant: conv.inputs[1]!, index: 1e7, value: 0 }), /number 10000000/],
    ['no number', () => ({ kind: 'weight', constant: conv.inputs[1]!, index: 0, value: Number.NaN }), /NaN/],
    ['settings that are not all there', () => ({ kind: 'layer', layer: conv.name, becomes: settings }), /settings/],
    [
      'no such activation',
      () => ({
        kind: 'layer',
        layer: first.activation.name,
        becomes: { kind: 'activation', name: 'sigh', parameters: [] } as unknown as Layer,
      }),
      /settings/,
    ],
    [
      'no such kind',
      () => ({ kind: 'layer', layer: conv.name, becomes: { kind: 'nonsense' } as unknown as Layer }),
      /nonsense/,
    ],
    [
      'fewer numbers than the shape says',
      () => ({ kind: 'kernel', constant: conv.inputs[1]!, shape: [1, 1, 2, 2], data: [1] }),
      /1 numbers/,
    ],
  ];
  it.each(cases)('%s is refused, and the last run stays', async (_, edit, words) => {
    const engine = openEngine(page.data, page.read);
    await engine.run(situation());
    const before = await bits(engine, page);
    const refusal = engine.run(situation([edit()]));
    await expect(refusal).rejects.toMatchObject({ name: 'CnnvizError', message: expect.stringMatching(words) });
    expect(await bits(engine, page)).toEqual(before);
    expect((await engine.run(situation())).computed).toBe(0);
    expect(await bits(engine, page)).toEqual(before);
  });
});

describe('a residual block', () => {
  it('with a batch norm that is folded keeps the bits of a whole run when a weight of it changes', async () => {
    page = await pageOf({ network: 'resnet18', init: 1, images: [image('chelsea.png')] });
    const model = modelOf(page);
    const norm = model.nodes.find(({ layer }) => layer.kind === 'batch_norm')!;
    const name = norm.inputs[1]!;
    const { shape } = model.constants.get(name)!;
    const data = toFloat32(model.constants.get(name)!.load().data).slice();
    data[3] = 2.5;
    const changed = await sameAs([{ kind: 'weight', constant: name, index: 3, value: 2.5 }], (own) =>
      withNumbers(own, name, shape, data),
    );
    expect(changed).toBeGreaterThan(40);
  });
});
