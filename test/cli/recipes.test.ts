import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFiles } from '../first-use/command-grammar.js';
import { argumentsOf } from '../first-use/typed-commands.js';
import { IMAGES } from './cnnviz.js';
import { warmProcess } from './warm-process.js';

/** Where a picture stands among those a command writes: it names the file, or the folder has just this one. */
interface Drawing {
  readonly args: readonly string[];
  readonly file: string;
  /** The flag that names the picture, where it is not -o. */
  readonly option?: string | undefined;
  /** It stands among photographs alone, as in the gallery. */
  readonly ofGallery?: true;
}

const NET = ['net.yaml', '--init', 'seed:1'];
const KERNELS = ['-k', 'sobel-x', '-k', 'sobel-y'];
const PIPE = 'conv edge3x3 | relu';
const SMALL = 'conv out_channels=3 kernel_size=7 stride=5 | relu | flatten | linear out_features=10';
const { FIGURES } = (await import(
  fileURLToPath(new URL('../../fixtures/make/gallery/figures.mjs', import.meta.url))
)) as {
  readonly FIGURES: readonly {
    readonly name: string;
    readonly command: string;
    readonly alt?: string;
    readonly option?: string;
  }[];
};

/** Each command that draws, with flags that change its pixels. */
const DRAWINGS: readonly Drawing[] = [
  drawn('x.png', ['conv', 'bars.png', '-k', 'edge3x3', '--stride', '2', '--relu', '--scale', 'p1,p99']),
  drawn('x.png', ['conv', 'bars.png', '--patch', '1,1,3,3@five.png', '--pool', 'max:2', '--strip']),
  drawn('x.png', ['conv', 'bars.png', ...KERNELS, '--sheet', '--bias', '-0.5', '--colormap', 'viridis']),
  drawn('x.png', ['sweep', 'bars.png', '-k', 'edge3x3', '--stride', '1,2', '--bias', '0,-1', '--relu']),
  drawn('x.png', ['explain', 'bars.png', '-k', 'edge3x3', '--padding', '1', '--relu', '--at', '3,4']),
  drawn('x.png', ['explain', PIPE, 'bars.png', '--layer', 'relu', '--at', '3,4']),
  drawn('x.png', ['explain', ...NET, 'bars.png', '--layer', 'relu', '--channel', '1', '--at', '2,2']),
  drawn('x.gif', ['animate', 'five.png', '-k', 'edge3x3', '--padding', '1', '--relu']),
  drawn('x.webp', ['animate', 'five.png', '-k', 'edge3x3', '--stride', '2']),
  drawn('x.png', ['field', 'bars.png', '-k', 'edge3x3', '--at', '3,4']),
  drawn('x.png', ['field', ...NET, 'bars.png', '--layer', 'relu', '--pixel', '3,4']),
  drawn('x.png', ['kernels']),
  drawn('x.png', ['kernels', 'edge3x3', 'gaussian5']),
  drawn('x.png', ['run', ...NET, 'bars.png', '--layers', 'relu', '--colormap', 'viridis']),
  drawn('x.png', ['run', PIPE, 'bars.png', '--layers', 'relu', '--scale', 'symmetric']),
  drawn('x.png', ['run', ...NET, 'bars.png', '--overview', '--top', '2', '--colormap', 'viridis']),
  drawn('x.svg', ['run', PIPE, 'bars.png', '--overview', '--theme', 'dark']),
  drawn('x.png', ['summary', 'net.yaml']),
  drawn('x.png', ['summary', 'net.yaml', '--slide']),
  drawn('x.svg', ['summary', 'net.yaml']),
  drawn('x.png', ['summary', 'net.yaml', '--size', '1,32,32']),
  drawn('x.png', ['filters', ...NET, '--kernels', '0-1']),
  drawn('x.png', ['preprocess', 'bars.png', '--resize', '16', '--crop', '8', '--audit']),
  drawn('x.png', ['gradcam', ...NET, 'bars.png', '--class', '1', '--layer', 'relu']),
  drawn('x.png', ['saliency', ...NET, 'bars.png', '--class', '1']),
  drawn('x.png', ['occlude', ...NET, 'bars.png', '--size', '8', '--stride', '4']),
  drawn('x.png', ['ablate', ...NET, 'bars.png', '--layer', 'relu', '--count', '2']),
  drawn('x.png', ['top', ...NET, 'bars.png', 'five.png', '--layer', 'relu', '--channel', '0', '--count', '2']),
  drawn('x.png', ['diff', 'map.png', 'other.png']),
  drawn('x.png', ['diff', 'map.npy', 'other.npy', '--tolerance', 'abs=0.5']),
  { ...drawn('x.webp', ['train', SMALL, '--data', 'digits:2', '--epochs', '1', '--theme', 'dark']), option: '--watch' },
  ...FIGURES.map(({ name, command, alt, option }): Drawing => {
    return {
      option,
      ...drawn(`${name}.${alt === undefined ? 'png' : 'gif'}`, argumentsOf(`cnnviz ${command}`)),
      ofGallery: true,
    };
  }),
];

