import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lineGraph } from '../../src/commands/article/line-graph.js';
import { heatMap, overlay } from '../../src/commands/class/class-map.js';
import { drawKernels } from '../../src/commands/layer/kernels-figure.js';
import { type SweepGridCell, sweepGrid } from '../../src/commands/layer/sweep-grid.js';
import { architectureImage } from '../../src/commands/network/architecture.js';
import { filtersSheet } from '../../src/commands/network/filters-figure.js';
import type { Image } from '../../src/core/image.js';
import type { Canvas } from '../../src/draw/canvas.js';
import { contactSheet } from '../../src/draw/contact-sheet.js';
import { strip } from '../../src/draw/strip.js';
import { textWidth } from '../../src/draw/text.js';
import { randomArray } from '../random.js';

interface Box {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly canvas: Canvas;
}

const { boxes } = vi.hoisted(() => ({ boxes: [] as Box[] }));

// every text that any figure draws passes through drawText: it is noted, then drawn
vi.mock('../../src/draw/canvas.js', async (original) => {
  const real = await original<typeof import('../../src/draw/canvas.js')>();
  return {
    ...real,
    drawText: (canvas: Canvas, x: number, y: number, text: string, style: Parameters<typeof real.drawText>[4]) => {
      const { size } = style;
      // seven rows of dots above the line and one below
      boxes.push({ text, left: x, top: y, right: x + textWidth(text, size), bottom: y + 8 * size, canvas });
      real.drawText(canvas, x, y, text, style);
    },
  };
});

beforeEach(() => {
  boxes.length = 0;
});
afterEach(() => {
  boxes.length = 0;
});

/** Texts that leave the paper or touch each other, as sentences. */
function faults(): string[] {
  const found: string[] = [];
  const written = boxes.filter(({ text }) => text.trim() !== '');
  for (const { text, left, top, right, bottom, canvas } of written) {
    if (left < 0 || top < 0 || right > canvas.width || bottom > canvas.height) found.push(`"${text}" is cut off`);
  }
  const sorted = [...written].sort((a, b) => a.top - b.top);
  for (let i = 0; i < sorted.length; i++) {
    for (let j = i + 1; j < sorted.length && sorted[j].top < sorted[i].bottom; j++) {
      const [a, b] = [sorted[i], sorted[j]];
      if (a.canvas === b.canvas && a.left < b.right && b.left < a.right)
        found.push(`"${a.text}" lies over "${b.text}"`);
    }
  }
  return found;
}

const options = { title: 'photo.jpg 640×427', scaleRule: { kind: 'minmax' }, colormap: 'gray' } as const;
const LONG = 'a-rather-long-name-without-any-space-that-goes-on-and-on-and-on-and-on-and-on';
const plane = (width: number, height: number, seed = 1) => ({
  width,
  height,
  values: randomArray(width * height, seed),
});
const photo = (width: number, height: number): Image => ({
  width,
  height,
  channels: 3,
  depth: 8,
  data: new Uint8Array(width * height * 3).fill(90),
});

const SIZES: [number, number][] = [
  [1, 1],
  [3, 3],
  [40, 30],
  [900, 2],
  [2, 900],
  [299, 199],
];

