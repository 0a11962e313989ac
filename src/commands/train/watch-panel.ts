import type { Image } from '../../core/image.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { applyColormap } from '../../draw/colormaps.js';
import { chooseScale, toPixels } from '../../draw/scale.js';

/** What the panel says of a training as it stands. */
export interface PanelState {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Means over the steps since the panel was drawn last. */
  readonly loss: number;
  readonly accuracy: number;
  /** Of the last epoch, or snapshot; null: none yet. */
  readonly heldOut: { readonly loss: number; readonly accuracy: number } | null;
  /** The losses that were shown before, the first one first. */
  readonly losses: readonly number[];
}

const BARS = '▁▂▃▄▅▆▇█';
/** So many losses stand side by side. */
const MOST_LOSSES = 40;
/** Rows of pixels that the kernels take, two in each line. */
const MOST_ROWS = 24;
const LARGEST_ZOOM = 4;

/** A step in two lines: numbers, and the losses so far as bars. */
export function panelLines({ step, steps, epoch, loss, accuracy, heldOut, losses }: PanelState): string[] {
  const held =
    heldOut === null ? '' : `   held out ${percent(heldOut.accuracy)} right, loss ${formatNumber(heldOut.loss)}`;
  return [
    `step ${groupDigits(step)}/${groupDigits(steps)}  epoch ${epoch}   loss ${formatNumber(loss)}  ${percent(accuracy)} right${held}`,
    `loss ${sparkline(losses)}`,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Numbers as bars between 0 and the largest; of more than fit, means of neighbours. */
export function sparkline(values: readonly number[]): string {
  const count = Math.min(values.length, MOST_LOSSES);
  const means = Array.from({ length: count }, (_, i) => {
    const some = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    return some.reduce((sum, value) => sum + value, 0) / some.length;
  });
  const most = Math.max(...means, Number.MIN_VALUE);
  return means.map((value) => BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))]).join('');
}

/**
 * Kernels side by side on one scale around zero, as large as fits; those that do not fit are left out. Of several channels
 * three are colours, of others the first is shown. [M, C, kH, kW]
 */
export function kernelPixels(
  kernels: Float32Array,
  [, C, kH, kW]: readonly number[],
  columns: number,
): { readonly picture: Image; readonly reach: number; readonly shown: number } | null {
  const size = C * kH * kW;
  const count = kernels.length / size;
  const scale = chooseScale([kernels], { kind: 'symmetric' });
  const fits = (zoom: number) => {
    const across = Math.floor((columns + 1) / (kW * zoom + 1));
    const down = Math.floor((MOST_ROWS + 1) / (kH * zoom + 1));
    return { across, shown: Math.min(count, across * down) };
  };
  let zoom = LARGEST_ZOOM;
  while (zoom > 1 && fits(zoom).shown < count) zoom--;
  const { across, shown } = fits(zoom);
  if (shown === 0) return null;
  const rows = Math.ceil(shown / across);
  const width = Math.min(shown, across) * (kW * zoom + 1) - 1;
  const height = rows * (kH * zoom + 1) - 1;
  const data = new Uint8Array(width * height * 3);
  for (let m = 0; m < shown; m++) {
    const rgb = kernelColours(kernels.subarray(m * size, (m + 1) * size), [C, kH, kW], scale);
    const left = (m % across) * (kW * zoom + 1);
    const top = Math.floor(m / across) * (kH * zoom + 1);
    for (let y = 0; y < kH * zoom; y++) {
      for (let x = 0; x < kW * zoom; x++) {
        const from = 3 * (Math.floor(y / zoom) * kW + Math.floor(x / zoom));
        data.set(rgb.subarray(from, from + 3), 3 * ((top + y) * width + left + x));
      }
    }
  }
  return { picture: { width, height, channels: 3, depth: 8, data }, reach: scale.hi, shown };
}

/** [kH, kW, 3] */
function kernelColours(
  kernel: Float32Array,
  [C, kH, kW]: readonly number[],
  scale: { readonly lo: number; readonly hi: number },
): Uint8Array {
  const levels = toPixels(kernel, scale, 8).data as Uint8Array;
  const size = kH * kW;
  if (C !== 3) return applyColormap(levels.subarray(0, size), 'diverging');
  return Uint8Array.from({ length: 3 * size }, (_, i) => levels[(i % 3) * size + Math.floor(i / 3)]);
}
