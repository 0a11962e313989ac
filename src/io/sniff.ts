import { stat } from 'node:fs/promises';
import { readStart } from './files.js';

type FileFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'npy' | 'svg';

/** Bytes as characters of the same number; a decoder of the name latin1 is windows-1252 in newer engines. */
function asText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** What a file is by its first bytes, whatever its name says; null for anything else. */
export function sniffFormat(bytes: Uint8Array): FileFormat | null {
  const start = asText(bytes.subarray(0, 512));
  if (start.startsWith('\u00ff\u00d8\u00ff')) return 'jpeg';
  if (start.startsWith('\u0089PNG\r\n\u001a\n')) return 'png';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'webp';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'gif';
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'tiff';
  if (start.slice(4, 8) === 'ftyp' && /avi[fs]/.test(start.slice(8, 64))) return 'avif';
  if (start.startsWith('\u0093NUMPY')) return 'npy';
  if (/^(\u00ef\u00bb\u00bf)?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/.test(start))
    return 'svg';
  return null;
}

/** How an unknown file starts, in printable characters: `starts with "<!DOCTYPE"`, or that it is empty. */
export function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'the file is empty';
  const start = asText(bytes.subarray(0, 24));
  const printable = start.replace(/[^ -~]+.*$/s, '').trim();
  if (printable.length >= 3) return `starts with ${JSON.stringify(printable.split(/\s/)[0].slice(0, 16))}`;
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
  return `starts with the bytes ${hex.join(' ')}`;
}

/** A kind of file that people name as an image and that is not read. */
interface ForeignFormat {
  /** With its article: "a BMP picture". */
  readonly what: string;
  /** How it becomes a PNG: words, or a command behind the file's name. */
  readonly convert: string;
  /** False for what holds no picture that another program would show. */
  readonly isPicture: boolean;
}

const MAGICK = 'convert it: magick FILE out.png (ImageMagick), or save it as PNG in a picture program';
const FRAME = 'take a picture out of it: ffmpeg -i FILE -frames:v 1 out.png';

/** Brands of ISO files behind "ftyp": stills of phones, then films. */
const HEIC = /^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/;
const FILM = /^(isom|iso\d|mp4\d|avc1|M4V |qt {2}|3gp|dash|f4v )/;

/** What a file is that is no image cnnviz reads, by its first bytes; null for an unknown one. */
export function sniffForeign(bytes: Uint8Array): ForeignFormat | null {
  const start = String.fromCharCode(...bytes.subarray(0, 512));
  const known = KNOWN.find(({ test }) => test(start));
  return known ? { what: known.what, convert: known.convert, isPicture: known.isPicture ?? true } : null;
}

interface Known extends Omit<ForeignFormat, 'isPicture'> {
  readonly isPicture?: false;
  readonly test: (start: string) => boolean;
}

const begins =
  (...marks: readonly string[]) =>
  (start: string) =>
    marks.some((mark) => start.startsWith(mark));
const brand = (brands: RegExp) => (start: string) => start.slice(4, 8) === 'ftyp' && brands.test(start.slice(8, 12));
const riff = (form: string) => (start: string) => start.startsWith('RIFF') && start.slice(8, 12) === form;

const KNOWN: readonly Known[] = [
  // behind BM: the file's size, two reserved words that are zero, the place of the pixels
  {
    what: 'a BMP picture',
    convert: MAGICK,
    test: (start) => start.startsWith('BM') && start.slice(6, 10) === '\0\0\0\0',
  },
  {
    what: 'a HEIC photograph',
    convert: 'convert it: heif-convert FILE out.png, or export it as JPEG',
    test: brand(HEIC),
  },
  { what: 'a Photoshop document', convert: 'export it as PNG', test: begins('8BPS') },
  { what: 'a GIMP picture', convert: 'export it as PNG', test: begins('gimp xcf') },
  {
    what: 'a PDF document',
    isPicture: false,
    convert: 'draw a page of it: pdftoppm -png -r 150 FILE page',
    test: begins('%PDF'),
  },
  { what: 'a PostScript document', isPicture: false, convert: MAGICK, test: begins('%!PS') },
  { what: 'a film', convert: FRAME, test: brand(FILM) },
  { what: 'a film', convert: FRAME, test: begins('\x1aE\xdf\xa3', '\0\0\x01\xba', 'FLV') },
  { what: 'a film', convert: FRAME, test: riff('AVI ') },
  { what: 'a JPEG XL picture', convert: 'convert it: djxl FILE out.png', test: begins('\xff\x0a', '\0\0\0\x0cJXL ') },
  { what: 'a JPEG 2000 picture', convert: MAGICK, test: begins('\0\0\0\x0cjP  ', '\xff\x4f\xff\x51') },
  { what: 'an icon', convert: MAGICK, test: begins('\0\0\x01\0', '\0\0\x02\0') },
  { what: 'a PNM picture', convert: MAGICK, test: (start) => /^P[1-7]\s/.test(start) },
  { what: 'an OpenEXR picture', convert: MAGICK, test: begins('v/1\x01') },
  { what: 'a Radiance HDR picture', convert: MAGICK, test: begins('#?RADIANCE', '#?RGBE') },
  {
    what: 'a FITS picture',
    convert: 'hand the numbers in as .npy (astropy and numpy.save)',
    test: begins('SIMPLE  ='),
  },
  {
    what: 'a DICOM picture',
    convert: 'convert it: dcm2img FILE out.png (DCMTK)',
    test: (start) => start.slice(128, 132) === 'DICM',
  },
  {
    what: 'an HDF5 file',
    isPicture: false,
    convert: 'hand the numbers in as .npy (h5py and numpy.save)',
    test: begins('\x89HDF'),
  },
  {
    what: 'a web page',
    isPicture: false,
    convert: 'the download gave a page, not the picture: save the picture itself',
    test: (start) => /^\s*<(!doctype html|html)/i.test(start),
  },
  { what: 'a ZIP archive', isPicture: false, convert: 'unpack it: unzip FILE', test: begins('PK\x03\x04') },
  { what: 'a gzip archive', isPicture: false, convert: 'unpack it: gunzip FILE', test: begins('\x1f\x8b') },
];

/** What stands under a name, as far as its first bytes tell. */
type StartKind = 'image' | 'array' | 'foreign' | 'other' | 'folder' | 'none';

const START = 512;

/** Looks at the start of a file: 'foreign' is a picture that is not read; devices and pipes are 'other', none is opened. */
export async function kindByStart(path: string): Promise<StartKind> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return 'none';
  if (facts.isDirectory()) return 'folder';
  if (!facts.isFile()) return 'other';
  const bytes = await readStart(path, START).catch(() => new Uint8Array());
  const format = sniffFormat(bytes);
  if (format === 'npy') return 'array';
  if (format === 'svg') return 'foreign';
  if (format !== null) return 'image';
  return sniffForeign(bytes)?.isPicture ? 'foreign' : 'other';
}
