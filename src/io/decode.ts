import type { Metadata, Sharp } from 'sharp';
import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import { countTransparent, type Image, inRange, rangeWords, type Samples, withoutAlpha } from '../core/image.js';
import type { DecodeJob } from '../core/job.js';
import type { Scale } from '../core/result.js';
import { groupDigits } from '../core/text.js';
import { loadSharp } from './sharp.js';
import { describeStart, sniffForeign, sniffFormat } from './sniff.js';

/** What an image file says of itself. Width and height are those after orientation. */
export interface ImageFacts {
  readonly width: number;
  readonly height: number;
  /** As stored, alpha included. */
  readonly channels: number;
  /** Bits of a sample; 32 and 64: numbers without a fixed black and white. */
  readonly depth: 8 | 16 | 32 | 64;
  readonly format: string;
  /** 'RGB', 'gray', 'CMYK' or libvips' name of another colour space. */
  readonly colour: string;
  readonly alpha: boolean;
  readonly pages: number;
  /** The page these facts are of, from 1. */
  readonly page: number;
}

/** An image with what its file says, and what reading it left out or chose. */
export interface DecodedImage {
  readonly image: Image;
  readonly facts: ImageFacts;
  /** The samples that became black and white, where the type of the samples does not say them. */
  readonly range: Scale | null;
  readonly notes: readonly string[];
}

/** The longest side there may be: no program shows a longer one, and no row of it would fit in the engine's memory. */
const LONGEST_SIDE = 1_000_000;

const READABLE = 'JPEG, PNG, WebP, GIF, TIFF, AVIF and .npy are read';

/** The header alone: no pixel is decoded. @throws CnnvizError 'decode' */
export async function readHeader(bytes: Uint8Array, job: DecodeJob): Promise<ImageFacts> {
  const format = sniffFormat(bytes);
  if (format === null) {
    const foreign = sniffForeign(bytes);
    if (foreign?.isPicture) {
      throw new CnnvizError('decode', `${foreign.what}, which is not read`, { fix: foreign.convert });
    }
    const instead = foreign ? ` but ${foreign.what}` : '';
    throw new CnnvizError('decode', `not an image (${describeStart(bytes)})${instead}`, {
      fix: foreign?.convert ?? READABLE,
    });
  }
  if (format === 'svg' || format === 'npy') {
    const what =
      format === 'svg' ? 'an SVG drawing, which may draw on other files' : 'a .npy array where an image is expected';
    const fix =
      format === 'svg' ? 'draw it as pixels: magick FILE.svg out.png (ImageMagick), or export it as PNG' : READABLE;
    throw new CnnvizError('decode', `${what}: not read`, { fix });
  }
  const headerOf = (page: number) =>
    guarded(() => loadSharp()(bytes, { limitInputPixels: false, limitInputChannels: 5, page: page - 1 }).metadata());
  const first = await headerOf(1);
  const { page = 1 } = job;
  const pages = first.pages ?? 1;
  checkPage(page, pages, format);
  const metadata = page === 1 ? first : await headerOf(page);
  const { width, height } = metadata;
  if (width * height > job.maxPixels) {
    throw new CnnvizError(
      'decode',
      `${width}×${height} is ${groupDigits(width * height)} pixels, more than the ${groupDigits(job.maxPixels)} allowed`,
      { fix: `if the image can be trusted: --max-pixels ${width * height}` },
    );
  }
  if (Math.max(width, height) > LONGEST_SIDE) {
    throw new CnnvizError(
      'decode',
      `${width}×${height}: a side of more than ${groupDigits(LONGEST_SIDE)} pixels is not read`,
      { fix: 'cut the picture into pieces' },
    );
  }
  const turned = (metadata.orientation ?? 1) >= 5;
  return {
    width: turned ? height : width,
    height: turned ? width : height,
    channels: metadata.channels,
    depth: sampleDepth(metadata),
    format,
    colour: colourName(metadata),
    alpha: metadata.hasAlpha,
    pages,
    page,
  };
}

/** @throws CnnvizError 'usage' for a page that is none */
function checkPage(page: number, pages: number, format: string): void {
  if (page <= pages) return;
  const what = nameOfPages(format);
  throw new CnnvizError('usage', `--page ${page}: the file has ${pages === 1 ? `one ${what}` : `${pages} ${what}s`}`, {
    fix: pages === 1 ? 'leave --page out' : `a number from 1 to ${pages}`,
  });
}

