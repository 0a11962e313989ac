import { CnnvizError } from '../core/errors.js';
import type { ImagePreset } from '../core/job.js';
import { inferShapes } from '../layers/infer.js';
import type { Model } from '../layers/model.js';
import type { ModelFile } from './model-file.js';
import type { ReadContext } from './weights/weight-file.js';

/** Which of Teachable Machine's downloads a network comes from: model.json, keras_model.h5, or a .tflite file. */
export type TeachableFile = 'tfjs' | 'keras' | 'tflite';

/** What Teachable Machine's files beside a network say of it. */
type Told = Pick<ModelFile, 'classes' | 'preset' | 'notes'>;

/** Larger files beside a network are none of Teachable Machine's. */
const MOST_BYTES = 2 ** 20;

/** Sides of the images that its projects read: standard ones and those for microcontrollers. */
const SIDES: readonly number[] = [224, 96];

/** The layers that it trains, counted on when a project is trained again; in a .tflite file parts of longer names. */
const TRAINED = /(?:^|[/;:])(dense_Dense\d+)(?=[/;:_]|$)/;

/**
 * What metadata.json or labels.txt beside a network of Teachable Machine say: its classes, and how its images are
 * prepared; null for every other network. An image project is told by the package named in its metadata; without that, by
 * the names of the layers it trains, an input as its projects have, and as many numbered labels as there are classes.
 * Prepared as its own code does: its JavaScript library and all that it trains divide by 127, the Python it hands out with
 * keras_model.h5, and its converter to .tflite, by 127.5.
 * Source: googlecreativelab/teachablemachine-community, libraries/image/src/utils/{canvas,tf}.ts, snippets/markdown/image,
 * snippets/converter/image/api.py
 */
export function teachableMachine(model: Model, from: TeachableFile, context: ReadContext): Told | null {
  const side = imageSide(model);
  const isTrainedThere = side !== null && SIDES.includes(side) && isNamedAsProjects(model, from);
  if (from !== 'tfjs') {
    const labels = isTrainedThere ? numberedLabels(textBeside('labels.txt', context)) : null;
    return side !== null && labels?.length === classCount(model) ? imageProject(labels, side, model, from, []) : null;
  }
  const text = textBeside('metadata.json', context);
  const metadata = text === null ? null : metadataOf(text, isTrainedThere);
  if (metadata) return byMetadata(metadata, model, side);
  if (!isTrainedThere) return null;
  const found = text === null ? 'beside it is no' : 'beside it is another';
  const what = `its layers are called as in Teachable Machine's projects, but ${found} metadata.json that names the classes`;
  return { classes: null, preset: null, notes: [what] };
}

/** A project's metadata, as far as it is of use. */
interface Metadata {
  readonly kind: 'image' | 'pose' | 'audio';
  readonly labels: readonly string[];
  readonly imageSize: number | null;
}

/** Null for a text that is not Teachable Machine's. `isTrainedThere`: its first releases did not name themselves. */
function metadataOf(text: string, isTrainedThere: boolean): Metadata | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof said !== 'object' || said === null) return null;
  const { packageName, tmVersion, tfjsSpeechCommandsVersion, labels, wordLabels, imageSize } = said as Readonly<
    Record<string, unknown>
  >;
  const size = typeof imageSize === 'number' ? imageSize : null;
  if (isTexts(wordLabels) && typeof tfjsSpeechCommandsVersion === 'string')
    return { kind: 'audio', labels: wordLabels, imageSize: null };
  if (!isTexts(labels)) return null;
  if (packageName === '@teachablemachine/pose') return { kind: 'pose', labels, imageSize: null };
  const isEarly = packageName === undefined && typeof tmVersion === 'string' && isTrainedThere;
  return packageName === '@teachablemachine/image' || isEarly ? { kind: 'image', labels, imageSize: size } : null;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

function byMetadata({ kind, labels, imageSize }: Metadata, model: Model, side: number | null): Told {
  const count = classCount(model);
  const isSame = count === null || count === labels.length;
  const other = `metadata.json names other classes (${labels.length}) than the network ends in (${count}): they are left out`;
  const [classes, notes] = isSame ? [labels, []] : [null, [other]];
  if (kind !== 'image') return { classes, preset: null, notes: [OTHER_PROJECTS[kind], ...notes] };
  if (side !== null && (imageSize === null || imageSize === side))
    return imageProject(classes, side, model, 'tfjs', notes);
  const read = model.inputs.map(({ shape }) => `[${shape?.map((one) => one ?? 'any').join(', ') ?? 'any shape'}]`);
  const what = `metadata.json speaks of images of ${imageSize ?? 224}×${imageSize ?? 224}, the network reads ${read.join(' and ')}: images are not prepared`;
  return { classes, preset: null, notes: [what, ...notes] };
}

