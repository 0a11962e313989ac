import type { Fit, GeometryJob, ImagePreset, PixelRange, PreprocessJob } from '../core/job.js';

const PIXEL_RANGES: Readonly<Record<PixelRange, true>> = { unit: true, 255: true, signed: true };
export const PIXEL_RANGE_NAMES = Object.keys(PIXEL_RANGES) as readonly PixelRange[];
/** A larger image would not fit into a page's memory. */
const MOST_SIDE = 8192;

/** A preparation that an address names, or null; only its own fields are taken over. */
export function checkedPreset(found: unknown): ImagePreset | null {
  const { geometry, preprocess, digit, layout } = fieldsOf(found);
  const { resize, crop, fit } = fieldsOf(geometry);
  const { pixels, gray, normalize, channels } = fieldsOf(preprocess);
  const isSized = (resize === null || isSide(resize) || isSides(resize)) && (crop === null || isSides(crop));
  if (!isSized || !Object.hasOwn(PIXEL_RANGES, String(pixels)) || typeof gray !== 'boolean') return null;
  const normalized = normalize === null ? null : normalizeOf(normalize);
  const fitted = fit === undefined ? undefined : isSides(resize) && crop === null ? fitOf(fit) : null;
  if (normalized === undefined || fitted === null) return null;
  const isOrder = channels === undefined || (channels === 'bgr' && !gray);
  if (!isOrder || (layout !== undefined && layout !== 'nhwc')) return null;
  return {
    geometry: {
      resize: resize as GeometryJob['resize'],
      crop: crop as GeometryJob['crop'],
      ...(fitted && { fit: fitted }),
    },
    preprocess: { pixels: pixels as PixelRange, gray, normalize: normalized, ...(channels && { channels }) },
    ...(digit === true && { digit }),
    ...(layout && { layout }),
  };
}

function fieldsOf(found: unknown): Readonly<Record<string, unknown>> {
  return typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>) : {};
}

function normalizeOf(found: unknown): PreprocessJob['normalize'] | undefined {
  const { mean, std } = fieldsOf(found);
  const isFit = isNumbers(mean) && isNumbers(std) && mean.length === std.length && std.every((one) => one !== 0);
  return isFit ? { mean, std } : undefined;
}

function fitOf(found: unknown): Fit | null {
  const { kind, colour, corner } = fieldsOf(found);
  if (kind === 'crop') return { kind };
  const isBox = kind === 'letterbox' && typeof colour === 'string' && /^#[0-9a-f]{6}$/.test(colour);
  return isBox ? { kind, colour, ...(corner === true && { corner }) } : null;
}

function isNumbers(found: unknown): found is readonly number[] {
  return Array.isArray(found) && [1, 3].includes(found.length) && found.every(Number.isFinite);
}

function isSide(found: unknown): boolean {
  return Number.isInteger(found) && (found as number) > 0 && (found as number) <= MOST_SIDE;
}

function isSides(found: unknown): boolean {
  return Array.isArray(found) && found.length === 2 && found.every(isSide);
}