describe('text in figures neither overlaps nor is cut off', () => {
  it.each([
    [1, 40, 30],
    [7, 40, 30],
    [512, 13, 13],
    [512, 1, 1],
    [3, 900, 4],
    [5, 3, 700],
  ])('a sheet of %d maps %d×%d', (count, width, height) => {
    const maps = Array.from({ length: count }, (_, i) => ({
      label: i % 2 ? `${LONG} ${i}` : String(i),
      ...plane(width, height, i),
    }));
    contactSheet(maps, options);
    expect(boxes.length).toBeGreaterThan(count);
    expect(faults()).toEqual([]);
  });

  it('a sheet of maps of different sizes, whose sizes are told in full', () => {
    contactSheet(
      [
        { label: 'small', ...plane(299, 199) },
        { label: 'large', ...plane(2990, 1990) },
      ],
      options,
    );
    expect(faults()).toEqual([]);
    expect(boxes.map(({ text }) => text).join(' ')).toContain('2990×1990, shown at 1/4');
    expect(boxes.some(({ text }) => text.includes('…'))).toBe(false);
  });

  it.each(SIZES)('a strip, a heat map and an overlay of %d×%d', (width, height) => {
    const kernel = { label: LONG, channels: [plane(3, 3), plane(3, 3, 2), plane(3, 3, 3), plane(3, 3, 4)] };
    strip([{ input: photo(width, height), kernel, map: { label: LONG, ...plane(width, height) } }], options);
    heatMap(plane(width, height), {
      ...options,
      facts: `${LONG} ${LONG}`,
      frames: [{ x: 0, y: 0, width: 1, height: 1 }],
    });
    overlay({ image: photo(width, height), plane: plane(4, 3), smooth: true }, { ...options, facts: LONG, what: LONG });
    expect(new Set(boxes.map(({ canvas }) => canvas)).size).toBeGreaterThanOrEqual(3);
    expect(faults()).toEqual([]);
  });

  it.each([
    [1, 1, 1],
    [2, 900, 2],
    [7, 40, 30],
    [100, 6, 6],
  ])('a sweep of %d maps %d×%d, one of which does not fit', (count, width, height) => {
    const cells: SweepGridCell[] = Array.from({ length: count }, (_, i) => ({
      label: `stride ${i} · bias −1.25e+6 · pool gauss · pool size 12x15 · pool stride 12x15`,
      details: ['731×531', '5,705,966,700 MACs', 'fires 0.0157 %'],
      plane: i === 1 ? null : plane(width, height, i),
      peak: { x: 0, y: 0 },
    }));
    const kernels = [{ label: LONG, channels: [plane(70, 70)] }];
    sweepGrid({ ...options, facts: LONG, input: photo(800, 600), frames: [], kernels, cells, columns: null });
    expect(faults()).toEqual([]);
  });

  it('kernels, filters, an architecture and a graph', () => {
    const rows = [
      [1, -2.5e-7, 3],
      [123456, 0, -1],
    ];
    drawKernels([
      { name: LONG, rows },
      { name: 'b', rows: [[1]] },
    ]);
    filtersSheet({ title: 'n', shape: [70, 5, 3, 3], data: randomArray(70 * 45, 1), range: null, colormap: 'gray' });
    const layer = { from: ['input'], words: 'conv 3×3 stride 2 padding 1', params: 1, groups: 1 };
    architectureImage(LONG, {
      inputs: [{ name: 'input', shape: [1, 3, 224, 224] }],
      layers: [
        { ...layer, name: LONG, kind: 'conv', outShape: [1, 64, 112, 112] },
        { ...layer, name: 'b', kind: 'conv', from: [LONG], outShape: [1, 2048, 1, 1] },
      ],
      params: 1e9,
      macs: 1e12,
    });
    const curves = [-1, 0, 2].map((bias) => ({
      label: `bias ${bias}`,
      points: [
        [-3, 0],
        [-bias, 0],
        [3, 3 + bias],
      ] as const,
      marks: [[-bias, 0]] as const,
    }));
    lineGraph({ title: 'max(0, x + b)', facts: LONG, xLabel: 'x', yLabel: 'y', curves });
    expect(faults()).toEqual([]);
  });

  it('is seen when it happens', async () => {
    const { createCanvas, drawText } = await import('../../src/draw/canvas.js');
    const paper = createCanvas(40, 20, [255, 255, 255]);
    drawText(paper, 2, 2, 'abc', { rgb: [0, 0, 0], size: 1 });
    drawText(paper, 10, 5, 'defghijk', { rgb: [0, 0, 0], size: 1 });
    expect(faults()).toEqual(['"defghijk" is cut off', '"abc" lies over "defghijk"']);
  });
});
