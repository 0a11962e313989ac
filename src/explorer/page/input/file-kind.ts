/** What a browser's decoder does to a file that the command line's does not. */
export interface ImageFileKind {
  readonly type: 'png' | 'jpeg' | 'other';
  /** Stored with one channel. */
  readonly isGray: boolean;
  /** Bits a sample. */
  readonly depth: number;
  readonly hasAlpha: boolean;
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const OTHER: ImageFileKind = { type: 'other', isGray: false, depth: 8, hasAlpha: false };

/** Reads the first bytes of an image file. Source: W3C PNG, 11.2.2 IHDR; ITU T.81, B.2.2 */
export function readFileKind(bytes: Uint8Array): ImageFileKind {
  if (PNG.every((byte, i) => bytes[i] === byte) && bytes.length > 25) {
    const [depth, colour] = [bytes[24], bytes[25]];
    return { type: 'png', isGray: colour === 0 || colour === 4, depth, hasAlpha: (colour & 4) !== 0 };
  }
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? { ...OTHER, type: 'jpeg', isGray: jpegChannels(bytes) === 1 } : OTHER;
}

/** The components of the first frame of a JPEG; 3 where it has none. */
function jpegChannels(bytes: Uint8Array): number {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return bytes[at + 9];
    at += 2 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  return 3;
}

/** What to know before numbers are compared with the command line's; '' where they are the same. */
export function fileNote({ type, depth, hasAlpha }: ImageFileKind): string {
  if (type === 'png' && depth <= 8 && !hasAlpha) return '';
  if (type === 'png' && depth > 8) return 'a PNG of 16 bits: browsers read 8 of them, the command line all';
  if (hasAlpha) return 'transparent pixels: a browser and the command line may read them differently';
  const kind = type === 'jpeg' ? 'JPEG' : 'image';
  return `this ${kind} was decoded by the browser: pixels may differ by a level from the command line's`;
}