function nameOfPages(format: string): 'page' | 'frame' {
  return format === 'tiff' ? 'page' : 'frame';
}

/** How many channels an image is decoded to; `keepsGray`: a file of one channel stays one. */
export function decodedChannels(facts: ImageFacts, { background }: DecodeJob, keepsGray: boolean): 1 | 3 {
  if (!keepsGray || facts.colour !== 'gray') return 3;
  // transparent pixels may take on a colour
  return facts.alpha && background !== null && !isGray(background) ? 3 : 1;
}

/** "#rrggbb" */
function isGray(colour: string): boolean {
  const [r, g, b] = [1, 3, 5].map((at) => colour.slice(at, at + 2).toLowerCase());
  return r === g && g === b;
}

/**
 * The pixels of an image file: three channels, or one where a gray file is kept, 8 or 16 bits, upright. CMYK becomes sRGB,
 * an embedded profile of an RGB image is ignored, alpha is dropped (or laid over `background`), of several pages the
 * first is taken unless the job names one. Samples without a fixed black and white become 16 bits between `range`.
 * @throws CnnvizError 'decode' when it is no image, too large, truncated or corrupt, or a sample is NaN; nothing is decoded
 * beyond limits, nor what `check` refuses by its header
 */
export async function decodeImage(
  bytes: Uint8Array,
  job: DecodeJob,
  check: ((facts: ImageFacts) => void) | null = null,
  keepsGray = false,
): Promise<DecodedImage> {
  const facts = await readHeader(bytes, job);
  check?.(facts);
  const channels = decodedChannels(facts, job, keepsGray);
  // what is no pixel but a number would be converted, were its one channel made three by the decoder
  const isNumbers = facts.depth > 16;
  // and of gray with alpha, made one channel, sharp keeps no alpha
  const stored = isNumbers && facts.colour === 'gray' ? 1 : !isNumbers && facts.alpha ? 3 : channels;
  const read = await readSamples(bytes, facts, job, stored);
  const notes = notesOf(facts, job, read.stored > stored ? countTransparent(read, OPAQUE[facts.depth]) : 0);
  const samples = withoutAlpha(read, stored === 1 ? 1 : channels);
  if (!isNumbers && job.range === undefined) {
    const { width, height, data } = samples;
    const image = { width, height, channels, depth: facts.depth as 8 | 16, data: data as Uint8Array | Uint16Array };
    return { image, facts, range: null, notes };
  }
  const ranged = inRange(samples, job.range ?? 'auto');
  const advice = job.range === undefined ? ' (--range LO,HI sets others)' : '';
  const image = withChannels(ranged.image, channels);
  return { image, facts, range: ranged.range, notes: [...notes, `${rangeWords(ranged)}${advice}`] };
}

/** The samples of one page with their alpha, in the colours they are read in. */
async function readSamples(
  bytes: Uint8Array,
  { alpha, colour, depth, page }: ImageFacts,
  job: DecodeJob,
  channels: 1 | 3,
): Promise<Samples> {
  const { data, info } = await guarded(() => {
    let image: Sharp = loadSharp()(bytes, {
      failOn: 'warning',
      limitInputPixels: job.maxPixels,
      limitInputChannels: 5,
      autoOrient: true,
      ignoreIcc: colour !== 'CMYK',
      pages: 1,
      page: page - 1,
    });
    if (alpha && job.background !== null) {
      // else of a coloured background only its red would be laid under gray
      if (colour === 'gray' && !isGray(job.background))
        image = image.pipelineColourspace(depth === 16 ? 'rgb16' : 'srgb');
      image = image.flatten({ background: job.background }).removeAlpha();
    }
    return image
      .toColourspace(spaceOf(channels, depth))
      .raw({ depth: RAW_DEPTH[depth] })
      .toBuffer({ resolveWithObject: true });
  });
  if (info.channels !== channels && info.channels !== channels + 1) {
    const expected = channels === 3 ? 'red, green and blue' : 'one gray channel';
    throw new CnnvizError('decode', `expected ${expected}, got ${info.channels} channels`, {
      fix: 'convert it to sRGB',
    });
  }
  const { width, height } = info;
  return { width, height, stored: info.channels, data: typedSamples(data, depth) };
}

