import { type NetworkSummary, summarizeModel } from '../analysis/network-summary.js';
import { CnnvizError } from '../core/errors.js';
import type { NetworkRequest } from '../core/network-job.js';
import { checkDeclaredSize, declaredType } from './declared-input.js';
import { openNetwork } from './network.js';
import { shapeNetwork } from './network-session.js';

/** A network's name with its summary. */
export interface NamedSummary {
  readonly name: string;
  readonly summary: NetworkSummary;
  readonly notes: readonly string[];
}

/**
 * What a network costs, for an input of `size` [C, H, W] or the one it is made for.
 * @throws CnnvizError 'usage' when neither is known
 */
export async function summarizeNetwork(request: NetworkRequest, size: readonly number[] | null): Promise<NamedSummary> {
  const opened = await openNetwork(request);
  checkDeclaredSize(size, opened);
  const side = size ?? opened.input;
  if (opened.open.length > 0 && side === null) {
    throw new CnnvizError('usage', `${opened.name} does not say the size of its input`, {
      fix: 'add --size C,H,W, such as --size 3,224,224',
    });
  }
  const input = opened.open.length === 0 ? null : { dtype: declaredType(opened), shape: [1, ...side!] };
  const { shaped, notes } = shapeNetwork(opened, input);
  return { name: opened.name, summary: summarizeModel(shaped), notes: [...opened.notes, ...notes] };
}
