/** Which part of the source each table of fixes answers for: every file with a fix that can be typed is in one. */
const CHECK =
  /^src\/(?:cli\/(?:check-cases|run-(?:check|diff|read|merge|article))|studies\/(?:check|diff|article)|batch\/|compare\/|stages\/read-map|io\/)/;
const HEAD =
  /^src\/(?:cli\/(?:head-job|run-head)|models\/(?:head|label)|engine\/training|commands\/head\/|stages\/(?:head|labelled|training|feature|image-features)|studies\/(?:head|train|apply|export))/;
const NETWORK =
  /^src\/(?:cli\/(?:network-job|class-command|run-(?:network|summary|filters|weights|compare|top|occlude|gradcam|ablate|saliency))|commands\/(?:class|network)\/|models\/(?!kernel|head|label)|api\/|stages\/(?:animation|class|cut|field|kept|layer-choice|network|summarize|weight)|studies\/(?:gradcam|occlude|top|class|field|animate|ablate|compare))/;

export const PARTS = {
  check: CHECK,
  head: HEAD,
  network: NETWORK,
  /** One layer, and whatever the others leave. */
  layer: new RegExp(`^(?!${[CHECK, HEAD, NETWORK].map(({ source }) => source.slice(1)).join('|')})src/`),
} as const;
