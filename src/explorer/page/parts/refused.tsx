import type { Refusal } from '../../protocol.js';

/** What cannot be shown, and what can be done about it. */
export function Refused({ refusal }: { readonly refusal: Refusal | null }) {
  if (!refusal) return null;
  return (
    <p class="refused" role="status">
      {refusal.message}
      {refusal.fix && ` (${refusal.fix})`}
    </p>
  );
}
