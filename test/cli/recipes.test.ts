import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFiles } from '../first-use/command-grammar.js';
import { argumentsOf } from '../first-use/typed-commands.js';
import { warmProcess } from '../first-use/warm-process.js';
import { IMAGES } from './cnnviz.js';

/** Where a picture stands among those a command writes: it names the file, or the folder has just this one. */
interface Drawing {
  readonly args: readonly string[];
  readonly file: string;
  /** Why its recipe does not give it back yet. */
  readonly but?: string;
}

const NET = ['net.yaml', '--init', 'seed:1'];
const KERNELS = ['-k', 'sobel-x', '-k', 'sobel-y'];
const PIPE = 'conv edge3x3 | relu';
/** Rows that nobody has seen hold. CNNVIZ_EVERY_ROW=1 tries them all the same. */
const UNTRIED = 'not tried yet';
const { FIGURES } = (await import(
  fileURLToPath(new URL('../../fixtures/make/gallery/figures.mjs', import.meta.url))
)) as {
  readonly FIGURES: readonly { readonly name: string; readonly command: string; readonly alt?: string }[];
};

/** Each command that draws, with flags that change its pixels. */
const DRAWINGS: readonly Drawing[] = [
  drawn('x.png', ['conv', 'bars.png', '-k', 'edge3x3', '--stride', '2', '--relu', '--scale', 'p1,p99']),
  drawn('x.png', ['conv', 'bars.png', '--patch', '1,1,3,3@five.png', '--pool', 'max:2', '--strip']),
  drawn('x.png', ['conv', 'bars.png', ...KERNELS, '--sheet', '--bias', '-0.5', '--colormap', 'viridis']),
  drawn('x.png', ['sweep', 'bars.png', '-k', 'edge3x3', '--stride', '1,2', '--bias', '0,-1', '--relu'], UNTRIED),
  drawn('x.png', ['explain', 'bars.png', '-k', 'edge3x3', '--padding', '1', '--relu', '--at', '3,4'], UNTRIED),
  drawn('x.png', ['explain', PIPE, 'bars.png', '--layer', 'relu', '--at', '3,4'], UNTRIED),
  drawn('x.png', ['explain', ...NET, 'bars.png', '--layer', 'relu', '--channel', '1', '--at', '2,2'], UNTRIED),
  drawn('x.gif', ['animate', 'five.png', '-k', 'edge3x3', '--padding', '1', '--relu'], UNTRIED),
  drawn('x.webp', ['animate', 'five.png', '-k', 'edge3x3', '--stride', '2'], UNTRIED),
  drawn('x.png', ['field', 'bars.png', '-k', 'edge3x3', '--at', '3,4'], UNTRIED),
  drawn('x.png', ['field', ...NET, 'bars.png', '--layer', 'relu', '--pixel', '3,4'], UNTRIED),
  drawn('x.png', ['kernels'], UNTRIED),
  drawn('x.png', ['kernels', 'edge3x3', 'gaussian5'], UNTRIED),
  drawn('x.png', ['run', ...NET, 'bars.png', '--layers', 'relu', '--colormap', 'viridis'], UNTRIED),
  drawn('x.png', ['run', PIPE, 'bars.png', '--layers', 'relu', '--scale', 'symmetric'], UNTRIED),
  drawn('x.png', ['summary', 'net.yaml'], UNTRIED),
  drawn('x.svg', ['summary', 'net.yaml'], UNTRIED),
  drawn('x.png', ['summary', 'net.yaml', '--size', '1,32,32'], UNTRIED),
  drawn('x.png', ['filters', ...NET, '--kernels', '0-1'], UNTRIED),
  drawn('x.png', ['preprocess', 'bars.png', '--resize', '16', '--crop', '8', '--audit'], UNTRIED),
  drawn('x.png', ['gradcam', ...NET, 'bars.png', '--class', '1', '--layer', 'relu'], UNTRIED),
  drawn('x.png', ['saliency', ...NET, 'bars.png', '--class', '1'], UNTRIED),
  drawn('x.png', ['occlude', ...NET, 'bars.png', '--size', '8', '--stride', '4'], UNTRIED),
  drawn('x.png', ['ablate', ...NET, 'bars.png', '--layer', 'relu', '--count', '2'], UNTRIED),
  drawn('x.png', ['top', ...NET, 'bars.png', 'five.png', '--layer', 'relu', '--channel', '0', '--count', '2'], UNTRIED),
  drawn('x.png', ['diff', 'map.png', 'other.png'], UNTRIED),
  drawn('x.png', ['diff', 'map.npy', 'other.npy', '--tolerance', 'abs=0.5'], UNTRIED),
  ...FIGURES.map(({ name, command, alt }): Drawing => {
    return drawn(`${name}.${alt === undefined ? 'png' : 'gif'}`, argumentsOf(`cnnviz ${command}`), UNTRIED);
  }),
];

function drawn(file: string, args: readonly string[], but?: string): Drawing {
  return { args, file, ...(but !== undefined && { but }) };
}

const sharp = createRequire(import.meta.url)('sharp');
const every = process.env.CNNVIZ_EVERY_ROW === '1';
const HANG_MS = 120_000;

describe('the recipe of a picture', () => {
  const warm = warmProcess(HANG_MS);
  let folder = '';
  const cnnviz = async (args: readonly string[]) => {
    const answer = await warm.run(args, folder);
    if (answer === null) throw new Error(`cnnviz ${args.join(' ')} ended its process`);
    // diff says with 1 that there is something to draw
    if (answer.code !== 0 && !(args[0] === 'diff' && answer.code === 1)) {
      throw new Error(`cnnviz ${args.join(' ')} exited ${answer.code}: ${answer.stderr}`);
    }
    return answer;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cnnviz-recipes-'));
    for (const name of readdirSync(IMAGES)) copyFileSync(join(IMAGES, name), join(folder, name));
    writeFiles(folder);
    for (const ending of ['png', 'npy']) {
      await cnnviz(['conv', 'five.png', '-k', 'edge3x3', '-o', `map.${ending}`]);
      await cnnviz(['conv', 'five.png', '-k', 'outline3x3', '-o', `other.${ending}`]);
    }
  });
  afterAll(() => {
    warm.end();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { args, file, but } of DRAWINGS) {
    it.skipIf(but !== undefined && !every)(`gives it again: ${args.join(' ')} -o ${file}`, async () => {
      await cnnviz([...args, '-o', file]);
      const words = await recipeOf(file);
      expect(words[0]).toBe(args[0]);
      await cnnviz([...words, '-o', `again-${file}`]);
      expect(await pixelsOf(join(folder, `again-${file}`))).toEqual(await pixelsOf(join(folder, file)));
    });
  }

  async function recipeOf(file: string): Promise<string[]> {
    return argumentsOf((await cnnviz(['read', '--recipe', file])).stdout.trimEnd());
  }
});

/** Every frame's samples, and their form. */
async function pixelsOf(path: string): Promise<unknown> {
  const image = sharp(path, { animated: true });
  const { depth } = await image.metadata();
  const { data, info } = await image.raw({ depth: depth ?? 'uchar' }).toBuffer({ resolveWithObject: true });
  return { info, data };
}
