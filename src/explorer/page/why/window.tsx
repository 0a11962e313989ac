import type { WindowStep } from '../../../analysis/explain/explanation.js';
import { formatNumber } from '../../../core/text.js';
import { Agreed } from './agreed.js';
import { NumberTable } from './number-table.js';
import { tapWords } from './sentences.js';
import { greyTint, signTint } from './tint.js';
import { ValueLink } from './value-link.js';

/** Larger windows, such as a whole map, are not listed number by number. */
const MOST_SIDE = 16;

/** The window of a pool, with the value that won or counts most. */
export function PoolWindow({ step, from }: { readonly step: WindowStep; readonly from: string | null }) {
  const { taps, values, weights, chosen, place } = step;
  const width = taps.size[1];
  const at = { x: taps.columns[chosen % width], y: taps.rows[Math.floor(chosen / width)] };
  const finite = Array.from(values).filter(Number.isFinite);
  const [lo, hi] = [Math.min(0, ...finite), Math.max(0, ...finite)];
  const reach = Math.max(-lo, hi);
  return (
    <>
      <p class="faint">{tapWords(taps)}</p>
      {Math.max(...taps.size) <= MOST_SIDE && (
        <div class="scrolls" tabIndex={width > 4 ? 0 : undefined}>
          <NumberTable
            caption="the window"
            values={values}
            width={width}
            tint={(value) => (lo < 0 ? signTint(value, reach) : greyTint(value, lo, hi))}
            isPadding={(t) => taps.padding[t] === 1}
            chosen={chosen}
          />
          {weights && !isEven(weights) && (
            <>
              <span class="times">×</span>
              <NumberTable
                caption="what each value is multiplied by"
                values={weights}
                width={width}
                tint={(weight) => greyTint(weight, 0, 1)}
              />
            </>
          )}
        </div>
      )}
      <p>
        {weights === null
          ? 'the largest, '
          : isEven(weights)
            ? `each value counts ${formatNumber(weights[0], 4)}; most comes from `
            : 'their weighted sum; most comes from '}
        <ValueLink from={from} channel={place.channel} at={at}>
          {formatNumber(values[chosen], 5)} at ({at.x}, {at.y})
        </ValueLink>
      </p>
      <Agreed agreement={step.agreement} />
    </>
  );
}

function isEven(weights: Float64Array): boolean {
  return weights.every((weight) => weight === weights[0]);
}
