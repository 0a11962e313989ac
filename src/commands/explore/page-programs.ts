import type { PackedNode, PageData } from '../../explorer/page-data.js';
import { pageProgram } from '../../io/shipped-files.js';
import { ELEMENTWISE } from '../../layers/elementwise/index.js';
import { NORMS } from '../../layers/norms/index.js';
import { QUANTIZED } from '../../layers/quantized/index.js';
import { SELECTING } from '../../layers/selecting/index.js';
import { SPATIAL } from '../../layers/spatial/index.js';
import { TFLITE } from '../../layers/tflite/index.js';
import type { PagePrograms } from './page-html.js';

/** Kinds of layers that few networks have. */
const RARE: ReadonlySet<string> = new Set(
  [ELEMENTWISE, NORMS, QUANTIZED, SELECTING, SPATIAL, TFLITE].flatMap((families) => Object.keys(families)),
);
const TRIGONOMETRY = /^a?(?:sin|cos|tan)h?$/;

/** The programs of a page. The worker that most pages hold does without rare layers, and without what tells modules. */
export function programsFor({ networks }: Pick<PageData, 'networks'>): PagePrograms {
  const text = (name: string) => new TextDecoder().decode(pageProgram(name));
  const needsAll = networks.some(({ model, hasModules }) => hasModules || model.nodes.some(isRare));
  return {
    script: text('page.js'),
    style: text('page.css'),
    worker: pageProgram(needsAll ? 'worker-of-all-layers.js.deflate' : 'worker.js.deflate'),
    module: pageProgram('engine.wasm.deflate'),
  };
}

function isRare({ layer }: PackedNode): boolean {
  return RARE.has(layer.kind) || (layer.kind === 'pointwise' && TRIGONOMETRY.test(layer.name));
}
