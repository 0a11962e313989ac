import { describe, expect, it } from 'vitest';
import { architectureFigure } from '../../../src/commands/network/architecture.js';
import { type DrawnLayer, type DrawnNetwork, itemsOf } from '../../../src/commands/network/architecture-graph.js';
import { architectureLayout } from '../../../src/commands/network/architecture-layout.js';
import { DEFAULT_LOOK } from '../../../src/core/look.js';
import { PLAIN_LOOK } from '../../../src/draw/figure.js';
import type { Mark, TextMark } from '../../../src/draw/scene/scene.js';
import { textWidth } from '../../../src/draw/scene/typeface.js';
import { wrapSettings } from '../../../src/draw/settings.js';
import { readNote } from '../../../src/io/encode.js';
import { encodeFigure } from '../../../src/run/figure.js';

const layer = (name: string, kind: string, from: string[], outShape: number[], groups = 1): DrawnLayer => ({
  name,
  kind,
  words: `${kind} 3×3 stride 2 padding 1`,
  from,
  outShape,
  params: 10,
  groups,
  kernel: kind === 'conv' || kind === 'max_pool' ? [3, 3] : null,
});

/** A stem, two towers, a residual block and a branch; `long` more layers behind. */
function network(long = 0): DrawnNetwork {
  const layers = [
    layer('stem', 'conv', ['input'], [1, 16, 32, 32]),
    layer('stem.relu', 'relu', ['stem'], [1, 16, 32, 32]),
    layer('two', 'conv', ['stem.relu'], [1, 32, 32, 32], 2),
    layer('pool', 'max_pool', ['two'], [1, 32, 16, 16]),
    layer('one', 'conv', ['pool'], [1, 32, 16, 16]),
    layer('beside', 'conv', ['pool'], [1, 32, 16, 16]),
    layer('deeper', 'conv', ['one'], [1, 32, 16, 16]),
    layer('sum', 'add', ['deeper', 'beside'], [1, 32, 16, 16]),
    ...Array.from({ length: long }, (_, i) =>
      layer(`more.${i}`, 'conv', [i === 0 ? 'sum' : `more.${i - 1}`], [1, 64, 8, 8]),
    ),
    layer('fc', 'linear', [long === 0 ? 'sum' : `more.${long - 1}`], [1, 10]),
  ];
  return { inputs: [{ name: 'input', shape: [1, 3, 64, 64] }], layers, params: 1234, macs: 5678 };
}

/** Residual blocks: two convolutions and an addition of what they read; the first of a stage halves the sides. */
function residual(blocks: readonly number[]): DrawnNetwork {
  let [from, side] = ['input', 64];
  const layers = blocks.flatMap((count, stage) =>
    Array.from({ length: count }, (_, b) => {
      side = b === 0 ? side / 2 : side;
      const shape = [1, 8 << stage, side, side];
      const name = `s${stage}.${b}`;
      const skip = b === 0 ? [layer(`${name}.down`, 'conv', [from], shape)] : [];
      const own = [
        layer(`${name}.a`, 'conv', [from], shape),
        layer(`${name}.b`, 'conv', [`${name}.a`], shape),
        ...skip,
        layer(`${name}.add`, 'add', [`${name}.b`, b === 0 ? `${name}.down` : from], shape),
      ];
      from = `${name}.add`;
      return own;
    }).flat(),
  );
  return { inputs: [{ name: 'input', shape: [1, 3, 64, 64] }], layers, params: 1, macs: 1 };
}

const textsOf = (marks: readonly Mark[]) => marks.filter((mark): mark is TextMark => mark.kind === 'text');

