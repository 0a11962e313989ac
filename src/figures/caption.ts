import { CELL_WIDTH, shortenMiddle, textWidth } from './font.js';
import { FAINT, INK, type Part, stacked, textPart } from './part.js';

/** A caption may be this wide under a narrower picture. */
const CAPTION_WIDTH = 170;

/**
 * A picture over its caption: the first line dark, the others faint. Lines wider than the picture, or than a caption may
 * be, are broken at spaces; a single word that does not fit loses its middle.
 */
export function captioned(
  picture: Part,
  lines: readonly string[],
  { align = 'left', width = CAPTION_WIDTH }: { readonly align?: 'left' | 'centre'; readonly width?: number } = {},
): Part {
  const room = Math.max(picture.width, width);
  const texts = lines.flatMap((line, i) => wrapText(line, room).map((piece) => textPart(piece, i === 0 ? INK : FAINT)));
  return stacked([picture, ...texts], 3, align);
}

/** A space at which no line is broken. */
export const FIXED_SPACE = '\u00a0';

/** The text in lines of at most `width` pixels, broken at spaces but not at fixed ones; nothing for an empty text. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, 1) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  const room = Math.max(width, CELL_WIDTH);
  return lines.map((one) => shortenMiddle(one.replaceAll(FIXED_SPACE, ' '), room, 1));
}
