import { defineConfig } from 'vitest/config';

/** Continuous integration names a file here, and gets the counts in it as JSON. */
const report = process.env.CNNVIZ_TEST_REPORT;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/mutate/**', 'node_modules/**'],
    // Processes, for the command tests start others and sharp must not share one with a second test file.
    pool: 'forks',
    maxWorkers: 2,
    // A guard against hanging, not a measure of speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
