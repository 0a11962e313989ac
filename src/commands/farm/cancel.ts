import { arg, command } from '../../cli/command.js';
import { groupDigits } from '../../core/text.js';
import { queueFlags, withQueue } from './farm-flags.js';

/** `cnnviz farm cancel`: a submission is taken away. */
export const cancel = command({
  name: 'cancel',
  summary: 'take a submission away; what is done stays',
  description:
    'Take a submission away: workers let go of it, the queue forgets it. Finished files stay, and --resume goes on from them.',
  examples: `Examples:
  cnnviz farm cancel --queue redis://127.0.0.1:6379                 the only one there is
  cnnviz farm cancel 4f1d02ac97be --queue redis://127.0.0.1:6379
`,
  args: { id: arg.maybe('which one, as farm status calls it') },
  flags: queueFlags,
  async answer({ id, flags }, { terminal }) {
    const { cancelSubmission } = await import('../../batch/farm/cancel.js');
    const { VERSION } = await import('../../core/version.js');
    const note = (text: string) => terminal.note(`note: ${text}`);
    const gone = await withQueue(flags, note, (connection) => cancelSubmission(connection, id ?? null));
    const { inputs, known, recorded, wasDone } = gone;
    const left = `cancelled; ${groupDigits(inputs - known)} of ${groupDigits(inputs)} inputs are left`;
    const record =
      recorded === null
        ? 'the folder of its results is not here: no manifest is written'
        : `the manifest tells of ${groupDigits(recorded)}: --resume goes on from there`;
    return {
      lines: wasDone ? [`${gone.id}: was done; the queue has forgotten it`] : [`${gone.id}: ${left}`, record],
      document: () => ({ cnnviz: VERSION, command: 'farm cancel', ...gone }),
    };
  },
});
