import { defineConfig } from 'vitest/config';

/** Continuous integration names a file here, and gets the counts in it as JSON. */
const report = process.env.CNNVIZ_TEST_REPORT;

export default defineConfig({
  test: {
    // `npm run bench:page` alone takes the times of a page in a browser.
    include: process.env.CNNVIZ_TIMES === '1' ? ['test/explorer/browser/page-times.ts'] : ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/mutate/**', 'node_modules/**'],
    setupFiles: process.env.CNNVIZ_WIDE === '1' ? ['test/engine/pack-wide.ts'] : [],
    // No test touches the internet, or finds what its machine has fetched: a test that needs either says so itself.
    env: {
      CNNVIZ_CACHE: '/dev/null/cnnviz',
      TORCH_HOME: '/dev/null/torch',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1,localhost',
    },
    // Processes, for the command tests start others and sharp must not share one with a second test file.
    pool: 'forks',
    maxWorkers: 2,
    // A guard against hanging, not a measure of speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
