import type { Image } from '../../src/core/image.js';
import { lineHeight } from '../../src/draw/part.js';
import { renderPixels } from '../../src/draw/scene/pixels.js';
import type { Mark, Scene, TextMark } from '../../src/draw/scene/scene.js';
import { ASCENT, CAP_HEIGHT, DESCENT, textWidth } from '../../src/draw/scene/typeface.js';

/** Where a line of text stands, in points. */
export interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly size: number;
}

/** Every line of text of a scene. */
export function textBoxes({ marks }: Scene): TextBox[] {
  return allMarks(marks).flatMap((mark) => (mark.kind === 'text' && mark.text.trim() !== '' ? [boxOf(mark)] : []));
}

export function allMarks(marks: readonly Mark[]): Mark[] {
  return marks.flatMap((mark) => (mark.kind === 'clip' ? [mark, ...allMarks(mark.marks)] : [mark]));
}

function boxOf({ x, y, text, size, weight, anchor, upwards }: TextMark): TextBox {
  const length = textWidth(text, size, weight);
  const before = anchor === 'start' ? 0 : anchor === 'middle' ? length / 2 : length;
  // letters of names: capitals above the line, half of what descends below it
  const [above, below] = [CAP_HEIGHT * size, (DESCENT / 2) * size];
  return upwards
    ? { text, size, left: x - above, right: x + below, top: y + before - length, bottom: y + before }
    : { text, size, left: x - before, right: x - before + length, top: y - above, bottom: y + below };
}

/** Texts that leave the paper, touch each other or are too small, and pictures that leave it, as sentences. */
export function faultsOf(scene: Scene): string[] {
  const found: string[] = [];
  const boxes = textBoxes(scene);
  const isOff = (box: { left: number; top: number; right: number; bottom: number }) =>
    box.left < -0.01 || box.top < -0.01 || box.right > scene.width + 0.01 || box.bottom > scene.height + 0.01;
  for (const box of boxes) {
    if (isOff(box)) found.push(`"${box.text}" is cut off`);
    if (box.size < 11) found.push(`"${box.text}" is ${box.size} points high`);
  }
  for (const mark of scene.marks) {
    if (mark.kind === 'path' || mark.kind === 'text') continue;
    const box = { left: mark.x, top: mark.y, right: mark.x + mark.width, bottom: mark.y + mark.height };
    if (mark.kind !== 'clip' && isOff(box)) found.push(`${mark.kind} ${JSON.stringify(box)} is cut off`);
  }
  const sorted = [...boxes].sort((a, b) => a.top - b.top);
  for (let i = 0; i < sorted.length; i++) {
    for (let j = i + 1; j < sorted.length && sorted[j].top < sorted[i].bottom; j++) {
      const [a, b] = [sorted[i], sorted[j]];
      if (a.left < b.right - 0.5 && b.left < a.right - 0.5) found.push(`"${a.text}" lies over "${b.text}"`);
    }
  }
  return found;
}

/** All that a scene says. */
export function wordsOf(scene: Scene): string {
  return textBoxes(scene)
    .map(({ text }) => text)
    .join('\n');
}

/** A scene's pixels, one a point, in the light theme; letters of other fonts are left out. */
export function pixelsOf(scene: Scene, density = 1): Image {
  return renderPixels(scene, { density, theme: 'light', foreign: () => null });
}

/** The height of a line of text holds its letters. */
export const holdsLetters = (size: number): boolean => lineHeight({ size }) >= (ASCENT + DESCENT) * size;
