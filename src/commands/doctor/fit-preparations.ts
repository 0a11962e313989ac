import { type BatchNorm, batchNormsOf } from '../../analysis/doctor/batch-norms.js';
import { average, type Fit, type Fitted, FRONT, type Misfit, misfitOf } from '../../analysis/doctor/fit.js';
import { betterOf } from '../../analysis/doctor/inputs.js';
import { ChannelMoments } from '../../analysis/doctor/moments.js';
import {
  type Channels,
  channelsOfInput,
  type Preparation,
  prepared,
  reversedChannels,
  waysOfArrays,
  waysOfImages,
} from '../../analysis/doctor/preparations.js';
import type { Bound } from '../../analysis/kept-run.js';
import { isFloat, type Value } from '../../core/values.js';
import { numbersOf } from '../../engine/input.js';
import { type Choose, type RunContext, Runs } from '../../run/runs.js';
import type { Source, Subject } from '../../run/subject.js';

/** How the numbers that were fed become others. */
type Change = (x: Float32Array, channels: Channels) => Float32Array;

/**
 * Feeds what was fed once more, prepared in every likely way, and measures how well it fits the batch norms: the first
 * ones for a preparation, all of them for the order of the channels. Null: it is no image.
 */
export async function fitPreparations(
  subject: Subject,
  sources: readonly Source[],
  { threads }: Pick<RunContext, 'threads'>,
): Promise<Fit | null> {
  const [first] = sources;
  const channels = first?.info && channelsOfInput(first.info.shape);
  if (!first?.info || !channels) return null;
  const count = channels.count;
  const feed = { sources, threads };
  const isFree = isFloat(first.info.dtype);
  const ways = !isFree ? [] : first.preset === null ? waysOfArrays(count) : waysOfImages(first.preset, count);
  const front = new Runs(subject, choose(FRONT));
  const current = average(await misfit(feed, front, (x) => x));
  const others: Fitted[] = [];
  for (const preparation of ways) {
    others.push({ preparation, front: average(await misfit(feed, front, change(preparation))) });
  }
  others.sort((a, b) => a.front - b.front);
  const fit: Fit = { images: sources.length, current, others, reversed: null };
  if (count !== 3) return fit;
  const best = betterOf(fit);
  const straight: Change = best ? change(best.preparation) : (x) => x;
  const whole = new Runs(subject, choose(Number.POSITIVE_INFINITY));
  return {
    ...fit,
    reversed: {
      straight: await misfit(feed, whole, straight),
      reversed: await misfit(feed, whole, (x, one) => reversedChannels(x, one), best ? best.preparation : null),
    },
  };
}

function change(preparation: Preparation): Change {
  return (x, channels) => prepared(x, channels, preparation);
}

type Norms = Runs<Bound, { readonly keep: readonly string[]; readonly norms: readonly BatchNorm[] }>;

function choose(
  count: number,
): Choose<Bound, { readonly keep: readonly string[]; readonly norms: readonly BatchNorm[] }> {
  return ({ shaped }) => {
    const norms = batchNormsOf(shaped).slice(0, count);
    return { norms, keep: norms.map(({ node }) => node.inputs[0]!) };
  };
}

/** `then`: what is changed behind the first change. */
async function misfit(
  { sources, threads }: { readonly sources: readonly Source[]; readonly threads: number },
  runs: Norms,
  first: Change,
  then: Preparation | null = null,
): Promise<Misfit> {
  const sums = new Map<string, ChannelMoments>();
  let norms: readonly BatchNorm[] = [];
  for (const source of sources) {
    const channels = source.info && channelsOfInput(source.info.shape);
    if (!source.info || !source.x || !channels) continue;
    const changed = first(numbersOf(source.x), channels);
    const data = then === null ? changed : prepared(changed, channels, then);
    const x: Value = { dtype: source.info.dtype, shape: source.info.shape, data: likeSource(data, source) };
    const run = await runs.run({ ...source, x }, { breathe: async () => {}, threads, watch: false, times: null });
    norms = run.chosen.norms;
    for (const { node, mean } of norms) {
      const { data: arriving, shape } = run.read(node.inputs[0]!);
      const sum = sums.get(node.name) ?? new ChannelMoments(mean);
      sums.set(node.name, sum);
      sum.add(arriving, shape);
    }
  }
  return misfitOf(norms, new Map([...sums].map(([name, sum]) => [name, sum.moments])));
}

/** Whole numbers for a network that reads those. */
function likeSource(data: Float32Array, { info }: Source): Value['data'] {
  return info?.dtype === 'uint8' ? Uint8Array.from(data) : data;
}
