import { CnnvizError } from '../../core/errors.js';
import { someOf } from '../../core/text.js';
import type { ValueInfo } from '../../core/values.js';
import { checkDeclaredSize, declaredType, type OpenedNetwork } from './network-input.js';

/**
 * What a network is shaped with where no image is fed: `size` [C, H, W], or what it is made for, or what its file declares,
 * one item where that leaves N open. Null: nothing is left to be fed.
 * @param otherwise [C, H, W] where nobody says a size; null: that is refused
 * @throws CnnvizError 'usage'
 */
export function inputWithoutImage(
  opened: OpenedNetwork,
  size: readonly number[] | null,
  otherwise: readonly number[] | null,
): ValueInfo | null {
  checkDeclaredSize(size, opened);
  if (opened.open.length === 0) return null;
  const side = size ?? opened.input;
  const dtype = declaredType(opened);
  if (side) return { dtype, shape: [1, ...side] };
  const shape = opened.declared?.shape?.map((length, axis) => length ?? (axis === 0 ? 1 : null));
  if (shape?.every((length) => length !== null)) return { dtype, shape };
  if (otherwise) return { dtype, shape: [1, ...otherwise] };
  const { name, open } = opened;
  if (open.length > 1) {
    throw new CnnvizError('usage', `${name} reads ${open.length} arrays: ${someOf(open)}`, {
      fix: `feed all but one: ${open
        .slice(1, 3)
        .map((one) => `--input ${one}=FILE.npy`)
        .join(' ')}`,
    });
  }
  throw new CnnvizError('usage', `${name} does not say the size of its input`, {
    fix: 'add --size C,H,W, such as --size 3,224,224',
  });
}
