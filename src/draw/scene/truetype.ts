import { joinedBytes } from '../../core/bytes.js';
import { ASCENT, DESCENT, type Glyph, UNITS } from './typeface.js';

/**
 * A TrueType font of some letters, for drawings that carry their typeface with them.
 * Source: OpenType 1.9.1, chapters "The OpenType font file", cmap (format 4), glyf, head, hhea, hmtx, loca, maxp, name, OS/2, post
 */
export function trueTypeFont(name: string, glyphs: readonly Glyph[]): Uint8Array {
  // glyph 0 stands for letters that the font does not have
  const all: readonly Pick<Glyph, 'advance' | 'contours'>[] = [{ advance: UNITS / 2, contours: [] }, ...glyphs];
  const outlines = all.map(({ contours }) => outlineOf(contours));
  const starts = [0];
  for (const outline of outlines) starts.push(starts[starts.length - 1] + outline.length);
  const points = all.flatMap(({ contours }) => contours.flat());
  const bounds = boundsOf(points);
  const tables: Record<string, Uint8Array> = {
    'OS/2': osTable(glyphs, all),
    cmap: cmapTable(glyphs),
    glyf: joinedBytes(outlines),
    head: headTable(bounds),
    hhea: hheaTable(all, bounds),
    hmtx: new Writer()
      .all(all, (w, { advance, contours }) => w.u16(advance).i16(boundsOf(contours.flat()).left))
      .bytes(),
    loca: new Writer().all(starts, (w, start) => w.u32(start)).bytes(),
    maxp: maxpTable(all),
    name: nameTable(name),
    post: new Writer().u32(0x00030000).u32(0).i16(-200).i16(100).zeros(20).bytes(),
  };
  return fontFile(tables);
}

