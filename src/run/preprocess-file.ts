import { toChannelsLast } from '../analysis/channels-last.js';
import {
  filterNote,
  type PreparedImage,
  type PreprocessStep,
  presetArgs,
  presetWords,
} from '../analysis/prepare/preset.js';
import { measureValues } from '../analysis/values.js';
import { CnnvizError } from '../core/errors.js';
import { type Image, maxSample } from '../core/image.js';
import type { DecodeJob, ImagePreset, OutputJob, PresetName } from '../core/job.js';
import type { DrawingNote } from '../core/note.js';
import { planPreprocess } from '../core/preprocess-geometry.js';
import type { ChannelFacts, InputFacts, PreprocessResult, StepFacts } from '../core/result.js';
import { tensor } from '../core/tensor.js';
import { VERSION } from '../core/version.js';
import type { MapFigure } from '../draw/figure.js';
import { numbersOf } from '../engine/input.js';
import { decodeImage, readHeader } from '../io/decode.js';
import { sha256 } from '../io/hash.js';
import type { Input } from '../io/inputs.js';
import { baseName } from '../io/paths.js';
import { readInput } from '../io/remote/read-input.js';
import { writeNpy } from '../models/npy.js';
import { type Delivery, deliver, type Product, placeOf } from './place.js';
import { decodeArgs } from './recipe.js';
import { atInput, isArray, pageFacts } from './source.js';

/** What `preprocess` needs but its images. Plain JSON. */
export interface PreprocessFileJob {
  readonly decode: DecodeJob;
  readonly preset: ImagePreset;
  /** The preset by its name, where the code that it is named after resizes in another way. */
  readonly name?: PresetName;
  /** products: npy, the tensor, or sheet, the audit as a picture */
  readonly output: OutputJob;
}

/** What is written for an image: NAME.input.npy or NAME.preprocess.png */
export function preprocessProduct({ output }: PreprocessFileJob): Product {
  const [kind] = output.products;
  return { kind, layer: null, map: kind === 'npy' ? 'input' : 'preprocess' };
}

/**
 * Reads an image, prepares it as the preset says, measures each step, writes the tensor or the picture of the steps.
 * @throws CnnvizError with the input's name in front
 */
export function preprocessFile(job: PreprocessFileJob, input: Input, delivery: Delivery): Promise<PreprocessResult> {
  return atInput(input, async () => {
    const bytes = await readInput(input);
    delivery.record?.read(sha256(bytes));
    refuseArray(input, bytes);
    const { image, facts, range, notes } = await decodeImage(bytes, job.decode);
    const product = preprocessProduct(job);
    const { preparePicture } = await import('../analysis/prepare/network-input.js');
    const prepared = preparePicture(image, job.preset, product.kind !== 'npy');
    const { shape } = prepared.input;
    const values = numbersOf(prepared.input);
    const { channels: order } = job.preset.preprocess;
    const isLast = job.preset.layout === 'nhwc';
    const steps = prepared.steps.map((step, i) =>
      stepFacts(step, i === prepared.steps.length - 1, values, shape, order),
    );
    const source: InputFacts = {
      path: input.path,
      width: image.width,
      height: image.height,
      channels: shape[0],
      items: 1,
      colour: facts.colour,
      depth: facts.depth,
      ...pageFacts(facts),
      ...(range && { range }),
    };
    const preprocess = presetWords(job.preset, prepared.image);
    const filtered = filterNote({ name: job.name ?? null }, prepared.plan);
    const warnings = [...notes, ...[filtered, prepared.said].filter((text) => text !== null)];
    const tensorShape = isLast ? [...shape.slice(1), shape[0]] : shape;
    const result = { input: source, preprocess, plan: prepared.plan, shape: tensorShape, steps, warnings };
    const written =
      product.kind === 'npy'
        ? writeNpy(tensor(isLast ? toChannelsLast(values, shape) : values, tensorShape))
        : await drawAudit(job, result, prepared, values, (note) => warnings.push(note));
    return { ...result, outputs: [await deliver({ ...product, bytes: written }, input, job.output, delivery)] };
  });
}

/** What an image would become. */
export interface PlannedPreprocess {
  readonly input: { readonly path: string; readonly width: number; readonly height: number };
  readonly preprocess: string;
  /** [C, H, W]; [H, W, C] with channels last */
  readonly shape: readonly number[];
  readonly outputs: readonly string[];
}