function drawn(file: string, args: readonly string[]): Drawing {
  return { args, file };
}

const sharp = createRequire(import.meta.url)('sharp');
const HANG_MS = 120_000;

describe('the recipe of a picture', () => {
  const warm = warmProcess(HANG_MS);
  let folder = '';
  let gallery = '';
  /** Where pictures go: they must not be among the images of the next command. */
  let out = '';
  const cnnviz = async (args: readonly string[], cwd = folder) => {
    const answer = await warm.run(args, cwd);
    if (answer === null) throw new Error(`cnnviz ${args.join(' ')} ended its process`);
    // diff says with 1 that there is something to draw
    if (answer.code !== 0 && !(args[0] === 'diff' && answer.code === 1)) {
      throw new Error(`cnnviz ${args.join(' ')} exited ${answer.code}: ${answer.stderr}`);
    }
    return answer;
  };

  beforeAll(async () => {
    [folder, gallery, out] = ['files', 'gallery', 'out'].map((name) =>
      mkdtempSync(join(tmpdir(), `cnnviz-recipes-${name}-`)),
    );
    for (const to of [folder, gallery]) cpSync(IMAGES, to, { recursive: true });
    // a recipe names images without their folders
    cpSync(join(IMAGES, 'digits'), gallery, { recursive: true });
    writeFiles(folder);
    for (const ending of ['png', 'npy']) {
      await cnnviz(['conv', 'five.png', '-k', 'edge3x3', '-o', `map.${ending}`]);
      await cnnviz(['conv', 'five.png', '-k', 'outline3x3', '-o', `other.${ending}`]);
    }
  });
  afterAll(() => {
    warm.end();
    for (const one of [folder, gallery, out]) rmSync(one, { recursive: true, force: true });
  });

  for (const { args, file, ofGallery, option = '-o' } of DRAWINGS) {
    it(`gives it again: ${args.join(' ')} ${option} ${file}`, async () => {
      const cwd = ofGallery ? gallery : folder;
      const [first, second] = [join(out, file), join(out, `again-${file}`)];
      const besides = option === '-o' ? [] : ['-o', join(out, 'besides.safetensors')];
      await cnnviz([...args, option, first, ...besides], cwd);
      const words = argumentsOf((await cnnviz(['read', '--recipe', first])).stdout.trimEnd());
      expect(words[0]).toBe(args[0]);
      await cnnviz([...words, option, second, ...besides], cwd);
      expect(await pixelsOf(second)).toEqual(await pixelsOf(first));
    });
  }
});

/** Every frame's samples, and their form. */
async function pixelsOf(path: string): Promise<unknown> {
  const image = sharp(path, { animated: true });
  const { depth } = await image.metadata();
  const { data, info } = await image.raw({ depth: depth ?? 'uchar' }).toBuffer({ resolveWithObject: true });
  // a comparison of millions of numbers by name would take minutes
  return { info, sha256: createHash('sha256').update(data).digest('hex') };
}
