import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ColormapName } from '../../../core/job.js';
import { formatNumber } from '../../../core/text.js';
import type { MapGreys } from '../../page-data.js';
import { pictureOfGreys } from './paint.js';

const LEVELS = 256;
/** What the command line says of its flags; here they are controls. */
const FLAG = / \(--[^)]*\)/;

/** What black, white and zero mean: a bar with its ends, and the words of the command line. */
export function ScaleLine({ greys, colormap }: { readonly greys: MapGreys; readonly colormap: ColormapName }) {
  const bar = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const levels = pictureOfGreys(
      Uint8Array.from({ length: LEVELS }, (_, i) => i),
      LEVELS,
      1,
      colormap,
    );
    bar.current?.getContext('2d')?.drawImage(levels.canvas, 0, 0);
  }, [colormap]);
  const { scales, zero, words } = greys;
  const isOne = scales.length === 1;
  const at = typeof zero === 'object' && isOne ? zero.level / (LEVELS - 1) : null;
  return (
    <div class="scale-line">
      <div class="scale-bar">
        <canvas ref={bar} width={LEVELS} height={1} aria-hidden="true" />
        {at !== null && <i class="zero" style={{ left: `${100 * at}%` }} />}
      </div>
      {isOne && (
        <div class="scale-ends" aria-hidden="true">
          <span>{formatNumber(scales[0].lo)}</span>
          {at !== null && at > 0.15 && at < 0.85 && (
            <span style={{ left: `${100 * at}%` }} class="middle-end">
              0
            </span>
          )}
          <span>{formatNumber(scales[0].hi)}</span>
        </div>
      )}
      <p class="faint words">{words.replace(FLAG, '')}</p>
    </div>
  );
}