/** The sizes and the name of what is made of an image, from its header alone. @throws CnnvizError with its name in front */
export function planPreprocessFile(
  { decode, preset, output }: PreprocessFileJob,
  input: Input,
): Promise<PlannedPreprocess> {
  return atInput(input, async () => {
    const bytes = await readInput(input);
    refuseArray(input, bytes);
    const { width, height } = await readHeader(bytes, decode);
    const { crop } = planPreprocess(width, height, preset.geometry);
    const channels = preset.preprocess.gray ? 1 : 3;
    return {
      input: { path: input.path, width, height },
      preprocess: presetWords(preset, crop),
      shape: preset.layout === 'nhwc' ? [crop.height, crop.width, channels] : [channels, crop.height, crop.width],
      outputs: [placeOf(output, input, preprocessProduct({ decode, preset, output }))],
    };
  });
}

function refuseArray(input: Input, bytes: Uint8Array): void {
  if (!isArray(input, bytes)) return;
  throw new CnnvizError('unsupported', 'an array is taken as it is: there are no pixels to prepare', {
    fix: 'give an image; `cnnviz conv` and `cnnviz run` take arrays',
  });
}

function stepFacts(
  { name, width, height, channels, image }: PreprocessStep,
  isTensor: boolean,
  values: Float32Array,
  shape: readonly number[],
  order: 'bgr' | undefined,
): StepFacts {
  const measured = isTensor ? measurePlanes(values, shape, order) : image ? measureImage(image) : [];
  return { name, width, height, channels, values: measured };
}

async function drawAudit(
  job: PreprocessFileJob,
  { input, preprocess, shape, steps }: Omit<PreprocessResult, 'outputs'>,
  prepared: PreparedImage,
  values: Float32Array,
  say: (note: string) => void,
): Promise<Uint8Array> {
  const name = input.path === '-' ? 'standard input' : baseName(input.path);
  const audited = {
    title: `${name} ${input.width}×${input.height}`,
    facts: `${preprocess}: [${shape.join(', ')}] ${steps[steps.length - 1].values.map((one) => one.name).join(', ')}`,
    steps,
    pictures: prepared.steps.flatMap((step) => (step.image ? [step.image] : [])),
    crop: isCut(job.preset) ? (prepared.plan.from ?? prepared.plan.crop) : null,
    values,
  };
  const args = ['preprocess', baseName(input.path), ...presetArgs(job.preset)];
  const { preprocessAudit } = await import('../draw/preprocess-audit.js');
  const { encodeFigure, fileOf } = await import('./figure.js');
  const noteOf = ({ scale }: MapFigure): DrawingNote => ({
    cnnviz: VERSION,
    picture: 'audit',
    ...scale,
    args: [...args, ...decodeArgs(job.decode), '--audit'],
  });
  return encodeFigure((look) => preprocessAudit({ ...audited, look }), noteOf, fileOf(job.output, say));
}

/** Whether a part of the resized image is kept, which can be framed. */
function isCut({ geometry: { crop, fit } }: ImagePreset): boolean {
  return crop !== null || fit?.kind === 'crop';
}

/** What the channels of a picture or of a network's input are called. */
function channelNames(channels: number, order?: 'bgr'): readonly string[] {
  if (channels !== 3) return ['gray'];
  return order === 'bgr' ? ['blue', 'green', 'red'] : ['red', 'green', 'blue'];
}

/** Smallest, largest and mean sample of each channel, from how often each sample occurs: the mean is exact. */
function measureImage({ channels, depth, data }: Image): ChannelFacts[] {
  const levels = maxSample(depth) + 1;
  const counts = new Float64Array(channels * levels);
  for (let i = 0; i < data.length; i += channels) {
    for (let c = 0; c < channels; c++) counts[c * levels + data[i + c]]++;
  }
  return channelNames(channels).map((name, c) => {
    const own = counts.subarray(c * levels, (c + 1) * levels);
    const sum = own.reduce((total, count, sample) => total + count * sample, 0);
    const isThere = (count: number) => count > 0;
    return {
      name,
      min: own.findIndex(isThere),
      max: own.findLastIndex(isThere),
      mean: (sum * channels) / data.length,
    };
  });
}

/** The same of numbers [C, H, W], one or three channels. */
function measurePlanes(values: Float32Array, [C, H, W]: readonly number[], order?: 'bgr'): ChannelFacts[] {
  return channelNames(C, order).map((name, c) => {
    const { min, max, mean } = measureValues(values.subarray(c * H * W, (c + 1) * H * W));
    return { name, min, max, mean };
  });
}