/** Numbers are taken as they are: a gray file of them as gray, RGB as linear light, which converts nothing. */
function spaceOf(channels: 1 | 3, depth: ImageFacts['depth']): string {
  if (channels === 1) return depth === 16 ? 'grey16' : 'b-w';
  return depth === 8 ? 'srgb' : depth === 16 ? 'rgb16' : 'scrgb';
}

const RAW_DEPTH = { 8: 'uchar', 16: 'ushort', 32: 'float', 64: 'double' } as const;

function typedSamples(data: Uint8Array, depth: ImageFacts['depth']): Samples['data'] {
  if (depth === 8) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const aligned = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return depth === 16 ? new Uint16Array(aligned) : depth === 32 ? new Float32Array(aligned) : new Float64Array(aligned);
}

/** The alpha of an opaque pixel; of numbers nothing is known, so that it is always told. */
const OPAQUE = { 8: 255, 16: 65_535, 32: Number.POSITIVE_INFINITY, 64: Number.POSITIVE_INFINITY } as const;

/** A gray picture as so many equal channels. */
function withChannels(image: Image, channels: 1 | 3): Image {
  if (image.channels === channels) return image;
  const { data } = image;
  const out = data instanceof Uint8Array ? new Uint8Array(data.length * 3) : new Uint16Array(data.length * 3);
  for (let i = 0; i < out.length; i++) out[i] = data[Math.floor(i / 3)];
  return { ...image, channels, data: out };
}

/** What of a file was left out, unless the job says how it is read. */
function notesOf({ alpha, pages, page, format }: ImageFacts, job: DecodeJob, transparent: number): string[] {
  const notes: string[] = [];
  if (alpha && transparent > 0) {
    notes.push(
      `alpha is dropped: ${plural(transparent, 'pixel')} ${transparent === 1 ? 'is' : 'are'} not opaque (--background COLOUR lays them over a colour)`,
    );
  }
  if (pages > 1 && job.page === undefined) {
    const what = nameOfPages(format);
    notes.push(`${what} ${page} of ${pages} is read (--page N reads another)`);
  }
  return notes;
}

/** @throws CnnvizError 'decode' for samples that the decoder does not hand over as they are */
function sampleDepth({ depth, bitsPerSample, space }: Metadata): ImageFacts['depth'] {
  const bits = bitsPerSample ?? 16;
  if (depth === 'uchar') return 8;
  if (depth === 'ushort') return bits > 8 ? 16 : 8;
  const isPlain = space === 'b-w' || space === 'scrgb';
  if (isPlain && depth === 'float') return 32;
  if (isPlain && (depth === 'double' || depth === 'uint' || depth === 'int')) return 64;
  throw new CnnvizError('decode', `${bits}-bit samples of type ${depth} are not read`, {
    fix: 'save it as 32-bit float, or hand the numbers in as .npy',
  });
}

function colourName({ space }: Metadata): string {
  switch (space) {
    case 'srgb':
    case 'rgb':
    case 'rgb16':
    case 'scrgb':
      return 'RGB';
    case 'b-w':
    case 'grey16':
      return 'gray';
    case 'cmyk':
      return 'CMYK';
    default:
      return space ?? 'RGB';
  }
}

/** What went wrong is lost when other threads decode in the same moment: libvips keeps one message for all of them. */
const LOST = /failOn setting/;
/** How often it is asked again. */
const ASKED_AGAIN = 5;

/** Runs sharp and turns what it throws into one line of ours: the same line, however many threads decode. */
async function guarded<T>(work: () => Promise<T>, left = ASKED_AGAIN): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CnnvizError || !(error instanceof Error)) throw error;
    if (left > 0 && LOST.test(firstLine(error.message))) return guarded(work, left - 1);
    throw new CnnvizError('decode', decodeMessage(error.message), {
      fix: 'the file is damaged or incomplete: fetch it again or save it anew',
      cause: error,
    });
  }
}

/** libvips reports several lines with the loader's name in each; the first says what happened. */
function decodeMessage(message: string): string {
  const first = firstLine(message);
  if (LOST.test(first)) return 'truncated or corrupt (the decoder reports damage)';
  const truncated =
    /premature|truncat|end of (stream|file)|out of data|not enough|read error|unexpected end|bad huffman|too short/i;
  return truncated.test(message) ? `truncated or corrupt (${first})` : `cannot be decoded (${first})`;
}

function firstLine(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (lines[0] ?? 'unknown fault').replace(/^(Input buffer|Input file)\s*/i, '').replace(/^\w+: /, '');
}
