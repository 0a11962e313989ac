/** The elements of a page that hold what it is made of: its data, the engine's program and module, weights and pixels. */
export const PAGE_IDS = {
  /** Where the page is drawn. */
  root: 'cnnviz',
  data: 'cnnviz-data',
  worker: 'cnnviz-worker',
  module: 'cnnviz-module',
  bytes: 'cnnviz-bytes',
} as const;
