import { CnnvizError } from '../../../core/errors.js';

/** What training here does not take, and where it is done. */
export const ELSEWHERE = 'train it in PyTorch, then look at it here';

export function unsupported(what: string): CnnvizError {
  return new CnnvizError('unsupported', what, { fix: ELSEWHERE });
}
