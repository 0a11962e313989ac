import { groupDigits } from './format.js';

const LEFT_OUT = / … \(([\d,]+) letters left out\) … /;

/**
 * A text with its middle left out where it has more than about `most` letters: what it begins with, how many letters are
 * missing, what it ends with. What was left out of it before is counted in.
 */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const before = LEFT_OUT.exec(text.slice(0, 4 * most));
  const [first, second] = before
    ? [text.slice(0, before.index), text.slice(before.index + before[0].length)]
    : [text, text];
  const missing = before ? Number(before[1].replaceAll(',', '')) : 0;
  const length = before ? first.length + missing + second.length : text.length;
  const room = Math.max(2, most - 40);
  const head = wholeLetters(first.slice(0, Math.ceil(room * 0.7)));
  const tail = wholeLetters(second.slice(-Math.floor(room * 0.3)));
  return `${head} … (${groupDigits(length - head.length - tail.length)} letters left out) … ${tail}`;
}

/** Without the half of a surrogate pair that a cut has left at either end. */
function wholeLetters(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}

/** The first names of a list, and how many there are. */
export function someOf(names: readonly string[], most = 12): string {
  const shown = names
    .slice(0, most)
    .map((name) => shorten(name, 60))
    .join(', ');
  return names.length > most ? `${shown}, … (${groupDigits(names.length)} in all)` : shown;
}