interface Bounds {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

function boundsOf(points: readonly { readonly x: number; readonly y: number }[]): Bounds {
  if (points.length === 0) return { left: 0, bottom: 0, right: 0, top: 0 };
  let [left, bottom, right, top] = [points[0].x, points[0].y, points[0].x, points[0].y];
  for (const { x, y } of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [bottom, top] = [Math.min(bottom, y), Math.max(top, y)];
  }
  return { left, bottom, right, top };
}

/** One glyph of glyf: its ends, its flags, then the steps from point to point, two bytes each. */
function outlineOf(contours: Glyph['contours']): Uint8Array {
  if (contours.length === 0) return new Uint8Array(0);
  const points = contours.flat();
  const { left, bottom, right, top } = boundsOf(points);
  const writer = new Writer().i16(contours.length).i16(left).i16(bottom).i16(right).i16(top);
  let end = -1;
  for (const contour of contours) {
    end += contour.length;
    writer.u16(end);
  }
  writer.u16(0);
  for (const { on } of points) writer.u8(on ? 1 : 0);
  for (const axis of ['x', 'y'] as const) {
    let before = 0;
    for (const point of points) {
      writer.i16(point[axis] - before);
      before = point[axis];
    }
  }
  return writer.padded(4).bytes();
}

function headTable({ left, bottom, right, top }: Bounds): Uint8Array {
  return new Writer()
    .u32(0x00010000)
    .u32(0x00010000)
    .u32(0) // the sum of the whole file, set by fontFile
    .u32(0x5f0f3cf5)
    .u16(0b1011)
    .u16(UNITS)
    .zeros(16) // no dates: the same letters are the same bytes
    .i16(left)
    .i16(bottom)
    .i16(right)
    .i16(top)
    .u16(0)
    .u16(8)
    .i16(2)
    .i16(1) // loca in 32 bits
    .i16(0)
    .bytes();
}

const ASCENDER = Math.round(ASCENT * UNITS);
const DESCENDER = Math.round(DESCENT * UNITS);

function hheaTable(glyphs: readonly Pick<Glyph, 'advance'>[], { left, right }: Bounds): Uint8Array {
  return new Writer()
    .u32(0x00010000)
    .i16(ASCENDER)
    .i16(-DESCENDER)
    .i16(0)
    .u16(Math.max(...glyphs.map(({ advance }) => advance)))
    .i16(left)
    .i16(0)
    .i16(right)
    .i16(1)
    .zeros(14)
    .u16(glyphs.length)
    .bytes();
}

function maxpTable(glyphs: readonly Pick<Glyph, 'contours'>[]): Uint8Array {
  const most = (of: (contours: Glyph['contours']) => number) => Math.max(...glyphs.map(({ contours }) => of(contours)));
  return new Writer()
    .u32(0x00010000)
    .u16(glyphs.length)
    .u16(most((contours) => contours.flat().length))
    .u16(most(({ length }) => length))
    .zeros(4)
    .u16(2)
    .zeros(16)
    .bytes();
}

/** Letters to glyphs: a segment for each run of neighbours. All codes are below 0xffff. */
function cmapTable(glyphs: readonly Glyph[]): Uint8Array {
  const runs: { first: number; last: number; glyph: number }[] = [];
  glyphs.forEach(({ code }, i) => {
    const run = runs[runs.length - 1];
    if (run && code === run.last + 1) run.last = code;
    else runs.push({ first: code, last: code, glyph: i + 1 });
  });
  runs.push({ first: 0xffff, last: 0xffff, glyph: 0 });
  const count = runs.length;
  const power = 2 ** Math.floor(Math.log2(count));
  const length = 16 + 8 * count;
  return new Writer()
    .u16(0)
    .u16(1)
    .u16(3)
    .u16(1)
    .u32(12)
    .u16(4)
    .u16(length)
    .u16(0)
    .u16(2 * count)
    .u16(2 * power)
    .u16(Math.log2(power))
    .u16(2 * (count - power))
    .all(runs, (w, { last }) => w.u16(last))
    .u16(0)
    .all(runs, (w, { first }) => w.u16(first))
    .all(runs, (w, { first, glyph }) => w.u16(first === 0xffff ? 1 : (glyph - first) & 0xffff))
    .all(runs, (w) => w.u16(0))
    .bytes();
}

function osTable(glyphs: readonly Glyph[], all: readonly Pick<Glyph, 'advance'>[]): Uint8Array {
  const mean = Math.round(all.reduce((sum, { advance }) => sum + advance, 0) / all.length);
  return new Writer()
    .u16(4)
    .i16(mean)
    .u16(400)
    .u16(5)
    .zeros(2)
    .zeros(20)
    .i16(0)
    .zeros(10)
    .zeros(16)
    .text('NONE')
    .u16(0x40)
    .u16(Math.min(0xffff, glyphs[0]?.code ?? 0))
    .u16(Math.min(0xffff, glyphs[glyphs.length - 1]?.code ?? 0))
    .i16(ASCENDER)
    .i16(-DESCENDER)
    .i16(0)
    .u16(ASCENDER)
    .u16(DESCENDER)
    .zeros(8)
    .i16(1118)
    .i16(1490)
    .zeros(6)
    .bytes();
}

/** Family, style, full and PostScript names, in UTF-16. */
function nameTable(name: string): Uint8Array {
  const names = [
    [1, name],
    [2, 'Regular'],
    [4, name],
    [6, name],
  ] as const;
  const texts = names.map(([, text]) => Array.from(text, (letter) => letter.charCodeAt(0)));
  const writer = new Writer()
    .u16(0)
    .u16(names.length)
    .u16(6 + 12 * names.length);
  let at = 0;
  names.forEach(([id], i) => {
    const length = 2 * texts[i].length;
    writer.u16(3).u16(1).u16(0x409).u16(id).u16(length).u16(at);
    at += length;
  });
  for (const codes of texts) for (const code of codes) writer.u16(code);
  return writer.bytes();
}

function fontFile(tables: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const names = Object.keys(tables).sort();
  const power = 2 ** Math.floor(Math.log2(names.length));
  const head = new Writer()
    .u32(0x00010000)
    .u16(names.length)
    .u16(16 * power)
    .u16(Math.log2(power))
    .u16(16 * (names.length - power));
  let at = 12 + 16 * names.length;
  const parts: Uint8Array[] = [];
  let headAt = 0;
  for (const name of names) {
    const table = new Writer().append(tables[name]).padded(4).bytes();
    head.text(name).u32(sumOf(table)).u32(at).u32(tables[name].length);
    if (name === 'head') headAt = at;
    at += table.length;
    parts.push(table);
  }
  const file = joinedBytes([head.bytes(), ...parts]);
  new DataView(file.buffer).setUint32(headAt + 8, (0xb1b0afba - sumOf(file)) >>> 0);
  return file;
}

function sumOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 4) sum = (sum + view.getUint32(i)) >>> 0;
  return sum;
}

/** Numbers with the highest byte first. */
class Writer {
  private readonly list: number[] = [];

  u8(value: number): this {
    this.list.push(value & 255);
    return this;
  }

  u16(value: number): this {
    return this.u8(value >> 8).u8(value);
  }

  i16(value: number): this {
    return this.u16(value & 0xffff);
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value & 0xffff);
  }

  zeros(count: number): this {
    for (let i = 0; i < count; i++) this.list.push(0);
    return this;
  }

  text(value: string): this {
    for (const letter of value) this.u8(letter.charCodeAt(0));
    return this;
  }

  all<T>(items: readonly T[], write: (writer: this, item: T) => void): this {
    for (const item of items) write(this, item);
    return this;
  }

  append(bytes: Uint8Array): this {
    for (const byte of bytes) this.list.push(byte);
    return this;
  }

  padded(step: number): this {
    return this.zeros((step - (this.list.length % step)) % step);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.list);
  }
}
