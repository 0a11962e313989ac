import { randomSource } from '../../../core/random.js';
import type { SliceContext } from './context.js';
import type { Phase, TrainingShare } from './share.js';
import { SLICE } from './tape.js';

/** An image is shifted by at most this part of its side. */
const SHIFT = 1 / 14;

/** How one image is moved before it is learned from. */
interface Move {
  readonly down: number;
  readonly right: number;
  readonly flipped: boolean;
}

const STAYS: Move = { down: 0, right: 0, flipped: false };

/** The images of a slice, as numbers: [C, SLICE, H, W]. Where it trains they are moved as the settings say. */
export function inputForward(c: SliceContext, share: TrainingShare, phase: Phase): void {
  const { heap, tape, area, slice } = c;
  const { channels, height, width, at } = tape.values[0];
  const { images, order, settings } = share;
  const { f32, u8, i32 } = heap;
  const plane = height * width;
  const isMoved = c.trains && (settings.augment.shift || settings.augment.flip);
  for (let image = 0; image < SLICE; image++) {
    const to = (area + at) / 4 + image * plane;
    if (image >= c.images) {
      for (let channel = 0; channel < channels; channel++) {
        f32.fill(0, to + channel * SLICE * plane, to + channel * SLICE * plane + plane);
      }
      continue;
    }
    const index = i32[order / 4 + slice * SLICE + image];
    const move = isMoved ? moveOf(share, phase.epoch, index, height, width) : STAYS;
    for (let channel = 0; channel < channels; channel++) {
      const start = (index * channels + channel) * plane;
      const target = to + channel * SLICE * plane;
      const table = (images.tables ?? 0) / 4 + channel * 256;
      for (let i = 0; i < height; i++) {
        const row = start + clamp(i - move.down, height) * width;
        for (let j = 0; j < width; j++) {
          const column = isMoved ? clamp(move.flipped ? width - 1 - j + move.right : j - move.right, width) : j;
          f32[target + i * width + j] =
            images.tables === null ? f32[images.at / 4 + row + column] : f32[table + u8[images.at + row + column]];
        }
      }
    }
  }
}

/** The image's own pixels stand beyond its border. */
function clamp(at: number, size: number): number {
  return at < 0 ? 0 : at < size ? at : size - 1;
}

function moveOf({ settings }: TrainingShare, epoch: number, index: number, height: number, width: number): Move {
  const { next } = randomSource(settings.seed, `augment.${epoch}.${index}`);
  const within = (side: number) => {
    const most = Math.max(1, Math.round(side * SHIFT));
    return (next() % (2 * most + 1)) - most;
  };
  const [down, right] = settings.augment.shift ? [within(height), within(width)] : [0, 0];
  return { down, right, flipped: settings.augment.flip && next() % 2 === 1 };
}
