import type { Clipped, Scale } from '../core/facts.js';
import { formatNumber, groupDigits } from '../core/format.js';
import type { ColormapName } from '../core/job.js';
import { drawLevels, drawText, fillRect } from './canvas.js';
import { textHeight } from './font.js';
import { FAINT, framed, INK, type Part, sideBySide, stacked, textPart } from './part.js';
import { midLevel, zeroLevel } from './scale.js';

const BAR_HEIGHT = 12;
const TICK = 4;

/** What the colours mean: lo, a bar of all levels with a tick at zero, hi; below it what was clipped, if anything. */
export function legend(name: string, scale: Scale, colormap: ColormapName, clipped: Clipped): Part {
  const parts = [scale.lo === scale.hi ? swatch(name, scale.lo, colormap) : bar(name, scale, colormap)];
  const lost = clippedWords(clipped);
  if (lost) parts.push(textPart(lost, FAINT));
  return stacked(parts, 4, 'left');
}

function bar(name: string, scale: Scale, colormap: ColormapName): Part {
  const levels = Uint8Array.from({ length: 256 * BAR_HEIGHT }, (_, i) => i % 256);
  const colours = framed({
    width: 256,
    height: BAR_HEIGHT,
    draw: (canvas, x, y) => drawLevels(canvas, x, y, 256, BAR_HEIGHT, levels, colormap, 1),
  });
  const zero = zeroLevel(scale, 8);
  // "0" stands below its tick; where the bar begins or ends with zero, the number there says it already
  const label = scale.lo === 0 || scale.hi === 0 ? '' : '0';
  const ticked: Part = {
    width: colours.width,
    height: colours.height + TICK + textHeight(1),
    draw: (canvas, x, y) => {
      colours.draw(canvas, x, y);
      if (typeof zero === 'string') return;
      const at = x + 1 + zero.level;
      fillRect(canvas, at, y + colours.height, 1, TICK, INK);
      drawText(canvas, at - 2, y + colours.height + TICK + 1, label, { rgb: INK, size: 1 });
    },
  };
  const beside = (part: Part): Part => ({
    ...part,
    height: ticked.height,
    draw: (canvas, x, y) => part.draw(canvas, x, y + 3),
  });
  const before = [...named(name), textPart(formatNumber(scale.lo))];
  const after = [textPart(formatNumber(scale.hi))];
  if (zero === 'below') after.push(textPart('zero is darker than black', FAINT));
  if (zero === 'above') after.push(textPart('zero is brighter than white', FAINT));
  return sideBySide([...before.map(beside), ticked, ...after.map(beside)], 6, 'top');
}

function named(name: string): Part[] {
  return name === '' ? [] : [textPart(name, FAINT)];
}

/** The legend of a constant. */
function swatch(name: string, value: number, colormap: ColormapName): Part {
  const level = new Uint8Array([midLevel(8)]);
  const colour = framed({
    width: BAR_HEIGHT,
    height: BAR_HEIGHT,
    draw: (canvas, x, y) => drawLevels(canvas, x, y, 1, 1, level, colormap, BAR_HEIGHT),
  });
  const words = textPart(`= ${formatNumber(value)}, the only value`);
  return sideBySide([...named(name), colour, words], 6, 'middle');
}

/** "12 below the scale, 3 above it, 1 NaN, drawn as the lowest", or nothing. */
function clippedWords({ below, above, nan }: Clipped): string {
  const words = [];
  if (below > 0) words.push(`${groupDigits(below)} below the scale`);
  if (above > 0) words.push(`${groupDigits(above)} above it`);
  if (nan > 0) words.push(`${groupDigits(nan)} NaN, drawn as the lowest`);
  return words.join(', ');
}
