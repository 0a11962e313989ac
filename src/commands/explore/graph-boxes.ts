import { textWidth } from '../../core/text.js';
import type { PackedLayer } from '../../explorer/page-data.js';

type Box = NonNullable<PackedLayer['box']>;

/** More layers are told in a list alone. */
export const MOST_BOXES = 400;

/** Pixels: the two lines of a box, a letter of them, what is around it. */
const HEIGHT = 52;
const LETTER = 7.5;
const MARGIN = 28;
const [NARROWEST, WIDEST] = [104, 260];
const GAPS = { nodesep: 24, ranksep: 36, edgesep: 12 };

/**
 * Where layers stand in the graph of a network, from the top down, by name: dagre's layers. Null for more than can be looked at.
 * Source: Gansner et al. 1993, "A technique for drawing directed graphs"
 */
export async function graphBoxes(
  layers: readonly Pick<PackedLayer, 'name' | 'words' | 'shape' | 'from'>[],
): Promise<ReadonlyMap<string, Box> | null> {
  if (layers.length > MOST_BOXES) return null;
  const { Graph, layout } = await import('@dagrejs/dagre');
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', ...GAPS, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const named = new Set(layers.map(({ name }) => name));
  for (const { name, words, shape } of layers) {
    const letters = Math.max(textWidth(name), textWidth(`${words}  ${shape.slice(1).join('×')}`));
    const width = Math.min(WIDEST, Math.max(NARROWEST, Math.ceil(letters * LETTER) + MARGIN));
    graph.setNode(name, { width, height: HEIGHT });
  }
  for (const { name, from } of layers) for (const one of from) if (named.has(one)) graph.setEdge(one, name);
  layout(graph);
  return new Map(
    layers.map(({ name }) => {
      const { x, y, width, height } = graph.node(name) as Box;
      return [name, { x: Math.round(x), y: Math.round(y), width, height }];
    }),
  );
}
