import { arg, command } from '../../cli/command.js';
import { flag, under } from '../../cli/flags.js';
import { queueFlags, withQueue } from './farm-flags.js';

/** `cnnviz farm submit`: a command's inputs, queued. */
export const submit = command({
  name: 'submit',
  summary: 'queue a command on many images: behind -- as it would be typed',
  description:
    'Check a command as if it were typed (conv, run, preprocess), and queue its inputs for the workers of a farm.',
  examples: `Examples:
  cnnviz farm submit --queue redis://127.0.0.1:6379 -- conv photos/ -r -o maps/ --kernel edge3x3
  cnnviz farm submit -- run resnet18 photos/ -r -o features/ --layers avgpool --format npy
`,
  args: { words: arg.any('the command, behind --') },
  flags: {
    ...queueFlags,
    ...under('Queue:', {
      jobSize: flag.whole('--job-size <n>', 'images in a job (default: 100, and 16 jobs of fewer than 1,600)', 1),
    }),
  },
  async answer({ words, flags }, { terminal }) {
    const { takeOrder } = await import('./take-order.js');
    const { submitToFarm } = await import('../../batch/farm/submit.js');
    const { describeSubmitted } = await import('./farm-words.js');
    const { VERSION } = await import('../../core/version.js');
    const note = (text: string) => terminal.note(`note: ${text}`);
    const submitted = await withQueue(flags, note, async (connection) => {
      const order = await takeOrder(words, flags.jobSize);
      return submitToFarm(connection, order, note);
    });
    return {
      lines: describeSubmitted(submitted),
      document: () => ({ cnnviz: VERSION, command: 'farm submit', ...submitted }),
    };
  },
});
