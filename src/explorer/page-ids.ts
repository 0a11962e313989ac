/** The elements of a page that hold what it is made of: its data, the engine's program and module, weights, and pixels as a stream of zlib. */
export const PAGE_IDS = {
  /** Where the page is drawn. */
  root: 'cnnviz',
  data: 'cnnviz-data',
  worker: 'cnnviz-worker',
  module: 'cnnviz-module',
  weights: 'cnnviz-weights',
  pixels: 'cnnviz-pixels',
} as const;
