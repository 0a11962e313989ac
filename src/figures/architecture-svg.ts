import { INVISIBLE } from '../core/invisible.js';
import { architectureLayout, type Block, type BlockKind, type DrawnNetwork } from './architecture-layout.js';

/** Fill and edge of each kind of block, also told apart by their labels. */
export const BLOCK_COLOURS: Readonly<Record<BlockKind, readonly [fill: string, edge: string]>> = {
  input: ['#e4e4e8', '#606068'],
  conv: ['#f5c27a', '#8a5a10'],
  pool: ['#8fc3e6', '#1f5f8f'],
  dense: ['#b9d9a4', '#3f6b2a'],
  join: ['#e6a8b4', '#8a2f45'],
  other: ['#d9cbe8', '#5b3f80'],
};

/** Text for XML, which allows no control characters. */
const UNSEEN = new RegExp(`${INVISIBLE}|[\\u001b\\ufffe\\uffff]`, 'gu');

function escaped(text: string): string {
  return text
    .replace(UNSEEN, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** A network's drawing as SVG. Names are text from strangers: they are escaped. */
export function architectureSvg(name: string, network: DrawnNetwork): string {
  const { width, height, title, facts, blocks, arrows } = architectureLayout(name, network);
  const text = (x: number, y: number, words: string, size: number, anchor: 'start' | 'middle', faint = false) =>
    `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${faint ? '#606068' : '#18181c'}" stroke="#fcfcfa" stroke-width="3" paint-order="stroke">${escaped(words)}</text>`;
  const lines = arrows.map(({ points, crosses }) => {
    const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');
    return `<path d="${path}" fill="none" stroke="${crosses ? '#b0303c' : '#606068'}" marker-end="url(#tip)"/>`;
  });
  const plates = blocks.flatMap((block) => [
    ...platesOf(block),
    ...block.labels.map((label, i) =>
      text(block.x + block.width / 2, block.y + block.height + 10 + 11 * i, label, 10, 'middle', i > 1),
    ),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" role="img">
<title>${escaped(`${title}: ${facts}`)}</title>
<defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6z" fill="#606068"/></marker></defs>
<rect width="${width}" height="${height}" fill="#fcfcfa"/>
${[text(20, 34, title, 18, 'start'), text(20, 52, facts, 10, 'start', true), ...lines, ...plates].join('\n')}
</svg>
`;
}

function platesOf({ kind, x, y, width, height, towers }: Block): string[] {
  const [fill, edge] = BLOCK_COLOURS[kind];
  const plate = (top: number, tall: number) =>
    `<rect x="${x}" y="${top}" width="${width}" height="${tall}" rx="2" fill="${fill}" stroke="${edge}"/>`;
  if (towers !== 2) return [plate(y, height)];
  const tall = (height - 14) / 2;
  return [plate(y, tall), plate(y + tall + 14, tall)];
}
