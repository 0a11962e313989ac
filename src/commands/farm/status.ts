import { command } from '../../cli/command.js';
import { statusFlags } from './farm-flags.js';

/** `cnnviz farm status`: how far everything is. */
export const status = command({
  name: 'status',
  summary: 'how far it is: jobs, images, rate, failures, workers',
  description: 'Say how far the submissions of a queue are, and who works on them; exit 1 when an image failed.',
  examples: `Examples:
  cnnviz farm status --queue redis://127.0.0.1:6379
  cnnviz farm status --watch                               until all is done; the queue is in CNNVIZ_QUEUE
`,
  flags: statusFlags,
  async answer({ flags }, frame) {
    const { answerStatus } = await import('./status-answer.js');
    return answerStatus(flags, frame);
  },
});
