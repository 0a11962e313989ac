import { testFixes } from './fixes/follow.js';
import { PARTS } from './fixes/parts.js';

const PAGE = 'a page says it: test/explorer/edits.test.ts and questions.test.ts ask its engine';

testFixes(PARTS.explore, [], {
  'src/explorer/engine/class-picture.ts: make it without --layers': PAGE,
  'src/explorer/engine/edited-model.ts: did you mean …?': PAGE,
  'src/explorer/engine/open-engine.ts: did you mean …?': PAGE,
  'src/explorer/worker.ts: is cnnviz explore --serve still running? start it again, and open the address it prints':
    PAGE,
});
