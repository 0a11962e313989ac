import type { ExplorerEngine } from '../../protocol.js';

/** An engine that is asked before it is there: questions wait until it is. */
export function laterEngine(opening: Promise<ExplorerEngine>): ExplorerEngine {
  return {
    run: async (situation) => (await opening).run(situation),
    maps: async (layer, channels, look) => (await opening).maps(layer, channels, look),
    facts: async (layer) => (await opening).facts(layer),
    histogram: async (layer, bins) => (await opening).histogram(layer, bins),
    values: async (layer) => (await opening).values(layer),
    value: async (layer, place) => (await opening).value(layer, place),
    explain: async (layer, place) => (await opening).explain(layer, place),
    field: async (layer, at, pixel) => (await opening).field(layer, at, pixel),
    kernels: async (layer) => (await opening).kernels(layer),
    classMap: async (index, layer) => (await opening).classMap(index, layer),
    compare: async (a, b) => (await opening).compare(a, b),
  };
}
