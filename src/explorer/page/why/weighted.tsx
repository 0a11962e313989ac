import { useState } from 'preact/hooks';
import type { WeightedStep } from '../../../analysis/explain/explanation.js';
import { formatNumber } from '../../../core/text.js';
import { Agreed } from './agreed.js';
import { LinearTerms } from './linear-terms.js';
import { NumberTable } from './number-table.js';
import { channelName, hiddenWords, tapWords } from './sentences.js';
import { greyTint, signTint } from './tint.js';
import { ValueLink } from './value-link.js';

/** Shown at first, and so many more at each asking. */
const FIRST = 4;
const MORE = 32;
/** Wider kernels stand below their patch. */
const SIDE_BY_SIDE = 4;
const SUM_DIGITS = 7;

interface WeightedProps {
  readonly step: WeightedStep;
  /** The value that the layer reads, by name. */
  readonly from: string | null;
  readonly isColour: boolean;
}

/** patch × kernel, channel by channel; their sum and the bias. */
export function Weighted({ step, from, isColour }: WeightedProps) {
  const { taps, channels, kind, sum, bias, windowNorm } = step;
  return (
    <>
      {kind === 'linear' ? (
        <LinearTerms step={step} from={from} />
      ) : (
        <>
          <p class="faint">{tapWords(taps)}</p>
          <ChannelTables step={step} from={from} isColour={isColour} />
        </>
      )}
      <dl class="total">
        <dt>{channels.length > 1 || kind === 'linear' ? 'sum of all' : 'sum'}</dt>
        <dd>{formatNumber(sum, SUM_DIGITS)}</dd>
        {windowNorm !== null && (
          <>
            <dt>÷ length of the window</dt>
            <dd>{windowNorm === 0 ? 'flat: it matches nothing' : formatNumber(windowNorm, SUM_DIGITS)}</dd>
          </>
        )}
        <dt>+ bias</dt>
        <dd>{formatNumber(bias, SUM_DIGITS)}</dd>
      </dl>
      <Agreed agreement={step.agreement} />
    </>
  );
}

function ChannelTables({ step, from, isColour }: WeightedProps) {
  const [most, setMost] = useState(FIRST);
  const { taps, channels, sum } = step;
  const isFew = channels.length <= FIRST;
  const sorted = isFew ? channels : [...channels].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const shown = sorted.slice(0, isFew ? FIRST : most);
  const [lo, hi, reach] = rangesOf(step);
  const isSigned = lo < 0;
  const width = taps.size[1];
  const isPadding = (t: number) => taps.padding[t] === 1;
  const [row, column] = [taps.rows[taps.rows.length >> 1], taps.columns[taps.columns.length >> 1]];
  const reachRead = Math.max(Math.abs(lo), Math.abs(hi));
  return (
    <>
      {!isFew && <p class="faint">the channels that count most come first</p>}
      {shown.map(({ channel, patch, kernel, sum: part }) => {
        const name = channelName(channel, isColour);
        return (
          <div class={width > SIDE_BY_SIDE ? 'terms stacked' : 'terms'} key={channel}>
            <ValueLink from={from} channel={channel} at={{ x: column, y: row }}>
              <span class={isColour ? `name ${name}` : 'name'}>
                {isColour ? name : channels.length === 1 ? (from ?? channel) : channel}
              </span>
            </ValueLink>
            <div class="scrolls" tabIndex={width > SIDE_BY_SIDE ? 0 : undefined}>
              <NumberTable
                caption={`${name}: what is read`}
                values={patch}
                width={width}
                tint={(value) => (isSigned ? signTint(value, reachRead) : greyTint(value, lo, hi))}
                isPadding={isPadding}
              />
              <span class="times">×</span>
              <NumberTable
                caption={`${name}: kernel`}
                values={kernel}
                width={width}
                tint={(value) => signTint(value, reach)}
              />
            </div>
            <strong class="sum">
              <span class="unseen">sum of the products: </span>
              {formatNumber(part, 4)}
            </strong>
          </div>
        );
      })}
      {shown.length < channels.length && (
        <p>
          {hiddenWords(shown.length, channels.length, 'channels', sum - shown.reduce((all, one) => all + one.sum, 0))}.{' '}
          <button type="button" class="small" onClick={() => setMost(most + MORE)}>
            Show {Math.min(MORE, channels.length - shown.length)} more
          </button>
        </p>
      )}
    </>
  );
}

/** The smallest and largest value that is read, and the largest size of a weight. */
function rangesOf({ channels }: WeightedStep): [lo: number, hi: number, reach: number] {
  let [lo, hi, reach] = [0, 0, 0];
  for (const { patch, kernel } of channels) {
    for (const value of patch) {
      lo = Math.min(lo, value);
      hi = Math.max(hi, value);
    }
    for (const weight of kernel) reach = Math.max(reach, Math.abs(weight));
  }
  return [lo, hi, reach];
}
