/** Which part of the source each table of fixes answers for: every file with a fix that can be typed is in one. */
const CHECK =
  /^src\/(?:commands\/(?:check|batch|article)\/|commands\/layer\/read\.|run\/read-map|batch\/(?!farm\/|parts\/)|io\/(?!labelled-images|web\/serve-page|queue\/|places\/))/;
const HEAD =
  /^src\/(?:commands\/head\/|io\/labelled-images|run\/head\/|models\/(?:head|label)|engine\/training\/(?!network))/;
const TRAIN = /^src\/(?:commands\/train\/|engine\/training\/network\/|models\/(?:idx|drawn-digits))/;
const NETWORK =
  /^src\/(?:commands\/(?:class|network\/(?!preprocess))|commands\/layer\/(?:animate|field)|models\/(?!kernel|head|label|idx|drawn-digits|(?:foreign|keras-files|tflite|torch-export)\/)|api\/|analysis\/(?!prepare\/scaled-input)|cli\/network-flags|run\/(?:layer-choice|model-file|network|shape))/;

/** Tensors of images, and results of many in one file. */
const MANY =
  /^src\/(?:batch\/parts\/|cli\/parts-asked|io\/places\/|commands\/network\/preprocess|run\/preprocess-file)/;

const EXPLORE = /^src\/(?:commands\/explore\/|explorer\/|io\/web\/serve-page)/;

/** Each needs a file of another program, or that program: test/first-use/foreign-files.test.ts, test/models/, test/farm/. No table. */
export const FOREIGN =
  /^src\/(?:(?:commands|batch)\/farm\/|io\/queue\/|models\/(?:foreign|keras-files|tflite|torch-export)\/|analysis\/prepare\/scaled-input)/;

export const PARTS = {
  check: CHECK,
  head: HEAD,
  train: TRAIN,
  network: NETWORK,
  explore: EXPLORE,
  many: MANY,
  /** One layer, and whatever the others leave. */
  layer: new RegExp(
    `^(?!${[CHECK, HEAD, TRAIN, NETWORK, EXPLORE, MANY, FOREIGN].map(({ source }) => source.slice(1)).join('|')})src/`,
  ),
} as const;
