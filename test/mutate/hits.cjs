'use strict';
// Loaded into every process of a first run: writes down, once each, the mutants whose code this process comes to.
const { appendFileSync } = require('node:fs');

/** @returns whether it is written down, and need not be told again */
globalThis.__cnnvizHit = (ids) => {
  const list = process.env.CNNVIZ_MUTANT_HITS;
  if (list) appendFileSync(list, `${ids.join('\n')}\n`);
  return Boolean(list);
};
