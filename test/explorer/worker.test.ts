import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { EngineMemory } from '../../src/engine/wasm/memory.js';
import { isShared, shareMemory, withoutSharing } from '../../src/engine/wasm/sharing.js';
import { connectEngine, Superseded } from '../../src/explorer/engine-proxy.js';
import type { FromWorker, ToWorker } from '../../src/explorer/protocol.js';
import { GRAY, image, type Page, pageOf, situation } from './page-of.js';

const built = (name: string) => readFileSync(fileURLToPath(new URL(`../../dist/explorer/${name}`, import.meta.url)));

/** The worker of a page in a realm of its own: a page that is not cross-origin isolated has no shared memory. */
function pageWorker(page: Page, served: { readonly status: number; readonly ranges: string[] } | null = null) {
  const worker = {
    onmessage: null as ((event: { data: FromWorker }) => void) | null,
    onerror: null,
    postMessage: (message: ToWorker) => void queueMicrotask(() => listen(message)),
  };
  const sent: FromWorker[] = [];
  let listener: ((event: { data: ToWorker }) => void) | null = null;
  const context = createContext({
    ...{ WebAssembly, TextEncoder, TextDecoder, performance, crossOriginIsolated: false },
    // what a server of the page answers, range by range
    XMLHttpRequest: class {
      status = 0;
      response: ArrayBuffer | null = null;
      #range = '';
      open() {}
      setRequestHeader(_: string, range: string) {
        this.#range = range;
      }
      send() {
        const [first, last] = this.#range.match(/\d+/g)!.map(Number);
        served!.ranges.push(this.#range);
        this.status = served!.status;
        this.response = page.bytes.slice(first, last + 1).buffer as ArrayBuffer;
      }
    },
    postMessage: (message: FromWorker) => {
      sent.push(message);
      // as it arrives: a copy, which shared memory cannot be part of
      worker.onmessage?.({ data: structuredClone(message) });
    },
    addEventListener: (_: string, listen: typeof listener) => {
      listener = listen;
    },
  });
  runInContext('delete globalThis.SharedArrayBuffer', context);
  runInContext(built('worker.js').toString(), context);
  const listen = (message: ToWorker) => listener!({ data: message });
  const bytes = page.bytes.slice().buffer as ArrayBuffer;
  const wasm = Uint8Array.from(built('engine.wasm')).buffer;
  return {
    engine: connectEngine(worker, {
      data: page.data,
      bytes: served ? null : bytes,
      base: served && 'http://127.0.0.1/',
      wasm,
    }),
    sent,
  };
}

describe('the worker of a page', () => {
  it('is small: its program and the module it computes with, compressed', () => {
    const [program, module] = [built('worker.js'), built('engine.wasm')].map((bytes) => gzipSync(bytes, { level: 9 }));
    process.stdout.write(`worker ${program.length} bytes, module ${module.length} bytes, as gzip\n`);
    expect(program.length + module.length).toBeLessThan(113_000);
  });

  it.each([
    ['digits', { network: 'digits', images: [image('digits/7.png')] }],
    ['lenet5', { network: 'lenet5', init: 1, images: [image('five.png')] }],
  ] as const)('gives the bits of the engine with shared memory, where there is none: %s', async (_, asked) => {
    const page = await pageOf({ ...asked });
    const { engine } = pageWorker(page);
    const [there, here] = [await engine.run(situation()), await page.engine.run(situation())];
    expect({ ...there, ms: 0 }).toEqual({ ...here, ms: 0 });
    for (const { name } of page.data.networks[0].layers) {
      expect(await engine.values(name)).toEqual(await page.engine.values(name));
      expect(await engine.maps(name, null, GRAY)).toEqual(await page.engine.maps(name, null, GRAY));
    }
  });

  it('does the last of the runs that wait, and tells the others', async () => {
    const page = await pageOf({ network: 'digits', images: [image('digits/7.png'), image('digits/3.png')] });
    const { engine, sent } = pageWorker(page);
    const runs = [0, 1, 0, 1].map((index) => engine.run(situation([], index)));
    const [first, second, third, fourth] = await Promise.allSettled(runs);
    if (fourth.status === 'rejected') throw fourth.reason;
    expect([first, fourth]).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    for (const dropped of [second, third]) {
      expect(dropped.status === 'rejected' && dropped.reason).toBeInstanceOf(Superseded);
    }
    expect(sent.filter(({ kind }) => kind === 'answer')).toHaveLength(2);
  });

  it('asks a server for the bytes it needs, once each, and says when there is none', async () => {
    const page = await pageOf({ network: 'lenet5', init: 1, images: [image('five.png')] });
    const served = { status: 206, ranges: [] as string[] };
    const { engine } = pageWorker(page, served);
    await page.engine.run(situation());
    await engine.run(situation());
    const { name } = page.data.networks[0].layers.at(-1)!;
    expect(await engine.values(name)).toEqual(await page.engine.values(name));
    await engine.explain(name, { item: 0, channel: 0, x: null, y: null });
    expect(new Set(served.ranges).size).toBe(served.ranges.length);
    const gone = pageWorker(page, { status: 404, ranges: [] }).engine;
    await expect(gone.run(situation())).rejects.toMatchObject({ fix: expect.stringContaining('--serve') });
  });

  it('tells a refusal in the words of the engine', async () => {
    const page = await pageOf({ network: 'digits', images: [image('digits/7.png')] });
    const { engine } = pageWorker(page);
    await engine.run(situation());
    await expect(engine.maps('no such layer', null, GRAY)).rejects.toMatchObject({
      name: 'CnnvizError',
      message: expect.stringContaining('no such layer'),
      fix: expect.any(String),
    });
  });
});

describe('memory', () => {
  it('is shared where the host shares it, and not where it must not be', () => {
    expect(isShared(new EngineMemory('wasm').wasm)).toBe(true);
    shareMemory(false);
    try {
      const own = new EngineMemory('wasm');
      expect(isShared(own.wasm)).toBe(false);
      // it grows, and is found again
      own.reserve(2 ** 20);
      own.heap.f32.set([1, -2, 3], own.allocate(12) / 4);
      own.routines.reluInPlace(65_536, 3);
      expect([...own.heap.f32.subarray(65_536 / 4, 65_536 / 4 + 3)]).toEqual([1, 0, 3]);
    } finally {
      shareMemory(null);
    }
  });

  it('a module loses one flag and nothing else', () => {
    const module = Uint8Array.from(built('engine.wasm'));
    const own = withoutSharing(module);
    const changed = [...module.keys()].filter((i) => module[i] !== own[i]);
    expect(changed).toHaveLength(1);
    expect(module[changed[0]] ^ own[changed[0]]).toBe(2);
  });
});
