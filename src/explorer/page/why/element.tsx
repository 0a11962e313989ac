import { useState } from 'preact/hooks';
import type { ElementStep } from '../../../analysis/explain/explanation.js';
import { formatNumber, groupDigits } from '../../../core/text.js';
import { Agreed } from './agreed.js';
import { ValueLink } from './value-link.js';

const FIRST = 10;
const MORE = 200;

/** A formula with the numbers it read. */
export function ElementFormula({ step }: { readonly step: ElementStep }) {
  const [most, setMost] = useState(FIRST);
  const { formula, reads, numbers } = step;
  const named = Object.entries(numbers);
  return (
    <>
      <p>
        <code>{formula}</code>
      </p>
      <ul class="reads">
        {reads.slice(0, most).map(({ from, place, value }, i) => (
          <li key={i}>
            {reads.length === 1 ? 'x = ' : ''}
            <ValueLink
              from={from}
              channel={place.channel}
              at={place.x === null || place.y === null ? null : { x: place.x, y: place.y }}
            >
              {formatNumber(value, 7)}
            </ValueLink>{' '}
            <span class="faint">of {from}</span>
          </li>
        ))}
        {named.map(([name, value]) => (
          <li key={name}>
            {name} = {formatNumber(value, 7)}
          </li>
        ))}
      </ul>
      {reads.length > most && (
        <p>
          {groupDigits(reads.length - most)} of {groupDigits(reads.length)} numbers are not shown.{' '}
          <button type="button" class="small" onClick={() => setMost(most + MORE)}>
            Show {Math.min(MORE, reads.length - most)} more
          </button>
        </p>
      )}
      <Agreed agreement={step.agreement} />
    </>
  );
}
