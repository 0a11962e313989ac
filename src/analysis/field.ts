import { CnnvizError } from '../core/errors.js';
import type { InputFacts, Window } from '../core/result.js';
import type { ShapedLayer } from './layer-run.js';
import { summaryOf } from './network-summary.js';
import { countReaders, type Reached, reachOfValue, seenBy, sees, type ValueReach } from './reach.js';
import type { FieldAxis } from './receptive-field.js';

/** Two numbers, along x and along y. */
interface Both {
  readonly x: number;
  readonly y: number;
}

/** Which outputs see one pixel. */
interface PixelReaders {
  readonly x: number;
  readonly y: number;
  readonly count: number;
  /** From the first to the last of them; null when none does. */
  readonly window: Window | null;
  /** 1 for each output position that sees it, [oH, oW]. */
  readonly mask: Uint8Array;
}

/** What one position of a layer sees of the input, and what all of them do. */
export interface FieldFacts {
  readonly input: InputFacts;
  readonly network: string;
  readonly layer: string;
  /** Width and height of what the first layer reads, and of the layer's maps. */
  readonly inputSize: Both;
  readonly outSize: Both;
  readonly at: Both;
  /** The field's sides before it is clipped; null where branches of different size meet or whole maps are read. */
  readonly size: Both | null;
  /** Distance of neighbouring fields; null as above. */
  readonly stride: Both | null;
  /** The field with the padding it reaches into; null as above. */
  readonly full: Window | null;
  /** The part of it inside the input: from the first pixel it sees to the last. */
  readonly window: Window;
  /** Rows and columns of the field that lie in the padding: left, top, right, bottom. */
  readonly inPadding: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  /** Pixels it sees: fewer than the window holds where kernels are dilated or strides leave gaps. */
  readonly pixels: number;
  /** Pixels that neighbouring fields share along each axis: size − stride, 0 where they do not meet. */
  readonly overlap: Both | null;
  /** Pixels between neighbouring fields: stride − size where that is above 0. */
  readonly skipped: Both | null;
  /** 1 for each pixel it sees, [H, W]. */
  readonly mask: Uint8Array;
  /** How many output positions see each pixel, [H, W]. */
  readonly readers: Uint32Array;
  /** Pixels that no output sees. */
  readonly unread: number;
  /** Σ readers. */
  readonly sum: number;
  /** False when fields of very many shapes were replaced by their envelope. */
  readonly exact: boolean;
  readonly pixel: PixelReaders | null;
}

export interface FieldRequest {
  /** The output position; null: the middle one. */
  readonly at: Both | null;
  /** The pixel whose readers are wanted, or null. */
  readonly pixel: Both | null;
}

/**
 * What one output position of the layer sees of its input, through the whole stack of layers, and how many see each pixel.
 * @throws CnnvizError 'usage' for positions that are none, 'unsupported' for layers that are not followed
 */
export function measureField(layer: ShapedLayer, { at, pixel }: FieldRequest): FieldFacts {
  const { shaped, value } = layer;
  const { paths, exact } = reachOfValue(shaped, value);
  const [{ rows, columns }] = paths;
  const inputSize = { x: columns.size, y: rows.size };
  const outSize = { x: columns.out, y: rows.out };
  const place = at ?? { x: Math.floor(outSize.x / 2), y: Math.floor(outSize.y / 2) };
  checkPosition('--at', place, outSize, `${layer.layer}'s map`, 'positions are those of the output');
  if (pixel) checkPosition('--pixel', pixel, inputSize, 'the input', 'positions are those of the input');
  const mask = maskOf(paths, place, inputSize);
  const pixels = mask.reduce((sum, flag) => sum + flag, 0);
  const window = boundsOf(mask, inputSize.x);
  if (window === null) {
    throw new CnnvizError('usage', `the field of (${place.x}, ${place.y}) lies in the padding: it sees no pixel`, {
      fix: 'choose another position with --at',
    });
  }
  const readers = countReaders(paths);
  const alike = regularField(layer, place);
  const regular = alike.full === null || isSeen(alike.full, window, inputSize) ? alike : IRREGULAR;
  return {
    input: layer.facts,
    network: layer.network,
    layer: layer.layer,
    inputSize,
    outSize,
    at: place,
    ...regular,
    window,
    inPadding: paddingOf(regular.full, inputSize),
    pixels,
    mask,
    readers,
    unread: readers.reduce((count, one) => count + (one === 0 ? 1 : 0), 0),
    sum: readers.reduce((total, one) => total + one, 0),
    exact,
    pixel: pixel && readersOf({ paths, exact }, pixel, outSize),
  };
}

