import type { Image } from '../core/image.js';
import { type Canvas, drawText, fillRect } from './canvas.js';
import { captioned } from './caption.js';
import { chooseFit, fitWords } from './fit.js';
import { textHeight, textWidth } from './font.js';
import { MARK, type Rect, withFrames } from './marks.js';
import { onPaper, PAPER, type Part } from './part.js';
import { imagePicture } from './pictures.js';

const BOX = 640;
const ZOOM_TO = 320;
const MARGIN = 16;
const SIZE = 2;
const PADDING = 3;
/** A picture lower than so many lines of names would be hidden by them. */
const ROOM = 8;

/** An image with framed pieces, each with its name at its frame where the picture has room, and listed below. */
export function piecesPicture(image: Image, pieces: readonly { readonly name: string; readonly rect: Rect }[]): Image {
  const fit = chooseFit(image.width, image.height, BOX, ZOOM_TO);
  const rects = pieces.map(({ rect }) => rect);
  const picture = withFrames(imagePicture(image, fit), rects, fit);
  const scale = fit.zoom / fit.shrink;
  const hasRoom = picture.height >= ROOM * textHeight(SIZE);
  const named: Part = {
    ...picture,
    draw: (canvas, x, y) => {
      picture.draw(canvas, x, y);
      if (hasRoom) for (const { name, rect } of pieces) drawName(canvas, x, y, picture, name, rect, scale);
    },
  };
  const places = pieces.map(({ name, rect }) => `${name}: ${rect.width}×${rect.height} at (${rect.x}, ${rect.y})`);
  return onPaper(captioned(named, [`${image.width}×${image.height}`, fitWords(fit), ...places]), MARGIN);
}

/** Above its frame, or below it where there is no room; within the picture. */
function drawName(canvas: Canvas, x: number, y: number, picture: Part, name: string, rect: Rect, scale: number): void {
  const width = textWidth(name, SIZE) + 2 * PADDING;
  const height = textHeight(SIZE) + PADDING;
  const left = Math.max(0, Math.min(Math.round(rect.x * scale), picture.width - width));
  const above = Math.round(rect.y * scale) - height;
  const top = above >= 0 ? above : Math.min(Math.ceil((rect.y + rect.height) * scale) + 2, picture.height - height);
  fillRect(canvas, x + left, y + top, width, height, MARK);
  drawText(canvas, x + left + PADDING, y + top + PADDING, name, { rgb: PAPER, size: SIZE });
}
