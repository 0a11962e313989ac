import { CnnvizError } from '../core/errors.js';
import { DEFAULT_LOOK, type Look, SLIDE } from '../core/look.js';
import { flag, under, type ValuesOf } from './flags.js';
import { parseWhole } from './parse.js';

/** How large a picture may be asked for, in pixels a side. */
const SMALLEST_SIDE = 120;
const LARGEST_SIDE = 20_000;
const SMALLEST_LETTER = 6;
const LARGEST_LETTER = 200;
const DPI = String(DEFAULT_LOOK.dpi);

function between(least: number, most: number) {
  return (long: string, text: string): number => {
    const value = parseWhole(long, text, least);
    if (value > most)
      throw new CnnvizError('usage', `${long} ${text}: expected a whole number from ${least} to ${most}`);
    return value;
  };
}

/** How figures are finished: the same on every command that draws one. */
export const lookFlags = under('Look of figures:', {
  theme: flag.choice('--theme <name>', 'colours of paper and letters', ['light', 'dark', 'print'], 'light'),
  slide: flag.on('--slide', `for a projector: ${SLIDE.width}×${SLIDE.height}, letters from ${SLIDE.fontSize} pixels`),
  title: flag.text('--title <text>', 'a title in place of the one that says what is seen'),
  caption: flag.text('--caption <text>', 'a sentence below the figure'),
  width: flag.of(
    '--width <px>',
    'pixels across; pictures fill what letters leave',
    between(SMALLEST_SIDE, LARGEST_SIDE),
  ),
  height: flag.of('--height <px>', 'pixels down, with --width', between(SMALLEST_SIDE, LARGEST_SIDE)),
  fontSize: flag.of(
    '--font-size <px>',
    'the smallest letters, in pixels at 96 dots an inch (default: 13)',
    between(SMALLEST_LETTER, LARGEST_LETTER),
  ),
  dpi: flag.of('--dpi <n>', 'dots an inch: 96 is a pixel a point', between(48, 1200), String, DPI),
  font: flag.text('--font <file>', 'a font for letters that the built-in one lacks'),
});

/** The look that flags ask for. @throws CnnvizError 'usage' */
export function lookOf({
  slide,
  theme,
  title,
  caption,
  width,
  height,
  fontSize,
  dpi,
  font,
}: ValuesOf<typeof lookFlags>): Look {
  if (height !== null && width === null && !slide) {
    throw new CnnvizError('usage', `--height ${height} needs a width`, { fix: '--width PX' });
  }
  const preset = slide ? SLIDE : { width: null, height: null, fontSize: null, dpi };
  return {
    theme,
    title,
    caption,
    font,
    width: width ?? preset.width,
    height: height ?? (width === null ? preset.height : null),
    fontSize: fontSize ?? preset.fontSize,
    dpi: slide && String(dpi) === DPI ? preset.dpi : dpi,
  };
}
