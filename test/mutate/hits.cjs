'use strict';
// Loaded into every process of a first run: writes down, once each, the mutants whose code this process comes to.
const { appendFileSync } = require('node:fs');

// Seen by a count's first time alone, from behind: afterwards it is the object's own, or inner loops would take minutes.
const unseen = new Proxy(
  {},
  {
    set(_, id, value, counts) {
      const list = process.env.CNNVIZ_MUTANT_HITS;
      if (list) {
        appendFileSync(list, `${String(id)}\n`);
        Object.defineProperty(counts, id, { value, writable: true });
      }
      return true;
    },
  },
);
globalThis.__stryker__ = { mutantCoverage: { static: Object.create(unseen), perTest: {} } };
