import { CnnvizError } from './errors.js';
import { plural } from './geometry.js';
import { sizeOf } from './tensor.js';

/** Where a number lies in a layer's output. */
export interface ValuePlace {
  readonly item: number;
  readonly channel: number;
  /** Null in a layer of vectors. */
  readonly x: number | null;
  readonly y: number | null;
}

/** A layer's output as items of channels of maps; vectors are maps of one place. */
export interface MapsShape {
  readonly items: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** [N, K] or [K]: there is no x and y. */
  readonly isVector: boolean;
}

/** [N, C, H, W], [C, H, W], [N, K] or [K]. @throws CnnvizError 'unsupported' for any other rank */
export function mapsShape(shape: readonly number[]): MapsShape {
  if (shape.length < 1 || shape.length > 4) {
    throw new CnnvizError('unsupported', `an output [${shape.join(', ')}] has no channels and positions`, {
      fix: 'choose a layer of maps [N, C, H, W] or vectors [N, K]',
    });
  }
  if (shape.length < 3) {
    const [channels, items = 1] = [...shape].reverse();
    return { items, channels, height: 1, width: 1, isVector: true };
  }
  const [width, height, channels, items = 1] = [...shape].reverse();
  return { items, channels, height, width, isVector: false };
}

/** The index of a place in the flat array. */
export function indexOfPlace(shape: readonly number[], { item, channel, x, y }: ValuePlace): number {
  const { channels, height, width } = mapsShape(shape);
  return ((item * channels + channel) * height + (y ?? 0)) * width + (x ?? 0);
}

/** The place of an index in the flat array of any rank; beyond [N, C, H, W], y counts the rows of all planes of a channel. */
export function placeOfIndex(shape: readonly number[], index: number): ValuePlace {
  const full = shape.length === 3 || shape.length < 2 ? [1, ...shape] : shape;
  const [, channels = 1, ...rest] = full;
  const size = sizeOf(rest);
  const plane = Math.floor(index / size);
  const inPlane = index % size;
  const width = rest.at(-1);
  return {
    item: Math.floor(plane / channels),
    channel: plane % channels,
    x: width === undefined ? null : inPlane % width,
    y: width === undefined ? null : Math.floor(inPlane / width),
  };
}

/** What was asked for: a channel and item, and a position of a map. */
export interface PlaceRequest {
  readonly channel: number | null;
  readonly item: number | null;
  readonly at: { readonly x: number; readonly y: number } | null;
}

/**
 * The place that was asked for in the output of `layer`; without a position (or unit of a vector) the one of the
 * largest value.
 * @throws CnnvizError 'usage' when there is no such place
 */
export function choosePlace(
  layer: string,
  shape: readonly number[],
  { channel, item, at }: PlaceRequest,
  values: ArrayLike<number>,
): ValuePlace {
  const maps = mapsShape(shape);
  inRange('--item', item ?? 0, maps.items, `${layer} has ${plural(maps.items, 'item')}`);
  const unit = maps.isVector ? 'unit' : 'channel';
  inRange('--channel', channel ?? 0, maps.channels, `${layer} has ${plural(maps.channels, unit)}`);
  if (at && maps.isVector) {
    throw new CnnvizError(
      'usage',
      `--at ${at.x},${at.y}: ${layer} gives [${shape.join(', ')}], numbers without a position`,
      {
        fix: `name one of its ${maps.channels} units instead: --channel 0`,
      },
    );
  }
  if (at) {
    const size = `${layer}'s map is ${maps.width}×${maps.height}`;
    if (at.x >= maps.width || at.y >= maps.height) {
      throw new CnnvizError('usage', `--at ${at.x},${at.y}: ${size}`, {
        fix: `x from 0 to ${maps.width - 1}, y from 0 to ${maps.height - 1}: positions are those of the output`,
      });
    }
    return { item: item ?? 0, channel: channel ?? 0, x: at.x, y: at.y };
  }
  const first = { item: item ?? 0, channel: channel ?? 0, x: maps.isVector ? null : 0, y: maps.isVector ? null : 0 };
  const start = maps.isVector && channel === null ? (item ?? 0) * maps.channels : indexOfPlace(shape, first);
  const count = maps.isVector ? (channel === null ? maps.channels : 1) : maps.height * maps.width;
  let best = start;
  for (let i = start; i < start + count; i++) if (values[i] > values[best]) best = i;
  return placeOfIndex(shape, best);
}

function inRange(flag: string, value: number, count: number, what: string): void {
  if (value < count) return;
  throw new CnnvizError('usage', `${flag} ${value}: ${what}`, { fix: `a number from 0 to ${count - 1}` });
}
