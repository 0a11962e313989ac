import { packWide } from '../../src/engine/wasm/packing.js';
import { noWideReason, widePacker } from '../../src/io/wide.js';

/** With CNNVIZ_WIDE=1, every test has its routines packed from their first call on. */
const reason = noWideReason();
if (reason !== null) throw new Error(`CNNVIZ_WIDE=1 tests nothing here: ${reason}`);
packWide(widePacker, { patience: 0 });
