import { FIXED_SPACE, textWidth, wrapText } from './scene/typeface.js';

/** "512 → 1000" and "stride 2": what is read as one, each word once. */
const PAIRS = [/\S+ → \S+/g, /[a-z]+ \d\S*(?!\S|\u00a0)/g];

/**
 * A layer's settings in lines of about `width` points: no number is ever cut, a longer word makes longer lines; a name and
 * its number stay together where they fit.
 */
export function wrapSettings(text: string, width: number, size: number): string[] {
  const room = Math.max(width, ...text.split(' ').map((word) => textWidth(word, size)));
  const glued = PAIRS.reduce(
    (line, pair) =>
      line.replace(pair, (words) => (textWidth(words, size) <= room ? words.replaceAll(' ', FIXED_SPACE) : words)),
    text,
  );
  const fits = glued.split(' ').every((word) => textWidth(word, size) <= room);
  return wrapText(fits ? glued : text, room, size);
}