/** What is to be said of projects whose networks read no images. */
const OTHER_PROJECTS = {
  pose: 'a pose project of Teachable Machine: it reads what PoseNet makes of an image, not the image',
  audio: 'an audio project of Teachable Machine: it reads a spectrogram, not an image',
} as const;

function imageProject(
  classes: readonly string[] | null,
  side: number,
  model: Model,
  from: TeachableFile,
  notes: readonly string[],
): Told {
  const gray = model.inputs[0].shape?.at(-1) === 1;
  const divisor = from === 'tfjs' ? 127 : 127.5;
  const how = `the middle square at ${side}×${side}${gray ? ', grey' : ''}, x / ${divisor} − 1`;
  const preset: ImagePreset = {
    geometry: { resize: [side, side], crop: null, fit: { kind: 'crop' } },
    preprocess:
      from === 'tfjs'
        ? { pixels: '255', gray, normalize: { mean: [127], std: [127] } }
        : { pixels: 'signed', gray, normalize: null },
  };
  return { classes, preset, notes: [`prepared as Teachable Machine does: ${how}`, ...notes] };
}

/** The side of the square images that its one input [N, S, S, 3] or [N, S, S, 1] reads; null for any other. */
function imageSide({ inputs }: Model): number | null {
  const [shape] = inputs.length === 1 ? inputs.map((input) => input.shape) : [null];
  if (shape?.length !== 4) return null;
  const [, height, width, channels] = shape;
  return height === width && (channels === 1 || channels === 3) ? height : null;
}

/** Whether its layers, or what a converter left of them, are called as in its projects. */
function isNamedAsProjects(model: Model, from: TeachableFile): boolean {
  return trainedLayers(model) >= 2 || (from === 'tflite' && endsAsProjects(model));
}

/** How many layers are called as those it trains. */
function trainedLayers({ nodes, constants }: Model): number {
  const names = [...constants.keys(), ...nodes.map(({ name }) => name)];
  return new Set(names.flatMap((name) => TRAINED.exec(name)?.[1] ?? [])).size;
}

/**
 * Newer converters to .tflite keep no names of layers: the input is called as that of its nested sequences, and its last
 * two layers lead from the 1280 features of its network to 100 numbers, and from those to the classes.
 */
function endsAsProjects(model: Model): boolean {
  const count = classCount(model);
  const has = (...sides: readonly (number | null)[]) =>
    [...model.constants.values()].some(({ shape }) =>
      [shape, shape.toReversed()].some((own) => own.join() === sides.join()),
    );
  return /(^|_)sequential_\d+_input/.test(model.inputs[0].name) && has(100, 1280) && has(count, 100);
}

/** How many numbers the network ends in; null: it cannot be worked out. */
function classCount(model: Model): number | null {
  const bound = model.inputs.map(({ name, dtype, shape }) => {
    const sides = shape?.map((side) => side ?? 1) ?? [1];
    return [name, { dtype, shape: sides, value: null }] as const;
  });
  try {
    const { infos } = inferShapes(model, new Map(bound));
    return infos.get(model.outputs[0])?.shape.at(-1) ?? null;
  } catch (error) {
    if (error instanceof CnnvizError) return null;
    throw error;
  }
}

/** "0 cat", "1 dog", …, a line each: the texts behind the numbers; null for a text of another form. */
function numberedLabels(text: string | null): string[] | null {
  const lines = text?.replace(/(\r?\n)+$/, '').split(/\r?\n/) ?? [];
  const isNumbered = lines.length > 0 && lines.every((line, i) => line.startsWith(`${i} `));
  return isNumbered ? lines.map((line, i) => line.slice(`${i} `.length)) : null;
}

/** A small text beside the network; null when there is none. */
function textBeside(name: string, { beside }: ReadContext): string | null {
  if (beside === null) return null;
  try {
    const source = beside(name);
    if (source.size > MOST_BYTES) return null;
    return new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, source.size));
  } catch (error) {
    // none there, none that may be read, or not UTF-8: the network is whole without it
    if (error instanceof CnnvizError || error instanceof TypeError) return null;
    throw error;
  }
}
