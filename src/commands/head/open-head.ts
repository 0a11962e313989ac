import { NOTHING_SUBTRACTED } from '../../analysis/prepare/preset.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import type { FeatureOrigin, Head } from '../../core/head.js';
import type { PresetChoice } from '../../core/job.js';
import { inputName } from '../../core/text.js';
import { headProbabilities } from '../../engine/training/predict-head.js';
import type { Input } from '../../io/inputs.js';
import { checkSameFeatures, featureRequest, HEAD_FLAGS, type HeadNetwork, openHead } from '../../run/head/open-head.js';
import { arraysOf } from '../../run/network.js';
import { type FeatureExtractor, type FeatureJob, openExtractor } from './feature-extractor.js';
import { eachFeatureRow, usableRow } from './image-features.js';

/** Which head, and where its network is. Plain JSON. */
export interface HeadJob {
  readonly head: string;
  readonly network: HeadNetwork;
  readonly maxPixels: number;
  readonly threads: number;
}

/** What a head says of one image. */
type HeadAnswer =
  | { readonly index: number; readonly probabilities: Float64Array; readonly error: null }
  | { readonly index: number; readonly probabilities: null; readonly error: CnnvizError };

/** A head with its network, ready for images. */
interface ReadyHead {
  readonly head: Head;
  readonly extractor: FeatureExtractor;
}

/** Opens a head and its network. */
export async function openWithNetwork(job: HeadJob, inputs: readonly Input[]): Promise<ReadyHead> {
  const head = await openHead(job.head);
  const features = await featureJobOf(job.head, head, job.network, job.maxPixels);
  const extractor = await openExtractor(features, inputs, job.threads);
  const { origin, features: count } = extractor;
  const found = { ...origin, weightsSha256: () => origin.weightsSha256, features: count };
  checkSameFeatures(job.head, head, found, HEAD_FLAGS);
  return { head, extractor };
}

/** Answers for all images in their order, as they come; `warn` is told each thing that went wrong once. */
export function answers(
  { head, extractor }: ReadyHead,
  inputs: readonly Input[],
  warn: (text: string) => void,
  tell: (answer: HeadAnswer) => void,
): Promise<void> {
  const told = new Set<string>();
  return eachFeatureRow(extractor, inputs, {
    arrived(index, found) {
      const causes = new Set<string>();
      const row = found instanceof CnnvizError ? found : usableRow(found, causes);
      for (const text of causes) if (!told.has(text)) warn(text);
      for (const text of causes) told.add(text);
      if (row instanceof CnnvizError) {
        const error = atPlace(inputName(inputs[index].path), row) as CnnvizError;
        tell({ index, probabilities: null, error });
      } else tell({ index, probabilities: headProbabilities(head.parameters, row), error: null });
    },
  });
}

/**
 * How a head's features are computed again. Files are looked for where the command runs, then beside the head.
 * @throws CnnvizError 'usage' when the network or its weights are not there
 */
async function featureJobOf(
  path: string,
  { origin }: Head,
  given: HeadNetwork,
  maxPixels: number,
): Promise<FeatureJob> {
  return {
    request: await featureRequest(path, origin, given, HEAD_FLAGS, arraysOf),
    decode: { background: origin.background, maxPixels },
    preset: choiceOf(origin),
    layer: origin.layer,
    reduce: origin.reduce,
    exact: origin.exact,
  };
}

/** The preparation a head was trained with, as changes to none at all. */
function choiceOf({ preset: { geometry, preprocess, digit, layout } }: FeatureOrigin): PresetChoice {
  if (!digit) return { name: 'none', ...geometry, ...preprocess, ...(layout && { layout }) };
  const normalize = preprocess.normalize ?? NOTHING_SUBTRACTED;
  return { name: 'mnist', resize: null, crop: null, ...preprocess, normalize };
}
