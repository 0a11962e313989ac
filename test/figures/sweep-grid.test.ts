import { describe, expect, it } from 'vitest';
import { drawnSweep, type SweepGridCell, sweepGrid } from '../../src/commands/layer/sweep-grid.js';
import type { Image } from '../../src/core/image.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { MARKED } from '../../src/draw/marks.js';
import { renderPixels } from '../../src/draw/scene/pixels.js';
import type { Scene } from '../../src/draw/scene/scene.js';
import { hasCleanMargin } from './paper.js';

const photo = (width: number, height: number): Image => ({
  width,
  height,
  channels: 3,
  depth: 8,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => [200, 100, 0][i % 3]),
});
const plane = (width: number, height: number, values: ArrayLike<number>) => ({
  width,
  height,
  values: Float32Array.from(values),
});
const ramp = Array.from({ length: 100 }, (_, i) => i);
const cell = (values: number[], peak: { x: number; y: number } | null = null, side = 10): SweepGridCell => ({
  label: 'stride 1',
  details: ['fires 4 %'],
  plane: plane(side, side, values),
  peak,
});

type Sweep = Parameters<typeof drawnSweep>[0];

function grid(cells: readonly SweepGridCell[], changes: Partial<Sweep> = {}) {
  const sweep = drawnSweep({
    title: 'How the stride changes the map of p.png',
    facts: 'edge3x3',
    scaleRule: { kind: 'symmetric' },
    colormap: 'diverging',
    input: photo(20, 20),
    frames: [],
    kernels: [],
    cells,
    columns: 1,
    headings: null,
    ...changes,
  });
  return sweepGrid(sweep, PLAIN_LOOK);
}

const textsOf = ({ marks }: Scene) => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
/** Lines in the colour of what is pointed at: four make a frame. */
const framesOf = ({ marks }: Scene) =>
  marks.filter((mark) => mark.kind === 'rect' && String(mark.paint) === String(MARKED)).length / 4;

describe('sweep grid', () => {
  it('puts all maps on one scale, those without a map aside', () => {
    const { scale } = grid([cell(ramp), cell(ramp.map((v) => -3 * v)), { ...cell(ramp), plane: null }]);
    expect(scale).toEqual({ lo: -297, hi: 297 });
  });

  it('frames each peak, and says so once', () => {
    const count = (cells: SweepGridCell[]) => framesOf(grid(cells).scene);
    expect(count([cell(ramp), cell(ramp)])).toBe(0);
    expect(count([cell(ramp, { x: 9, y: 9 }), cell(ramp)])).toBe(1);
    expect(count([cell(ramp, { x: 9, y: 9 }), cell(ramp, { x: 0, y: 0 })])).toBe(2);
    const said = (cells: SweepGridCell[]) => textsOf(grid(cells).scene)[1].includes('peaks framed');
    expect([said([cell(ramp)]), said([cell(ramp, { x: 1, y: 1 })])]).toEqual([false, true]);
  });

  it('tiny maps are cells with their numbers, the peak marked', () => {
    const { scene } = grid([cell([1, 2, 3, 4], { x: 1, y: 1 }, 2), cell([5, 6, 7, -8], null, 2)]);
    expect(textsOf(scene)).toEqual(expect.arrayContaining(['1', '2', '3', '4', '5', '6', '7', '−8']));
    expect(framesOf(scene)).toBe(1);
  });

  it('a matrix has a heading for each row and column, cells none', () => {
    const cells = [0, 1, 2, 3, 4, 5].map((i) => ({ ...cell(ramp), label: '', details: [`cell ${i}`] }));
    const heading = (label: string) => ({ label, kernel: null });
    const headings = {
      rows: [heading('bias 0'), heading('bias −1')],
      columns: ['1', '2', '4'].map((s) => heading(`stride ${s}`)),
    };
    const { scene } = grid(cells, { columns: 3, headings });
    const at = (text: string) => {
      // words of a parameter do not part
      const mark = scene.marks.find((one) => one.kind === 'text' && one.text.replaceAll('\u00a0', ' ') === text)!;
      if (mark.kind !== 'text') throw new Error(text);
      return mark;
    };
    expect([0, 3].map((i) => at(`cell ${i}`).x)).toEqual([at('stride 1').x, at('stride 1').x]);
    expect(at('cell 5').x).toBe(at('stride 4').x);
    expect(at('cell 2').y).toBeLessThan(at('bias −1').y);
    expect(at('cell 3').y).toBeGreaterThan(at('bias −1').y);
    expect(at('bias 0').x).toBeLessThan(at('stride 1').x);
  });

  it('says in full why a cell has no map', () => {
    const refusal = 'does not fit: max_pool: the 2×2 pool is larger than the 1×1 map';
    const { scene } = grid([cell(ramp), { ...cell(ramp), plane: null, details: [refusal] }]);
    expect(textsOf(scene).join(' ')).toContain(refusal);
  });

  it.each([
    [1, 1, 1],
    [2, 900, 2],
    [3, 2, 900],
    [7, 40, 30],
    [100, 16, 16],
  ])('%d maps %d×%d with long names are laid out with nothing cut off', (count, width, height) => {
    const values = new Float32Array(width * height).map((_, i) => i);
    const cells = Array.from({ length: count }, (_, i) => ({
      label: `stride ${i} · bias −1.25e+6 · pool gauss · pool size 12x15 · ${'größe'.repeat(40)}`,
      details: ['731 × 531', '5,705,966,700 MACs', 'fires 0.0157 %'],
      plane: i === 1 ? null : plane(width, height, values),
      peak: { x: 0, y: 0 },
    }));
    const { scene } = grid(cells, { columns: null, title: 'größe'.repeat(40), facts: 'größe '.repeat(40) });
    expect(hasCleanMargin(renderPixels(scene, { density: 1, theme: 'dark', foreign: () => null }), 28)).toBe(true);
  });

  it('refuses a sweep without any map', () => {
    expect(() => grid([{ ...cell(ramp), plane: null }])).toThrow('at least one map');
  });
});