function checkPosition(flag: string, { x, y }: Both, size: Both, what: string, hint: string): void {
  if (x < size.x && y < size.y) return;
  throw new CnnvizError('usage', `${flag} ${x},${y}: ${what} is ${size.x}×${size.y}`, {
    fix: `x from 0 to ${size.x - 1}, y from 0 to ${size.y - 1}: ${hint}`,
  });
}

const IRREGULAR = { size: null, stride: null, full: null, overlap: null, skipped: null } as const;

/** Whether what is seen ends where the field does, as far as that lies in the input: behind upsampling places see by turns more and less. */
function isSeen(full: Window, window: Window, { x, y }: Both): boolean {
  return (
    (full.x0 < 0 || full.x0 === window.x0) &&
    (full.y0 < 0 || full.y0 === window.y0) &&
    (full.x1 >= x || full.x1 === window.x1) &&
    (full.y1 >= y || full.y1 === window.y1)
  );
}

/** Size, stride and full extent where all fields of the layer are alike. */
function regularField(
  { shaped, layer }: ShapedLayer,
  at: Both,
): Pick<FieldFacts, 'size' | 'stride' | 'full' | 'overlap' | 'skipped'> {
  const field = summaryOf(shaped, layer)?.field ?? null;
  const spans = field && [spanOf(field[1], at.x), spanOf(field[0], at.y)];
  if (!field || !spans || spans[0] === null || spans[1] === null) {
    return IRREGULAR;
  }
  const [rows, columns] = field;
  const [across, down] = spans as [Span, Span];
  const size = { x: columns.size, y: rows.size };
  const stride = { x: columns.jump!, y: rows.jump! };
  const both = (of: (size: number, stride: number) => number): Both => ({
    x: of(size.x, stride.x),
    y: of(size.y, stride.y),
  });
  return {
    size,
    stride,
    full: { x0: across.first, x1: across.last, y0: down.first, y1: down.last },
    overlap: both((k, s) => Math.max(0, k - s)),
    skipped: both((k, s) => Math.max(0, s - k)),
  };
}

interface Span {
  readonly first: number;
  readonly last: number;
}

/** Where the field of output position `at` begins and ends, padding included; null when it falls between pixels. */
function spanOf({ size, jump, start }: FieldAxis, at: number): Span | null {
  if (jump === null) return null;
  const first = start + at * jump - (size - 1) / 2;
  return Number.isInteger(first) && Number.isInteger(jump) ? { first, last: first + size - 1 } : null;
}

function paddingOf(full: Window | null, { x, y }: Both): FieldFacts['inPadding'] {
  if (full === null) return { left: 0, top: 0, right: 0, bottom: 0 };
  return {
    left: Math.max(0, -full.x0),
    top: Math.max(0, -full.y0),
    right: Math.max(0, full.x1 - x + 1),
    bottom: Math.max(0, full.y1 - y + 1),
  };
}

/** The pixels an output position sees, over all paths. */
function maskOf(paths: readonly Reached[], { x, y }: Both, size: Both): Uint8Array {
  const mask = new Uint8Array(size.x * size.y);
  for (const { rows, columns } of paths) {
    const across = seenBy(columns, x);
    for (const row of seenBy(rows, y)) for (const column of across) mask[row * size.x + column] = 1;
  }
  return mask;
}

/** From the first to the last 1 of a mask; null when there is none. */
function boundsOf(mask: Uint8Array, width: number): Window | null {
  let window: { x0: number; x1: number; y0: number; y1: number } | null = null;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    window ??= { x0: x, x1: x, y0: y, y1: y };
    window.x0 = Math.min(window.x0, x);
    window.x1 = Math.max(window.x1, x);
    window.y1 = y;
  }
  return window;
}

function readersOf({ paths }: ValueReach, { x, y }: Both, out: Both): PixelReaders {
  const mask = new Uint8Array(out.x * out.y);
  for (let i = 0; i < out.y; i++) {
    for (let j = 0; j < out.x; j++) {
      if (paths.some(({ rows, columns }) => sees(rows, i, y) && sees(columns, j, x))) mask[i * out.x + j] = 1;
    }
  }
  return { x, y, count: mask.reduce((sum, flag) => sum + flag, 0), window: boundsOf(mask, out.x), mask };
}
