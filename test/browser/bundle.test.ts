import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { randomArray } from '../random.js';
import { explainPipe } from './entry.js';

/** Bytes, minified; it has 245,000: more than this means that something else came with it. */
const MOST_BYTES = 500_000;
const PIPE = 'conv edge3x3 padding=1 | relu | max_pool 2 stride=2';
/** What a page has, and nothing of Node. */
const PAGE = { WebAssembly, atob, TextDecoder, TextEncoder, performance };

describe('the arithmetic behind explain, field, animate and class maps', () => {
  it('is bundled for a browser without a module of Node, and explains a number there with the same bits', async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('entry.ts', import.meta.url))],
      bundle: true,
      write: false,
      minify: true,
      format: 'iife',
      globalName: 'page',
      platform: 'browser',
      logLevel: 'silent',
    });
    const [{ text, contents }] = outputFiles;
    process.stdout.write(`the bundle for a browser: ${contents.length} bytes\n`);
    expect(contents.length).toBeLessThan(MOST_BYTES);
    const context = createContext({ ...PAGE });
    runInContext(`${text}; globalThis.page = page;`, context);
    const data = randomArray(3 * 8 * 10, 7, 0, 1);
    context.data = [...data];
    const found = await runInContext(
      `page.explainPipe(${JSON.stringify(PIPE)}, Float32Array.from(data), [1, 3, 8, 10])`,
      context,
    );
    const here = await explainPipe(PIPE, data, [1, 3, 8, 10]);
    expect(JSON.stringify(found)).toBe(JSON.stringify(here));
    expect(found).toMatchObject({ window: { x0: 1, x1: 4, y0: 1, y1: 4 }, explanation: { same: true } });
    expect(runInContext('typeof process + typeof require', context)).toBe('undefinedundefined');
  });
});
