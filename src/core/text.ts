/**
 * A number for people: at most `digits` significant digits, but an integer part below 10,000 is never rounded away.
 * "−8.71", "0.00123", "3127", "3.13e+4", "1.2e−7", "NaN", "∞". Whole numbers below a million stand in full.
 * The minus is U+2212, as wide as a plus.
 */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 ? '−' : '';
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  if (Number.isInteger(size) && size < 1e6) return sign + size;
  if (size >= 1e4 || size < 1e-4) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split('e');
    return `${sign}${Number(mantissa)}e${exponent.replace('-', '−')}`;
  }
  if (size >= 10 ** (digits - 1)) return sign + Math.round(size);
  return sign + Number(size.toPrecision(digits));
}

/** How an input is called: by its path, "-" is standard input. */
export function inputName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** A whole number with a comma every three digits: "477,204". */
export function groupDigits(value: number): string {
  const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ',');
  return value < 0 ? `−${digits}` : digits;
}

/**
 * "darkest 1 % and brightest 0.5 % clipped": what a picture's scale cuts off; '' where it is nothing. Of the colour map
 * with two bright ends and a dark middle: lowest and highest.
 */
export function clippedWords(
  { below, above, of }: { readonly below: number; readonly above: number; readonly of: number },
  colormap: string,
): string {
  const [low, high] = colormap === 'diverging' ? ['lowest', 'highest'] : ['darkest', 'brightest'];
  const share = (count: number) => `${formatNumber((100 * count) / of, 2)} %`;
  const ends = [...(below > 0 ? [`${low} ${share(below)}`] : []), ...(above > 0 ? [`${high} ${share(above)}`] : [])];
  return ends.length === 0 ? '' : `${ends.join(' and ')} clipped`;
}

/** Size for people: "812 bytes", "93 kB", "244 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes >= 1e9) return `${formatNumber(bytes / 1e9, 3)} GB`;
  return bytes < 1e6 ? `${formatNumber(bytes / 1000, 3)} kB` : `${formatNumber(bytes / 1e6, 3)} MB`;
}

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
  const room = Math.max(4, most - 40);
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

/**
 * What a reader does not see, as a class of a regular expression with the flag u: controls but ESC, those that turn the
 * direction of letters, zero-width and filling letters, ends of lines and paragraphs, tags, halves of surrogate pairs.
 * Source: Unicode 15.1, general categories Cc Cf Zl Zp Cs and Default_Ignorable_Code_Point; Trojan Source, CVE-2021-42574
 */
export const INVISIBLE =
  '[\\u0000-\\u001a\\u001c-\\u001f\\u007f-\\u009f\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\uffa0\\u{e0000}-\\u{e0fff}]';

/** Letters of East Asia and emoji: two cells of a terminal. Source: Unicode TR11, East Asian Width W and F */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Accents on the letter before them, joiners, directions: no cell of their own. */
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** How many cells of a terminal a text takes. */
export function textWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let cells = 0;
  for (const letter of text) cells += WITHOUT_WIDTH.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return cells;
}

/** `padEnd` by cells. */
export function padRight(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

/** `padStart` by cells. */
export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text;
}

/** A command as a person types it into a shell. */
export function commandText(args: readonly string[]): string {
  return ['cnnviz', ...args.map(shellWord)].join(' ');
}

/** Words that a shell would take apart or change stand in quotes. */
export function shellWord(arg: string): string {
  if (/^[\w@%+=:,./-]+$/.test(arg)) return arg;
  return /["$`\\!]/.test(arg) ? `'${arg.replaceAll("'", "'\\''")}'` : `"${arg}"`;
}
