import type { Metadata, Sharp } from 'sharp';
import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { DecodeJob } from '../core/job.js';
import { groupDigits } from '../core/text.js';
import { loadSharp } from './sharp.js';
import { describeStart, sniffForeign, sniffFormat } from './sniff.js';

/** What an image file says of itself. Width and height are those after orientation. */
export interface ImageFacts {
  readonly width: number;
  readonly height: number;
  /** As stored, alpha included. */
  readonly channels: number;
  readonly depth: 8 | 16;
  readonly format: string;
  /** 'RGB', 'gray', 'CMYK' or libvips' name of another colour space. */
  readonly colour: string;
  readonly alpha: boolean;
  readonly pages: number;
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
  const metadata = await guarded(() =>
    loadSharp()(bytes, { limitInputPixels: false, limitInputChannels: 5 }).metadata(),
  );
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
    pages: metadata.pages ?? 1,
  };
}

/**
 * The pixels of an image file: three channels, 8 or 16 bits, upright. Grey and CMYK become sRGB, an embedded profile
 * of an RGB image is ignored, alpha is dropped (or laid over `background`), of several pages the first is taken.
 * @throws CnnvizError 'decode' when it is no image, too large, truncated or corrupt; nothing is decoded beyond limits,
 * nor what `check` refuses by its header
 */
export async function decodeImage(
  bytes: Uint8Array,
  job: DecodeJob,
  check: ((facts: ImageFacts) => void) | null = null,
): Promise<{ image: Image; facts: ImageFacts }> {
  const facts = await readHeader(bytes, job);
  check?.(facts);
  const { data, info } = await guarded(() => {
    let image: Sharp = loadSharp()(bytes, {
      failOn: 'warning',
      limitInputPixels: job.maxPixels,
      limitInputChannels: 5,
      autoOrient: true,
      ignoreIcc: facts.colour !== 'CMYK',
      pages: 1,
    });
    if (facts.alpha && job.background !== null) image = image.flatten({ background: job.background });
    image = image.toColourspace(facts.depth === 16 ? 'rgb16' : 'srgb').removeAlpha();
    return image.raw({ depth: facts.depth === 16 ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  });
  if (info.channels !== 3) {
    throw new CnnvizError('decode', `expected red, green and blue, got ${info.channels} channels`, {
      fix: 'convert it to sRGB',
    });
  }
  const samples =
    facts.depth === 16
      ? new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength))
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { image: { width: info.width, height: info.height, channels: 3, depth: facts.depth, data: samples }, facts };
}

function sampleDepth({ depth, bitsPerSample }: Metadata): 8 | 16 {
  if (depth === 'uchar') return 8;
  if (depth === 'ushort') return (bitsPerSample ?? 16) > 8 ? 16 : 8;
  throw new CnnvizError('decode', `samples of type ${depth} have no fixed black and white`, {
    fix: 'convert it to 8 or 16 bits, or hand the numbers in as .npy',
  });
}

function colourName({ space }: Metadata): string {
  switch (space) {
    case 'srgb':
    case 'rgb':
    case 'rgb16':
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

/** Runs sharp and turns what it throws into one line of ours. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CnnvizError || !(error instanceof Error)) throw error;
    throw new CnnvizError('decode', decodeMessage(error.message), {
      fix: 'the file is damaged or incomplete: fetch it again or save it anew',
      cause: error,
    });
  }
}

/** libvips reports several lines with the loader's name in each; the first says what happened. */
function decodeMessage(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const first = (lines[0] ?? 'unknown fault').replace(/^(Input buffer|Input file)\s*/i, '').replace(/^\w+: /, '');
  // what went wrong is lost when another image fails in the same moment: libvips keeps one message for all threads
  if (/failOn setting/.test(first)) return 'truncated or corrupt (the decoder reports damage)';
  const truncated =
    /premature|truncat|end of (stream|file)|out of data|not enough|read error|unexpected end|bad huffman|too short/i;
  return truncated.test(message) ? `truncated or corrupt (${first})` : `cannot be decoded (${first})`;
}
