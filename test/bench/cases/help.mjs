import { nodeProcess } from '../processes.mjs';

/** What every command pays before it does anything. */
export const helpCase = {
  name: '--help vs. node -e 0',
  goal: 1.8,
  async prepare() {
    return { subject: nodeProcess('bin/cnnviz.js', '--help'), baseline: nodeProcess('-e', '0') };
  },
};
