import { CnnvizError } from '../core/errors.js';
import { type Flags, longOf } from './flags.js';

/** Groups of flags that say one layer's settings: a network says its own. */
const LAYER_ONLY: readonly (string | null)[] = ['Kernels:', 'Layer:'];
/** Groups of flags of a network and its input: one layer has no use for them. */
const NETWORK_ONLY: readonly (string | null)[] = ['Weights:', 'Network input:'];

/** Of a command that takes one layer's kernels: refuses what only a network has. @throws CnnvizError 'usage' */
export function refuseNetworkFlags(typed: ReadonlySet<string>, table: Flags): void {
  refuseTyped(
    typed,
    table,
    (_, heading) => NETWORK_ONLY.includes(heading),
    'a network, not for one layer given by --kernel or --patch',
    'leave it out',
  );
}

/** Of a command that takes a network: refuses what only one layer has, but for `taken`. @throws CnnvizError 'usage' */
export function refuseLayerFlags(typed: ReadonlySet<string>, table: Flags, taken: readonly string[] = []): void {
  const what = 'one layer given by --kernel or --patch';
  refuseTyped(typed, table, (key) => key === 'rgb', what, 'leave it out: a network says how many channels it reads');
  refuseTyped(
    typed,
    table,
    (key, heading) => (LAYER_ONLY.includes(heading) && !taken.includes(key)) || key === 'algorithm',
    what,
    'write it into the pipe: "conv edge3x3 stride=2"',
  );
}

function refuseTyped(
  typed: ReadonlySet<string>,
  table: Flags,
  isWrong: (key: string, heading: string | null) => boolean,
  what: string,
  fix: string,
): void {
  const wrong = Object.entries(table).find(([key, { heading }]) => typed.has(key) && isWrong(key, heading));
  if (wrong) throw new CnnvizError('usage', `${longOf(wrong[1])} is for ${what}`, { fix });
}
