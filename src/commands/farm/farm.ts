import { group } from '../../cli/command.js';
import { cancel } from './cancel.js';
import { status } from './status.js';
import { submit } from './submit.js';
import { work } from './work.js';

/** `cnnviz farm`: many machines, one queue. */
export const farm = group(
  {
    name: 'farm',
    description:
      'Many machines work on one command: its images wait in a queue, workers come and go. Needs Redis or Valkey, and the packages bullmq and ioredis.',
    examples: `Examples:
  cnnviz farm submit --queue redis://127.0.0.1:6379 -- conv photos/ -r -o maps/ --kernel edge3x3
  cnnviz farm work --queue redis://127.0.0.1:6379 --until-done       on as many machines as there are
  cnnviz farm status --queue redis://127.0.0.1:6379 --watch
`,
  },
  [submit, work, status, cancel],
);
