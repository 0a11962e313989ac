/** A kind of file that people name as an image and that is not read. */
export interface ForeignFormat {
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
