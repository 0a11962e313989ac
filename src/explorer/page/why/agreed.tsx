import type { Agreement } from '../../../analysis/explain/explanation.js';
import { formatNumber } from '../../../core/text.js';
import { agreementWords } from './sentences.js';

/** Where a step arrives, and whether that is what the engine stored. */
export function Agreed({ agreement }: { readonly agreement: Agreement }) {
  const { same, difference, bound } = agreement;
  return (
    <div class={same || difference <= bound ? 'agreed' : 'agreed trouble'}>
      <strong>{formatNumber(agreement.explained, 7)}</strong>
      <p class="faint">{agreementWords(agreement)}</p>
    </div>
  );
}
