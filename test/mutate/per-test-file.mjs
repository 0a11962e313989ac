// The hits of a test file, and of the commands that it runs, go to a list of its own.
import { join } from 'node:path';
import { expect } from 'vitest';

const { testPath } = expect.getState();
process.env.CNNVIZ_MUTANT_HITS = join(process.env.CNNVIZ_MUTANT_LISTS, encodeURIComponent(testPath));
