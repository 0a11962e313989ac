import { CnnvizError } from '../../core/errors.js';
import { groupDigits } from '../../core/text.js';
import { sidecarsOf } from '../../io/find/sidecars.js';
import type { Input } from '../../io/inputs.js';
import type { PartRow } from './part-format.js';

/** They are held until their part is written. */
const MOST_BYTES = 1 << 20;

/** What belongs to an image of an archive: its class, its description. @throws CnnvizError 'input' with its name */
export async function readBeside(input: Input): Promise<PartRow['beside']> {
  const found: { ending: string; bytes: Uint8Array }[] = [];
  for (const { ending, bytes, read } of sidecarsOf(input)) {
    if (bytes > MOST_BYTES) {
      const what = `its ${ending} has ${groupDigits(bytes)} bytes: expected at most ${groupDigits(MOST_BYTES)}`;
      throw new CnnvizError('input', `${input.path}: ${what}`, {
        fix: 'take --format npz, which leaves it where it is',
      });
    }
    found.push({ ending, bytes: await read() });
  }
  return found;
}
