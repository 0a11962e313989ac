import type { Image } from '../core/image.js';
import { type Arrow, architectureLayout, type Block, type DrawnNetwork } from './architecture-layout.js';
import { BLOCK_COLOURS } from './architecture-svg.js';
import { type Canvas, createCanvas, drawLine, drawText, fillRect, type Rgb, strokeRect, toImage } from './canvas.js';
import { textWidth } from './font.js';
import { FAINT, INK, PAPER } from './part.js';

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
