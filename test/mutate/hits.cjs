'use strict';
// Loaded into every process of a first run: writes down, once each, the mutants whose code this process comes to.
const { appendFileSync } = require('node:fs');

const counts = new Proxy(
  {},
  {
    set(target, id, count) {
      const list = process.env.CNNVIZ_MUTANT_HITS;
      if (!(id in target) && list) appendFileSync(list, `${String(id)}\n`);
      target[id] = count;
      return true;
    },
  },
);
globalThis.__stryker__ = { mutantCoverage: { static: counts, perTest: {} } };
