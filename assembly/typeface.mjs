// Takes the outlines of the letters out of their fonts and writes them as text, so that they travel inside the bundle and
// no font is needed when pictures are drawn: src/draw/typeface-data.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { create } from 'fontkit';

const UNITS = 2048;
const INTER = 'node_modules/inter-ui/web';
/** Signs of mathematics that Inter does not have. */
const SIGNS = 'node_modules/@fontsource/noto-sans-math/files/noto-sans-math-latin-400-normal.woff';
const SIGN_RANGES = [
  [0x2190, 0x22ff],
  [0x25a0, 0x25ff],
  [0x27c0, 0x27ef],
];
/** Letters above this are pictures of flags and the like; between the others lie letters without a meaning of their own. */
const LAST = 0xffff;
const PRIVATE = [0xe000, 0xf8ff];

const signs = create(readFileSync(SIGNS));
const weights = Object.entries({ regular: 'Inter-Regular', bold: 'Inter-SemiBold' }).map(([name, file]) => {
  const font = create(readFileSync(`${INTER}/${file}.woff2`));
  if (font.unitsPerEm !== UNITS) throw new Error(`${file}: expected ${UNITS} units, got ${font.unitsPerEm}`);
  const glyphs = new Map();
  for (const [first, last] of SIGN_RANGES) {
    for (let code = first; code <= last; code++) {
      if (signs.hasGlyphForCodePoint(code)) glyphs.set(code, glyphOf(signs, code, UNITS / signs.unitsPerEm));
    }
  }
  for (const code of font.characterSet) {
    if (code < 32 || code > LAST || (code >= PRIVATE[0] && code <= PRIVATE[1])) continue;
    glyphs.set(code, glyphOf(font, code, 1));
  }
  return [name, packed([...glyphs].sort(([a], [b]) => a - b))];
});
const lines = weights.map(([name, text]) => `  ${name}:\n    '${text}',\n`);
writeFileSync(
  'src/draw/typeface-data.ts',
  `// Made by assembly/typeface.mjs from Inter and Noto Sans Math (SIL Open Font License 1.1); not in the repository.\nexport const OUTLINES_BASE64 = {\n${lines.join('')}} as const;\n`,
);
process.stdout.write(
  `typeface: ${weights.map(([name, { length }]) => `${name} ${Math.round((length * 3) / 4)} bytes`).join(', ')}\n`,
);

/** Advance and contours of a letter, whole units; digits are the ones of equal width. */
function glyphOf(font, code, scale) {
  const isDigit = code >= 0x30 && code <= 0x39;
  const glyph = isDigit ? font.layout(String.fromCodePoint(code), ['tnum']).glyphs[0] : font.glyphForCodePoint(code);
  const contours = [];
  let contour = [];
  const point = (x, y, on) => contour.push({ x: Math.round(x * scale * 2) / 2, y: Math.round(y * scale * 2) / 2, on });
  for (const { command, args } of glyph.path.commands) {
    if (command === 'moveTo') {
      contour = [];
      point(args[0], args[1], true);
    } else if (command === 'lineTo') point(args[0], args[1], true);
    else if (command === 'quadraticCurveTo') {
      point(args[0], args[1], false);
      point(args[2], args[3], true);
    } else if (command === 'closePath') contours.push(closed(contour));
    else throw new Error(`U+${code.toString(16)}: ${command} is not expected in a TrueType outline`);
  }
  return { advance: Math.round(glyph.advanceWidth * scale), contours: contours.filter(({ length }) => length > 1) };
}

/** A contour without its repeated start, and without the points that lie midway between two that pull: they go without saying. */
function closed(points) {
  const [first] = points;
  const last = points[points.length - 1];
  const ring = points.length > 1 && first.x === last.x && first.y === last.y ? points.slice(0, -1) : points;
  const kept = ring.filter(({ x, y, on }, i) => {
    const before = ring[(i + ring.length - 1) % ring.length];
    const after = ring[(i + 1) % ring.length];
    return !(on && !before.on && !after.on && 2 * x === before.x + after.x && 2 * y === before.y + after.y);
  });
  return kept.map(({ x, y, on }) => ({ x: Math.round(x), y: Math.round(y), on }));
}

/**
 * Letters one after another: code, the bytes of what follows, advance, number of contours; of each its number of points,
 * which are on it, and steps.
 */
function packed(glyphs) {
  let bytes = [];
  const unsigned = (value) => {
    let rest = value;
    while (rest > 127) {
      bytes.push((rest & 127) | 128);
      rest >>= 7;
    }
    bytes.push(rest);
  };
  const signed = (value) => unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  let code = 0;
  unsigned(glyphs.length);
  for (const [own, { advance, contours }] of glyphs) {
    const before = bytes;
    bytes = [];
    unsigned(advance);
    unsigned(contours.length);
    for (const contour of contours) {
      unsigned(contour.length);
      for (let i = 0; i < contour.length; i += 8) {
        bytes.push(contour.slice(i, i + 8).reduce((bits, { on }, k) => bits | (on ? 1 << k : 0), 0));
      }
      let [x, y] = [0, 0];
      for (const point of contour) {
        signed(point.x - x);
        signed(point.y - y);
        [x, y] = [point.x, point.y];
      }
    }
    const letter = bytes;
    bytes = before;
    unsigned(own - code);
    unsigned(letter.length);
    code = own;
    for (const byte of letter) bytes.push(byte);
  }
  return Buffer.from(bytes).toString('base64');
}
