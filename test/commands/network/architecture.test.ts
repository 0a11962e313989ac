import { describe, expect, it } from 'vitest';
import { architectureImage, architectureSvg } from '../../../src/commands/network/architecture.js';
import {
  architectureLayout,
  type DrawnLayer,
  type DrawnNetwork,
} from '../../../src/commands/network/architecture-layout.js';
import { readNote } from '../../../src/io/encode.js';

const layer = (name: string, kind: string, from: string[], outShape: number[], groups = 1): DrawnLayer => ({
  name,
  kind,
  words: `${kind} 3×3 stride 2 padding 1`,
  from,
  outShape,
  params: 10,
  groups,
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

describe('the drawing of an architecture', () => {
  it.each([0, 3, 40])('with %i more layers: plates and labels never overlap, nothing leaves the paper', (long) => {
    const { blocks, width, height } = architectureLayout('net', network(long));
    const boxes = blocks.map(({ x, y, width: w, height: h, labels }) => {
      const text = Math.max(w, ...labels.map((line) => line.length * 6));
      return {
        left: x + w / 2 - text / 2,
        right: x + w / 2 + text / 2,
        top: y,
        bottom: y + h + 3 + 11 * labels.length,
      };
    });
    for (const [i, a] of boxes.entries()) {
      expect(a.left).toBeGreaterThanOrEqual(0);
      expect(a.right).toBeLessThanOrEqual(width);
      expect(a.bottom).toBeLessThanOrEqual(height);
      for (const b of boxes.slice(i + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart, JSON.stringify([a, b])).toBe(true);
      }
    }
  });

  it('a convolution in two groups, and the pool behind it, are two towers that cross into one', () => {
    const { blocks, arrows } = architectureLayout('net', network());
    expect(blocks.filter(({ towers }) => towers === 2).map(({ labels }) => labels[1])).toEqual(['two', 'pool']);
    expect(arrows.filter(({ crosses }) => crosses)).toHaveLength(4);
  });

  it('an activation is a mark at the block before it', () => {
    const { blocks } = architectureLayout('net', network());
    expect(blocks.find(({ labels }) => labels[1] === 'stem')!.labels.at(-1)).toBe('+relu');
    expect(blocks.some(({ labels }) => labels[1] === 'stem.relu')).toBe(false);
  });

  it('names from strangers are text in the SVG, its note comes back', async () => {
    const bad = network();
    const layers = [layer('a&b<c>"', 'conv', ['input'], [1, 1, 2, 2])];
    const note = '{"args":["</metadata>&amp;é"]}';
    const svg = architectureSvg('<script>alert("x")</script>\u001b[2J', { ...bad, layers }, note);
    expect(svg).not.toContain('<script>');
    expect(svg).not.toContain('\u001b');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).toContain('a&amp;b&lt;c&gt;&quot;');
    expect(JSON.parse((await readNote(new TextEncoder().encode(svg)))!)).toEqual(JSON.parse(note));
    // every tag is closed
    const open = (svg.match(/<[a-z]+[^>]*[^/]>/g) ?? []).length;
    expect((svg.match(/<\/[a-z]+>/g) ?? []).length).toBe(open);
  });

  it('the picture has the size of the layout and is the same every time', () => {
    const { width, height } = architectureLayout('net', network());
    const image = architectureImage('net', network());
    expect([image.width, image.height]).toEqual([Math.ceil(width), Math.ceil(height)]);
    expect(architectureImage('net', network()).data).toEqual(image.data);
    expect(new Set(image.data).size).toBeGreaterThan(10);
  });
});
