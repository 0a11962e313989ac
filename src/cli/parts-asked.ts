import { CnnvizError } from '../core/errors.js';
import type { OutputJob } from '../core/job.js';
import { PART_FORMATS } from '../core/part.js';
import type { ValuesOf } from './flags.js';
import type { Frame } from './frame.js';
import type { formatFlags } from './picture-flags.js';

/**
 * Whether results are gathered in parts: --format. @param typed the flags that were given
 * @throws CnnvizError 'usage' where there is no folder for them
 */
export function partsAsked(
  { format, partSize }: ValuesOf<typeof formatFlags>,
  { target, typed, show }: Pick<Frame, 'target' | 'typed' | 'show'>,
): Pick<OutputJob, 'parts'> {
  const asked = PART_FORMATS.find((name) => name === format);
  if (asked === undefined) {
    if (!typed.has('partSize')) return {};
    throw new CnnvizError('usage', '--part-size is for files that hold the results of many images', {
      fix: `add --format ${PART_FORMATS.join(', or ')}`,
    });
  }
  if (target.kind !== 'folder') {
    throw new CnnvizError('usage', `--format ${asked} writes parts, part-00000 and so on: they need a folder`, {
      fix: '-o FOLDER/',
    });
  }
  if (show !== null) {
    throw new CnnvizError('usage', `--show shows pictures, --format ${asked} gathers results in one file`, {
      fix: 'keep one of them',
    });
  }
  return { parts: { format: asked, size: partSize } };
}
