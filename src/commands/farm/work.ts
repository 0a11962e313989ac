import { command } from '../../cli/command.js';
import { workFlags } from './farm-flags.js';

/** `cnnviz farm work`: a worker of a farm. */
export const work = command({
  name: 'work',
  summary: 'take jobs from the queue, on as many machines as there are',
  description:
    'Take jobs from the queue and work on them as the command itself would: the same files under the same names. A worker may be stopped, killed or started at any time.',
  examples: `Examples:
  cnnviz farm work --queue redis://127.0.0.1:6379                    waits for jobs until it is stopped
  cnnviz farm work --queue redis://127.0.0.1:6379 -j 8 --until-done  ends when nothing is left
`,
  flags: workFlags,
  jobs: 'images in flight',
  json: null,
  async answer({ flags }, frame) {
    const { workOnFarm } = await import('./work-answer.js');
    return workOnFarm(flags, frame);
  },
});
