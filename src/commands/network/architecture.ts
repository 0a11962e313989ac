import type { Image } from '../../core/image.js';
import { INVISIBLE } from '../../core/text.js';
import {
  type Canvas,
  createCanvas,
  drawLine,
  drawText,
  fillRect,
  type Rgb,
  strokeRect,
  toImage,
} from '../../draw/canvas.js';
import { FAINT, INK, PAPER } from '../../draw/part.js';
import { textWidth } from '../../draw/text.js';
import { toAscii } from '../../io/encode.js';
import { svgMetadata } from '../../io/picture-notes.js';
import {
  type Arrow,
  architectureLayout,
  type Block,
  type BlockKind,
  type DrawnNetwork,
} from './architecture-layout.js';

const CROSSING: Rgb = [176, 48, 60];

/** A network's drawing as a picture: the same layout as its SVG, labels in our own font. */
export function architectureImage(name: string, network: DrawnNetwork): Image {
  const { width, height, title, facts, blocks, arrows } = architectureLayout(name, network);
  const canvas = createCanvas(Math.ceil(width), Math.ceil(height), PAPER);
  drawText(canvas, 20, 20, title, { rgb: INK, size: 2 });
  drawText(canvas, 20, 44, facts, { rgb: FAINT, size: 1 });
  for (const arrow of arrows) drawArrow(canvas, arrow);
  for (const block of blocks) drawBlock(canvas, block);
  return toImage(canvas);
}

function drawBlock(canvas: Canvas, { kind, x, y, width, height, towers, labels }: Block): void {
  const [fill, edge] = BLOCK_COLOURS[kind].map(colour);
  const plate = (top: number, tall: number) => {
    fillRect(canvas, x, top, width, tall, fill);
    strokeRect(canvas, x, top, width, tall, edge);
  };
  if (towers === 2) {
    const tall = Math.floor((height - 14) / 2);
    plate(y, tall);
    plate(y + height - tall, tall);
  } else plate(y, height);
  for (const [i, label] of labels.entries()) {
    const left = x + Math.round((width - textWidth(label, 1)) / 2);
    // an arrow that passes here must not cross out a letter
    fillRect(canvas, left - 1, y + height + 2 + 11 * i, textWidth(label, 1) + 2, 10, PAPER);
    drawText(canvas, left, y + height + 3 + 11 * i, label, { rgb: i > 1 ? FAINT : INK, size: 1 });
  }
}

function drawArrow(canvas: Canvas, { points, crosses }: Arrow): void {
  const rgb = crosses ? CROSSING : FAINT;
  for (let i = 1; i < points.length; i++) drawLine(canvas, points[i - 1], points[i], rgb);
  const [x, y] = points[points.length - 1].map(Math.round);
  for (let d = 0; d < 4; d++) fillRect(canvas, x - 1 - d, y - Math.floor(d / 1.5), 1, 2 * Math.floor(d / 1.5) + 1, rgb);
}

/** "#rrggbb" */
function colour(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Fill and edge of each kind of block, also told apart by their labels. */
const BLOCK_COLOURS: Readonly<Record<BlockKind, readonly [fill: string, edge: string]>> = {
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

/**
 * A network's drawing as SVG. Names are text from strangers: they are escaped.
 * @param note what stands in its metadata, as JSON
 */
export function architectureSvg(name: string, network: DrawnNetwork, note: string): string {
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
${svgMetadata(toAscii(note))}
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
