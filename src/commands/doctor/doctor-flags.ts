import { under } from '../../cli/flags.js';
import { inputFlags } from '../../cli/input-flags.js';
import { pageFlags, presetFlags, sizeFlag, weightFlags } from '../../cli/network-flags.js';

/** What `doctor` can be given: a network as for `run`, and how its images are prepared. */
export const doctorFlags = {
  ...weightFlags,
  ...presetFlags,
  ...pageFlags,
  ...under('Pixels:', { size: sizeFlag }),
  ...inputFlags,
};
