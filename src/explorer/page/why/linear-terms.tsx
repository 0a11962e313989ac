import { useMemo, useState } from 'preact/hooks';
import type { WeightedStep } from '../../../analysis/explain/explanation.js';
import { formatNumber, groupDigits } from '../../../core/text.js';
import { hiddenWords } from './sentences.js';
import { signTint } from './tint.js';
import { ValueLink } from './value-link.js';

const FIRST = 10;
const MORE = 200;

/** The products of a linear layer, the largest first. */
export function LinearTerms({ step, from }: { readonly step: WeightedStep; readonly from: string | null }) {
  const [most, setMost] = useState(FIRST);
  const sorted = useMemo(
    () =>
      step.channels
        .map(({ channel, patch, kernel, products }) => ({
          channel,
          value: patch[0],
          weight: kernel[0],
          product: products[0],
        }))
        .sort((a, b) => Math.abs(b.product) - Math.abs(a.product)),
    [step],
  );
  const shown = sorted.slice(0, most);
  const reach = Math.abs(sorted[0]?.product ?? 0);
  const rest = step.sum - shown.reduce((sum, { product }) => sum + product, 0);
  return (
    <>
      <div class="scrolls" tabIndex={0}>
        <table class="list">
          <caption>{groupDigits(sorted.length)} inputs, the largest products first</caption>
          <thead>
            <tr>
              <th scope="col">input</th>
              <th scope="col">value</th>
              <th scope="col">× weight</th>
              <th scope="col">= product</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ channel, value, weight, product }) => (
              <tr key={channel}>
                <th scope="row">
                  <ValueLink from={from} channel={channel} at={null}>
                    {channel}
                  </ValueLink>
                </th>
                <td>{formatNumber(value, 4)}</td>
                <td>{formatNumber(weight, 4)}</td>
                <td style={signTint(product, reach)}>{formatNumber(product, 4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < sorted.length && (
        <p>
          {hiddenWords(shown.length, sorted.length, 'products', rest)}.{' '}
          <button type="button" class="small" onClick={() => setMost(most + MORE)}>
            Show {Math.min(MORE, sorted.length - shown.length)} more
          </button>
        </p>
      )}
    </>
  );
}