describe('the drawing of an architecture', () => {
  it.each([0, 3, 40])(
    'with %i more layers: plates, numbers and captions never overlap, nothing leaves the paper',
    (long) => {
      const { blocks, width, height } = architectureLayout(network(long));
      expect(blocks.length).toBeGreaterThan(5);
      for (const [i, { box: a }] of blocks.entries()) {
        expect(a.x).toBeGreaterThanOrEqual(0);
        expect(a.x + a.width).toBeLessThanOrEqual(width);
        expect(a.y).toBeGreaterThanOrEqual(0);
        expect(a.y + a.height).toBeLessThanOrEqual(height);
        for (const { box: b } of blocks.slice(i + 1)) {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          expect(apart, JSON.stringify([a, b])).toBe(true);
        }
      }
    },
  );

  it.each([
    ['usual', network(3)],
    ['long', network(40)],
    ['residual', residual([3, 4, 6, 3])],
    ['tall', { ...network(), inputs: [{ name: 'input', shape: [1, 3, 900, 2] }] }],
  ])('%s: no text lies over another or beyond the paper', (_, drawn) => {
    const { scene } = architectureFigure('x'.repeat(200), drawn, PLAIN_LOOK);
    const boxes = textsOf(scene.marks).map(({ x, y, text, size, weight, anchor }) => {
      const width = textWidth(text, size, weight);
      const left = anchor === 'start' ? x : anchor === 'middle' ? x - width / 2 : x - width;
      return { text, left, right: left + width, top: y - size * 0.73, bottom: y };
    });
    expect(boxes.length).toBeGreaterThan(20);
    for (const [i, a] of boxes.entries()) {
      expect(a.left >= 0 && a.right <= scene.width && a.top >= 0 && a.bottom <= scene.height, a.text).toBe(true);
      for (const b of boxes.slice(i + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart, `${a.text} over ${b.text}`).toBe(true);
      }
    }
  });

  it('a convolution in two groups, and the pool behind it, are two towers that cross into one', () => {
    const { blocks, arrows } = architectureLayout(network());
    const towers = blocks.filter(({ item }) => item.towers === 2);
    expect(towers.map(({ item }) => item.name)).toEqual(['two', 'pool']);
    // one above the other, each with half of the maps
    expect(towers[0].plates.map(({ channels }) => channels)).toEqual([16, 16]);
    const [upper, lower] = towers[0].plates.map(({ front }) => front);
    expect(upper.x).toBe(lower.x);
    expect(upper.y + upper.height).toBeLessThan(lower.y);
    expect(arrows.filter(({ crosses }) => crosses)).toHaveLength(4);
    const { scene } = architectureFigure('net', network(), PLAIN_LOOK);
    expect(scene.marks.some((mark) => mark.kind === 'path' && mark.paint === 'accent')).toBe(true);
  });

  it('an activation is a mark at the block before it', () => {
    const items = itemsOf(network());
    expect(items.find(({ name }) => name === 'stem')!.holds).toEqual(['conv 3×3 stride 2 padding 1', '+relu']);
    expect(items.some(({ name }) => name === 'stem.relu')).toBe(false);
  });

  it('height, width and number of maps stand at the edges, the whole shape in the caption', () => {
    const drawn = { ...network(), layers: [layer('a', 'conv', ['input'], [1, 24, 31, 17])] };
    const { scene } = architectureFigure('net', drawn, PLAIN_LOOK);
    const texts = textsOf(scene.marks).map(({ text }) => text);
    for (const text of ['31', '17', '24', '24×31×17', '64', '3', '3×64×64']) expect(texts, text).toContain(text);
    expect(texts[0]).toBe('net turns 3×64×64 into 24×31×17');
    expect(texts[1]).toBe('1 layer · 1,234 parameters · 5,678 MACs');
  });

  it.each([
    ['linear 25088 → 4096', ['linear', '25088 → 4096'], 100],
    ['linear 25088 → 4096', ['linear 25088', '→ 4096'], 90],
    ['conv 3×3 stride 2 padding 1', ['conv 3×3', 'stride 2', 'padding 1'], 90],
    ['pad 0,0,100000,100000,0,0,100000,100000', ['pad', '0,0,100000,100000,0,0,100000,100000'], 90],
  ])('no number of "%s" is cut, however narrow it stands', (text, lines, width) => {
    expect(wrapSettings(text, width, 13)).toEqual(lines);
    expect(lines.join(' ')).toBe(text);
  });

  it('a window is drawn in proportion on what is read', () => {
    const { windows, blocks } = architectureLayout(network());
    const input = blocks.find(({ item }) => item.kind === 'input')!.plates[0].front;
    expect(windows[0].window.width).toBeCloseTo(Math.max(5, (3 / 64) * input.width), 9);
    const stem = blocks.find(({ item }) => item.name === 'stem')!.plates[0].front;
    expect(windows[0].to[0]).toBeGreaterThan(stem.x);
    expect(windows[0].to[0]).toBeLessThan(stem.x + stem.width);
  });

  it('residual blocks of one size are one block with their count and what they hold', () => {
    const items = itemsOf(residual([3, 4, 6, 3]));
    expect(items.map(({ count, skips }) => [count, skips])).toEqual([
      [1, 0],
      [3, 3],
      [4, 4],
      [6, 6],
      [3, 3],
    ]);
    expect(items[3].names).toEqual(['s2.0.a', 's2.5.add']);
    expect(items[3].holds).toEqual([
      '6 residual blocks',
      '13 × conv 3×3 stride 2 padding 1',
      '6 × add 3×3 stride 2 padding 1',
    ]);
    expect(items[3].shape).toEqual([1, 32, 8, 8]);
  });

  it('equal layers of a chain are one block; what grows again, as in a U-Net, is drawn as it is', () => {
    const folded = itemsOf(network(40));
    expect(folded.find(({ count }) => count === 40)!.holds).toEqual(['40 layers', '40 × conv 3×3 stride 2 padding 1']);
    const layers = Array.from({ length: 12 }, (_, i) => {
      const side = 64 >> Math.min(i, 12 - i);
      return layer(`u.${i}`, 'conv', i === 0 ? ['input'] : i > 6 ? [`u.${i - 1}`, `u.${12 - i}`] : [`u.${i - 1}`], [
        1,
        8,
        side,
        side,
      ]);
    });
    expect(itemsOf({ ...network(), layers })).toHaveLength(13);
  });

  it('every layer of a network is in one of its blocks', () => {
    const all = residual([3, 4, 6, 3]);
    const held = itemsOf(all).flatMap(({ kind, holds, count }) =>
      kind === 'input' ? [] : holds.slice(count > 1 ? 1 : 0).map((line) => Number(/^(\d+) × /.exec(line)?.[1] ?? 1)),
    );
    expect(held.reduce((sum, one) => sum + one, 0)).toBe(all.layers.length);
  });

  it('names from strangers are text in the SVG, its note comes back', async () => {
    const layers = [layer('a&b<c>"', 'conv', ['input'], [1, 1, 2, 2])];
    const args = ['</metadata>&amp;é'];
    const draw = (look: typeof PLAIN_LOOK) =>
      architectureFigure('<script>alert("x")</script>\u001b[2J', { ...network(), layers }, look);
    const bytes = await encodeFigure(draw, () => ({ args }), { look: DEFAULT_LOOK, svg: true });
    const svg = new TextDecoder().decode(bytes);
    expect(svg).not.toContain('<script>');
    expect(svg).not.toContain('\u001b');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).toContain('a&amp;b&lt;c&gt;&quot;');
    expect(JSON.parse((await readNote(bytes))!)).toEqual({ args });
  });

  it('is the same every time', () => {
    expect(architectureFigure('net', network(40), PLAIN_LOOK)).toEqual(
      architectureFigure('net', network(40), PLAIN_LOOK),
    );
  });
});
