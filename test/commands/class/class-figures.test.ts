import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { channelBars } from '../../../src/commands/class/ablate-study.js';
import { patchSheet } from '../../../src/commands/class/top-report.js';
import type { Image } from '../../../src/core/image.js';
import { PLAIN_LOOK } from '../../../src/draw/figure.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';
import { faultsOf, wordsOf } from '../../figures/scenes.js';

const NET = `input: [3, 16, 16]
layers:
  - { type: conv, out_channels: 4, kernel_size: 3, padding: 1 }
  - relu
  - flatten
  - { type: linear, out_features: 3 }
`;

describe('figures of a class', () => {
  it.each([
    ['gradcam', []],
    ['saliency', []],
    ['occlude', ['--size', '5']],
    ['ablate', ['-l', 'relu']],
    ['top', ['-l', 'relu', '--count', '2']],
  ] as const)('%s is an SVG whose description is the sentence of --alt, and a slide', (command, own) =>
    inFolder(async (cwd) => {
      copyFileSync(join(IMAGES, 'chelsea.png'), join(cwd, 'cat.png'));
      writeFileSync(join(cwd, 'net.yaml'), NET);
      const args = [command, 'net.yaml', 'cat.png', '--init', 'seed:3', '--resize', '16,16', ...own];
      const drawn = await cnnviz([...args, '-o', 'x.svg', '--alt'], { cwd });
      expect([drawn.code, drawn.stderr]).toEqual([0, expect.not.stringContaining('cnnviz:')]);
      const svg = readFileSync(join(cwd, 'x.svg'), 'utf8');
      const description = /<desc[^>]*>([^<]*)</.exec(svg)![1].replaceAll('&quot;', '"').replaceAll('&amp;', '&');
      expect(drawn.stdout).toContain(description);
      expect(description.length).toBeGreaterThan(40);
      const slide = await cnnviz([...args, '-o', 'x.png', '--slide', '--title', 'Mein Titel'], { cwd });
      expect(slide.code).toBe(0);
      const { width, height } = await sharp(join(cwd, 'x.png')).metadata();
      expect([width, height]).toEqual([1920, 1080]);
    }),
  );
});

describe('bars of channels', () => {
  it('nothing overlaps for one or many, with long names', () => {
    for (const count of [1, 15, 512]) {
      const bars = Array.from({ length: count }, (_, i) => ({
        label: `channel ${i}`,
        value: i - 3,
        detail: 'share 3.2 %',
      }));
      for (const box of [0.12, 1, 3]) {
        const { scene } = channelBars(bars, 'x'.repeat(200), 'fact '.repeat(60), { ...PLAIN_LOOK, box });
        expect(faultsOf(scene)).toEqual([]);
      }
    }
  });
});

describe('a sheet of patches', () => {
  const patch = (width: number, height: number): Image => ({
    width,
    height,
    channels: 3,
    depth: 8,
    data: new Uint8Array(width * height * 3).fill(90),
  });

  it.each([1, 8])('of %d channels holds every value, name and place, one that is no picture too', (channels) => {
    const one = (image: Image | null, i: number) => ({
      image,
      lines: [`${i}.5`, `a-photo-${'x'.repeat(200)}.png`, 'at (3, 4)'] as const,
    });
    const rows = Array.from({ length: channels }, (_, c) => ({
      label: `channel ${c}`,
      patches: c === 1 ? [] : [patch(256, 256), patch(256, 3), patch(3, 256), null].map(one),
    }));
    for (const box of [0.12, 1, 3]) {
      const { scene } = patchSheet(rows, 'What excites?', 'facts', { ...PLAIN_LOOK, box });
      expect(faultsOf(scene)).toEqual([]);
      const words = wordsOf(scene).split('\n');
      expect(words.filter((word) => word === 'at (3, 4)')).toHaveLength(4 * (channels === 1 ? 1 : channels - 1));
      expect(words.includes('no number')).toBe(channels > 1);
      expect(scene.marks.filter(({ kind }) => kind === 'image')).toHaveLength(3 * (channels === 1 ? 1 : channels - 1));
    }
  });
});
