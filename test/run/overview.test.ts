import { describe, expect, it } from 'vitest';
import { mostVarying, stagesOf } from '../../src/analysis/network-stages.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { type DrawnOverview, overview } from '../../src/draw/overview.js';
import type { Mark, TextMark } from '../../src/draw/scene/scene.js';
import { textWidth } from '../../src/draw/scene/typeface.js';
import { inferShapes } from '../../src/layers/infer.js';
import { bindNetwork, builtinNetwork, type NetworkSpec, parsePipe } from '../../src/models/networks/index.js';

function shapedOf(network: NetworkSpec, shape: readonly number[]) {
  const input = { dtype: 'float32' as const, shape };
  const { model } = bindNetwork(network, input, { kind: 'init', seed: 1 }, new Map());
  return inferShapes(model, new Map([['input', { ...input, value: null }]]));
}

const builtin = (name: string, shape: readonly number[]) => shapedOf(builtinNetwork(name), shape);

describe('the stages of a network', () => {
  it('are the last maps of each size; what lies between is told', () => {
    const { stages, sizes, after } = stagesOf(builtin('alexnet', [1, 3, 224, 224]), 6);
    expect(stages.map(({ node, shape }) => [node.name, ...shape.slice(1)])).toEqual([
      ['features.1', 64, 55, 55],
      ['features.4', 192, 27, 27],
      ['features.11', 256, 13, 13],
      ['avgpool', 256, 6, 6],
    ]);
    expect(sizes).toBe(4);
    expect(stages[0].between).toEqual({ layers: 2, words: ['conv 11×11 stride 4 padding 2 +relu'] });
    expect(stages[1].between).toEqual({ layers: 3, words: ['max pool 3×3 stride 2', 'conv 5×5 padding 2 +relu'] });
    // a pool, three convolutions, each with its activation
    expect(stages[2].between.layers).toBe(7);
    // flatten, twice dropout, linear and relu, the last linear
    expect(after.layers).toBe(8);
    expect(after.words).toHaveLength(4);
  });

  it('of residual blocks are the sums behind both branches, and layers of both are counted', () => {
    const shaped = builtin('resnet18', [1, 3, 224, 224]);
    const { stages, after } = stagesOf(shaped, 6);
    expect(stages.map(({ shape }) => shape[2])).toEqual([112, 56, 28, 14, 7]);
    expect(stages.map(({ shape }) => shape[1])).toEqual([64, 64, 128, 256, 512]);
    const counted = stages.reduce((sum, { between }) => sum + between.layers, after.layers);
    expect(counted).toBe(shaped.model.nodes.length);
  });

  it('are no more than asked for, the first and the last among them', () => {
    const { stages, sizes } = stagesOf(builtin('resnet18', [1, 3, 224, 224]), 3);
    expect(stages.map(({ shape }) => shape[2])).toEqual([112, 28, 7]);
    expect(sizes).toBe(5);
  });

  it('of a network that keeps its size are one, of one without maps none', () => {
    expect(stagesOf(shapedOf(parsePipe('relu | relu'), [1, 3, 8, 8]), 6).stages.map(({ shape }) => shape)).toEqual([
      [1, 3, 8, 8],
    ]);
    expect(stagesOf(shapedOf(parsePipe('adaptive_avg_pool 1 | flatten'), [1, 3, 8, 8]), 6).stages).toEqual([]);
  });
});

describe('the maps that vary most', () => {
  it('come in order of their variance, the first of equal ones first', () => {
    const maps = [
      [0, 0, 0, 0],
      [0, 1, 0, 1],
      [5, 5, 5, 5],
      [0, 4, 0, 4],
      [9, 10, 9, 10],
    ];
    expect(mostVarying(Float32Array.from(maps.flat()), [1, 5, 2, 2], 4)).toEqual([3, 1, 4]);
    expect(mostVarying(Float32Array.from(maps.flat()), [1, 5, 2, 2], 2)).toEqual([3, 1]);
  });

  it('of maps that are all constant or NaN, the first stands for all; only the first item counts', () => {
    expect(mostVarying(Float32Array.of(1, 1, 2, 2), [1, 2, 1, 2], 4)).toEqual([0]);
    expect(mostVarying(Float32Array.of(Number.NaN, 1, 0, 1), [1, 2, 1, 2], 4)).toEqual([1]);
    expect(mostVarying(Float32Array.of(0, 1, 0, 2, 0, 9, 0, 3), [2, 2, 1, 2], 4)).toEqual([1, 0]);
  });
});

const LONG = 'Größe'.repeat(40);

function drawn(width: number, height: number, columns: number): DrawnOverview {
  const map = (label: string) => ({
    label,
    width,
    height,
    values: new Float32Array(width * height).map((_, i) => i % 7),
  });
  return {
    title: LONG,
    facts: '224×224  ·  the last layer of each size, the 4 maps that vary most, each with its number',
    scaleRule: { kind: 'minmax' },
    colormap: 'gray',
    look: PLAIN_LOOK,
    input: { width, height, channels: 3, depth: 8, data: new Uint8Array(3 * width * height) },
    stages: Array.from({ length: columns }, () => ({
      name: LONG,
      size: `512 maps ${width} × ${height}`,
      way: ['conv 11×11 stride 4 padding 2 +relu', 'linear 25088 → 4096'],
      maps: ['0', '77', '511', '3'].map(map),
    })),
    end: {
      name: 'best of 1,000 classes',
      size: 'bars: shares of 100 %',
      way: ['8 layers'],
      bars: [
        { label: LONG, words: '75.0 %', share: 0.75 },
        { label: 'tench', words: '0.1 %', share: 0.001 },
      ],
    },
  };
}

describe('the picture of a whole network', () => {
  it.each([
    [7, 7, 6],
    [900, 2, 3],
    [2, 900, 3],
    [1, 1, 1],
    [224, 224, 0],
  ])('of maps %i×%i in %i columns: no text is cut or lies over another', (width, height, columns) => {
    const { scene } = overview(drawn(width, height, columns));
    const texts = scene.marks.filter((mark): mark is TextMark => mark.kind === 'text');
    const boxes = texts.map(({ x, y, text, size, weight, anchor }) => {
      const wide = textWidth(text, size, weight);
      const left = anchor === 'start' ? x : anchor === 'middle' ? x - wide / 2 : x - wide;
      return { text, left, right: left + wide, top: y - size * 0.73, bottom: y };
    });
    for (const [i, a] of boxes.entries()) {
      expect(a.left >= 0 && a.right <= scene.width && a.top >= 0 && a.bottom <= scene.height, a.text).toBe(true);
      for (const b of boxes.slice(i + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart, `${a.text} over ${b.text}`).toBe(true);
      }
    }
    const pictures = scene.marks.filter((mark: Mark) => mark.kind === 'image');
    // the input, four maps a column, and its legend
    expect(pictures).toHaveLength(1 + 5 * columns);
  });

  it('bars are as long as their shares, the best in the accent', () => {
    const { scene } = overview(drawn(7, 7, 1));
    const rects = scene.marks.filter((mark) => mark.kind === 'rect');
    const [best] = rects.filter(({ paint }) => paint === 'accent');
    // a frame as long as the whole
    const [full] = rects.filter(({ paint, height, x }) => paint === 'hairline' && height === 1 && x === best.x);
    expect(best.width / full.width).toBeCloseTo(0.75, 9);
    const texts = scene.marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
    for (const text of ['77', '511', '75.0 %', '0.1 %', 'tench', '25088 → 4096']) expect(texts).toContain(text);
  });
});
