import { defineConfig } from 'vitest/config';

/** Continuous integration names a file here, and gets the counts in it as JSON. */
const report = process.env.CNNVIZ_TEST_REPORT;

/** Tests of functions that keep nothing: their files share processes. All others have one each. */
const TOGETHER = [
  'test/{analysis,commands,core,engine,figures,functional,layers,models,reports,run,studies}/**/*.test.ts',
];
/** Among them, one that changes what V8 makes of the engine. */
const ALONE = ['test/engine/wide.test.ts'];
const EXCLUDED = ['test/bench/**', 'test/mutate/**', 'node_modules/**'];
const FILES = {
  alone: { include: ['test/**/*.test.ts'], exclude: [...EXCLUDED, ...TOGETHER] },
  apart: { include: ALONE },
  together: { include: TOGETHER, exclude: [...EXCLUDED, ...ALONE], isolate: false },
};
const PROJECTS = Object.entries(FILES).map(([name, test]) => ({ extends: true as const, test: { name, ...test } }));
/** `npm run bench:page` alone takes the times of a page in a browser. */
const TIMES = [{ extends: true as const, test: { name: 'times', include: ['test/explorer/browser/page-times.ts'] } }];

export default defineConfig({
  test: {
    projects: process.env.CNNVIZ_TIMES === '1' ? TIMES : PROJECTS,
    exclude: EXCLUDED,
    setupFiles: process.env.CNNVIZ_WIDE === '1' ? ['test/engine/pack-wide.ts'] : [],
    // No test touches the internet, or finds what its machine has fetched: a test that needs either says so itself.
    env: {
      CNNVIZ_CACHE: '/dev/null/cnnviz',
      TORCH_HOME: '/dev/null/torch',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1,localhost',
    },
    // Processes, for tests of commands start others.
    pool: 'forks',
    maxWorkers: 2,
    // A guard against hanging, not a measure of speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
