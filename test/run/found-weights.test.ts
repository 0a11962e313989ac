import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BUILTIN_NETWORKS } from '../../src/models/networks/index.js';
import { addressOf, PUBLISHED, publishedFor } from '../../src/models/networks/published.js';
import { builtinShapes } from '../../src/models/networks/recognize/shapes.js';
import { fetchedWeights, findWeights } from '../../src/run/found-weights.js';
import { inFolder } from '../cli/cnnviz.js';

const BYTES = Buffer.from('weights');
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const FILE = `net-${SHA256.slice(0, 8)}.pth`;
const ENTRY = { network: 'net', file: FILE, bytes: BYTES.length, bytesOff: 0, sha256: SHA256.slice(0, 8) };

afterEach(() => vi.unstubAllEnvs());

/** Both caches, with this in the file of one of them. */
function withFile(place: 'cache' | 'hub', bytes: Uint8Array, use: (path: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    vi.stubEnv('CNNVIZ_CACHE', join(folder, 'cache'));
    vi.stubEnv('TORCH_HOME', join(folder, 'torch'));
    const at = place === 'cache' ? join(folder, 'cache') : join(folder, 'torch', 'hub', 'checkpoints');
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, FILE), bytes);
    await use(join(at, FILE));
  });
}

describe('the table of published weights', () => {
  it.each(PUBLISHED)("$file: the name has the hash's first digits, the size that of its numbers", (one) => {
    expect(one.sha256).toMatch(/^[0-9a-f]{8}(?:[0-9a-f]{2}|[0-9a-f]{56})?$/);
    expect(one.file.replace(/[-_.]/g, '')).toContain(one.network.replace(/[_]|v2|x1_0$/g, '').slice(0, 9));
    expect(one.file).toMatch(new RegExp(`-${one.sha256.slice(0, 8)}[0-9a-f]*\\.pth$`));
    expect(addressOf(one)).toBe(`https://download.pytorch.org/models/${one.file}`);
    const shapes = [...builtinShapes(one.network).values()];
    const numbers = shapes.reduce((sum, shape) => sum + shape.reduce((size, side) => size * side, 1), 0);
    // torch.save adds names and a little more to float32 numbers; the wide ones are float16, but for their norms
    const size = one.network.startsWith('wide') ? 2 : 4;
    expect((one.bytes - size * numbers) / shapes.length).toBeGreaterThan(50);
    // those of Inception hold the heads that only training uses
    if (!['googlenet', 'inception_v3'].includes(one.network)) {
      expect((one.bytes - size * numbers) / shapes.length).toBeLessThan(size === 2 ? 1300 : 700);
    }
  });

  it('has every built-in network that torchvision has; the weights of one ship', async () => {
    const without = BUILTIN_NETWORKS.filter(({ name }) => publishedFor(name) === null).map(({ name }) => name);
    expect(without).toEqual(['digits', 'lenet5', 'alexnet-2012']);
    const request = { network: 'digits', weights: null, init: null, inputs: [] };
    const { path, note } = await findWeights(request);
    expect([basename(path!), note]).toEqual(['digits.safetensors', null]);
    expect(await findWeights({ ...request, init: 1 })).toEqual({ path: null, note: null });
    expect(await findWeights({ ...request, weights: './mine.pth' })).toEqual({ path: './mine.pth', note: null });
  });
});

describe('weights that were fetched', () => {
  it("by cnnviz get are taken, and so are PyTorch's, whose hash is checked", async () => {
    await withFile('cache', BYTES, async (path) => {
      expect(await fetchedWeights(ENTRY)).toEqual({ path, note: `weights: ${FILE}, as cnnviz get fetched it` });
    });
    await withFile('hub', BYTES, async (path) => {
      const note = `weights: ${FILE}, as PyTorch fetched it (SHA-256 checked)`;
      expect(await fetchedWeights(ENTRY)).toEqual({ path, note });
    });
  });

  it("of PyTorch's with another hash are not taken, and that is said", () =>
    withFile('hub', Buffer.from('weigths'), async (path) => {
      const note = `${path}: not taken, its SHA-256 is another than it should be`;
      expect(await fetchedWeights(ENTRY)).toEqual({ path: null, note });
    }));

  it('that are nowhere are none', () =>
    inFolder(async (folder) => {
      vi.stubEnv('CNNVIZ_CACHE', folder);
      expect(await fetchedWeights(ENTRY)).toEqual({ path: null, note: null });
      const request = { network: 'resnet18', weights: null, init: null, inputs: [] };
      expect(await findWeights(request)).toEqual({ path: null, note: null });
    }));

  it('are looked for when nothing else is said, and not behind a path', () =>
    withFile('cache', BYTES, async (path) => {
      const of = (weights: string | null, init: number | null = null) =>
        findWeights({ network: 'net.yaml', weights, init, inputs: [] });
      expect(await of(FILE)).toMatchObject({ path });
      expect(await of(`./${FILE}`)).toEqual({ path: `./${FILE}`, note: null });
      expect(await of(`elsewhere/${FILE}`)).toEqual({ path: `elsewhere/${FILE}`, note: null });
      expect(await of(null, 1)).toEqual({ path: null, note: null });
    }));
});
