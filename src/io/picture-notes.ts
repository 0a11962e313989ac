import { joinedBytes } from '../core/bytes.js';

/** What begins a block of a GIF, and ends the file. Source: GIF89a, sections 18 to 27. */
const EXTENSION = 0x21;
const COMMENT = 0xfe;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
/** Header and logical screen descriptor, then the global colour table. */
const SCREEN_BYTES = 13;
/** A comment is stored in pieces of at most this many bytes, each behind its length. */
const MOST = 255;

/** The same GIF with a comment of ASCII before its end. */
export function withGifComment(gif: Uint8Array, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const comment = [EXTENSION, COMMENT];
  for (let at = 0; at < bytes.length; at += MOST) {
    const piece = bytes.subarray(at, at + MOST);
    comment.push(piece.length, ...piece);
  }
  comment.push(0, TRAILER);
  const whole = new Uint8Array(gif.length - 1 + comment.length);
  whole.set(gif.subarray(0, -1));
  whole.set(comment, gif.length - 1);
  return whole;
}

/** The first comment of a GIF; null when it has none, or is no whole GIF. */
export function gifComment(gif: Uint8Array): string | null {
  let at = SCREEN_BYTES + tableBytes(gif[10]);
  while (at < gif.length) {
    const kind = gif[at];
    if (kind === EXTENSION) {
      const { end, pieces } = piecesFrom(gif, at + 2);
      if (gif[at + 1] === COMMENT) return end > gif.length ? null : new TextDecoder().decode(joinedBytes(pieces));
      at = end;
    } else if (kind === IMAGE) {
      // the descriptor, the local colour table, the code size, then the pixels in pieces
      at = piecesFrom(gif, at + 11 + tableBytes(gif[at + 9])).end;
    } else return null;
  }
  return null;
}

/** Bytes of the colour table that packed flags announce. */
function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Pieces up to the empty one, and where they end. */
function piecesFrom(gif: Uint8Array, start: number): { readonly end: number; readonly pieces: readonly Uint8Array[] } {
  const pieces: Uint8Array[] = [];
  let at = start;
  while (at < gif.length && gif[at] > 0) {
    pieces.push(gif.subarray(at + 1, at + 1 + gif[at]));
    at += 1 + gif[at];
  }
  return { end: at + 1, pieces };
}

const ENTITIES = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
] as const;
/** An SVG's note stands at its beginning, behind its title. */
const NOTE_WITHIN = 65_536;

/** An SVG's element with its note, which is ASCII. */
export function svgMetadata(note: string): string {
  const text = ENTITIES.reduce((escaped, [char, entity]) => escaped.replaceAll(char, entity), note);
  return `<metadata>${text}</metadata>`;
}

/** The note of an SVG; null when it has none. */
export function svgNote(bytes: Uint8Array): string | null {
  const start = new TextDecoder().decode(bytes.subarray(0, NOTE_WITHIN));
  const inner = /<metadata>([^<]*)<\/metadata>/.exec(start)?.[1];
  if (inner === undefined) return null;
  return ENTITIES.reduceRight((plain, [char, entity]) => plain.replaceAll(entity, char), inner);
}
