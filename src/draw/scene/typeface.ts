import { OUTLINES_BASE64 } from '../typeface-data.js';
import type { Weight } from './scene.js';

/** The height and width of what outlines are measured in: units an em, y upwards from the baseline. */
export const UNITS = 2048;
/** The highest letter above the baseline and the lowest below it, in ems; the height of capital letters. */
export const ASCENT = 1984 / UNITS;
export const DESCENT = 494 / UNITS;
export const CAP_HEIGHT = 1490 / UNITS;

/** A point of an outline; one that is not on it pulls the line: a quadratic curve, as in TrueType. */
export interface OutlinePoint {
  readonly x: number;
  readonly y: number;
  readonly on: boolean;
}

export interface Glyph {
  readonly code: number;
  /** From this letter to the next, in units. */
  readonly advance: number;
  readonly contours: readonly (readonly OutlinePoint[])[];
}

/** Where the letters of a weight begin in its bytes. */
interface Face {
  readonly bytes: Uint8Array;
  readonly starts: ReadonlyMap<number, number>;
  readonly glyphs: Map<number, Glyph>;
}

const faces = new Map<Weight, Face>();

/** A letter's outline; null when the typeface does not have it. */
export function glyphOf(code: number, weight: Weight): Glyph | null {
  const face = faces.get(weight) ?? openFace(weight);
  const known = face.glyphs.get(code);
  if (known) return known;
  const start = face.starts.get(code);
  if (start === undefined) return null;
  const glyph = readGlyph(code, face.bytes, start);
  face.glyphs.set(code, glyph);
  return glyph;
}

function openFace(weight: Weight): Face {
  const bytes = bytesOf(OUTLINES_BASE64[weight]);
  const reader = { bytes, at: 0 };
  const starts = new Map<number, number>();
  const count = unsigned(reader);
  let code = 0;
  for (let g = 0; g < count; g++) {
    code += unsigned(reader);
    const length = unsigned(reader);
    starts.set(code, reader.at);
    reader.at += length;
  }
  const face = { bytes, starts, glyphs: new Map<number, Glyph>() };
  faces.set(weight, face);
  return face;
}

/** Node has a quick way; a browser has its own. */
function bytesOf(base64: string): Uint8Array {
  if (typeof Buffer === 'function') return Buffer.from(base64, 'base64');
  const text = atob(base64);
  return Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function unsigned(reader: Reader): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = reader.bytes[reader.at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return value;
  }
}

function signed(reader: Reader): number {
  const value = unsigned(reader);
  return value & 1 ? -(value + 1) / 2 : value / 2;
}

function readGlyph(code: number, bytes: Uint8Array, start: number): Glyph {
  const reader = { bytes, at: start };
  const advance = unsigned(reader);
  const contours = Array.from({ length: unsigned(reader) }, () => {
    const count = unsigned(reader);
    const flags = reader.at;
    reader.at += Math.ceil(count / 8);
    let [x, y] = [0, 0];
    return Array.from({ length: count }, (_, i) => {
      x += signed(reader);
      y += signed(reader);
      return { x, y, on: ((bytes[flags + (i >> 3)] >> (i & 7)) & 1) === 1 };
    });
  });
  return { code, advance, contours };
}

/** What is written for letters that neither the typeface nor this machine has. */
const spelled = new Map<string, string>();

/** From now on a letter is written as its number: there is no font for it. */
export function spellOut(letter: string): void {
  spelled.set(letter, `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`);
}

/** A text as it is written: composed letters, spelled out where there is no font for them. */
export function written(text: string): string {
  const composed = PLAIN.test(text) ? text : text.normalize('NFC').replace(MARKS_OF_STYLE, '');
  if (spelled.size === 0) return composed;
  return Array.from(composed, (letter) => spelled.get(letter) ?? letter).join('');
}

const PLAIN = /^[ -~]*$/;
/** Selectors of variants and joiners, which have no width of their own. */
const MARKS_OF_STYLE = /[\u200b-\u200d]|[\ufe00-\ufe0f]/g;

/** Letters that take a square. Source: Unicode Standard Annex 11, East Asian Width, W and F. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** What a letter of another font is given, in ems: its pixels are brought to this width. */
const OTHER_ADVANCE = 0.6;

/** A piece of a text: letters of the typeface, or letters that another font has to draw. */
export interface TextPiece {
  readonly text: string;
  readonly isForeign: boolean;
  /** In ems. */
  readonly width: number;
}

/** A text in pieces, in order. Texts that are written from right to left are drawn as a whole by the other font. */
export function piecesOf(text: string, weight: Weight): TextPiece[] {
  const pieces: TextPiece[] = [];
  for (const letter of written(text)) {
    const glyph = glyphOf(letter.codePointAt(0)!, weight);
    const width = glyph ? glyph.advance / UNITS : WIDE.test(letter) ? 1 : OTHER_ADVANCE;
    const last = pieces[pieces.length - 1];
    if (last && last.isForeign === (glyph === null)) {
      pieces[pieces.length - 1] = { ...last, text: last.text + letter, width: last.width + width };
    } else pieces.push({ text: letter, isForeign: glyph === null, width });
  }
  return pieces;
}

/** Points across one line of text. */
export function textWidth(text: string, size: number, weight: Weight = 'regular'): number {
  let width = 0;
  for (const letter of written(text)) {
    const glyph = glyphOf(letter.codePointAt(0)!, weight);
    width += glyph ? glyph.advance / UNITS : WIDE.test(letter) ? 1 : OTHER_ADVANCE;
  }
  return width * size;
}

/** The text itself where it fits into `width` points, else without its middle: "features…weight". */
export function shortenMiddle(text: string, width: number, size: number, weight: Weight = 'regular'): string {
  if (textWidth(text, size, weight) <= width) return text;
  const letters = [...written(text)];
  const widths = letters.map((letter) => textWidth(letter, size, weight));
  let room = width - textWidth('…', size, weight);
  if (room < 0) return '';
  let [head, tail] = [0, letters.length];
  // a letter from the start, then one from the end, as long as there is room
  for (let fromStart = true; head < tail; fromStart = !fromStart) {
    const next = fromStart ? widths[head] : widths[tail - 1];
    if (next > room) break;
    room -= next;
    if (fromStart) head++;
    else tail--;
  }
  return `${letters.slice(0, head).join('')}…${letters.slice(tail).join('')}`;
}

/** A space at which no line is broken. */
export const FIXED_SPACE = '\u00a0';

/** The text in lines of at most `width` points, broken at spaces but not at fixed ones; nothing for an empty text. */
export function wrapText(text: string, width: number, size: number, weight: Weight = 'regular'): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, size, weight) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  const room = Math.max(width, size);
  return lines.map((one) => shortenMiddle(one.replaceAll(FIXED_SPACE, ' '), room, size, weight));
}
