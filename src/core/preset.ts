import { CnnvizError } from './errors.js';
import type { Pair } from './geometry.js';
import type { FitChoice, GeometryJob, ImagePreset, PreprocessJob, PresetChoice, PresetName } from './job.js';

/**
 * imagenet: as torchvision's classifiers are evaluated, Resize(256), CenterCrop(224), ToTensor, Normalize.
 * mnist: a digit of any size and polarity as MNIST's were made (engine/digit.ts), then the mean and std of its training
 * images, as PyTorch's own example has them.
 * caffe: B, G, R in 0 … 255, minus the mean of ImageNet's colours; each side stretched to what the network reads.
 * keras-tf: x / 127.5 − 1; stretched, too.
 * yolox: B, G, R in 0 … 255; as large as fits, in the upper left corner, the rest 114; 640×640 unless the network says
 * another size.
 * none: the image as it is, pixels in [0, 1].
 * Source: pytorch.org/vision, models: "the images are resized to 256, followed by a central crop of 224"; pytorch/examples,
 * mnist/main.py; keras-team/keras, src/applications/imagenet_utils.py, _preprocess_numpy_input, modes "caffe" and "tf", its
 * images loaded by load_img(target_size), which stretches; Megvii-BaseDetection/YOLOX, yolox/data/data_augment.py,
 * preproc, and exps/default: test_size (640, 640)
 */
export const PRESETS: Readonly<Record<PresetName, ImagePreset>> = {
  imagenet: {
    geometry: { resize: 256, crop: [224, 224] },
    preprocess: {
      pixels: 'unit',
      gray: false,
      normalize: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    },
  },
  mnist: {
    geometry: { resize: null, crop: [28, 28] },
    preprocess: { pixels: 'unit', gray: true, normalize: { mean: [0.1307], std: [0.3081] } },
    digit: true,
  },
  caffe: {
    geometry: { resize: null, crop: null },
    preprocess: {
      pixels: '255',
      gray: false,
      normalize: { mean: [103.939, 116.779, 123.68], std: [1, 1, 1] },
      channels: 'bgr',
    },
  },
  'keras-tf': {
    geometry: { resize: null, crop: null },
    preprocess: { pixels: 'signed', gray: false, normalize: null },
  },
  yolox: {
    geometry: { resize: null, crop: null },
    preprocess: { pixels: '255', gray: false, normalize: null, channels: 'bgr' },
  },
  none: {
    geometry: { resize: null, crop: null },
    preprocess: { pixels: 'unit', gray: false, normalize: null },
  },
};

/**
 * How a preset brings an image to the size that is asked for or that the network says, and the size where neither says
 * one; without that: the image's own.
 */
const FITS: Partial<Readonly<Record<PresetName, { readonly fit: FitChoice; readonly size?: Pair }>>> = {
  caffe: { fit: { kind: 'stretch' } },
  'keras-tf': { fit: { kind: 'stretch' } },
  yolox: { fit: { kind: 'letterbox', colour: '#727272', corner: true }, size: [640, 640] },
};

/** The side that a named preset takes over from a network's own: of a photograph's crop, or of a digit's image. */
function sideKept(
  name: PresetName,
  { geometry: { resize, crop }, preprocess, digit }: ImagePreset,
): number | undefined {
  const isDigit = digit || (preprocess.gray && crop === null);
  if (name === 'mnist') return isDigit ? (crop ?? (typeof resize === 'number' ? null : resize))?.[0] : undefined;
  return name === 'imagenet' && !isDigit ? crop?.[0] : undefined;
}

/**
 * A preset by its name; `crop` replaces the side of its square crop (227 for the AlexNet of 2012, 32 for LeNet-5), if it
 * has one.
 */
export function presetFor(name: PresetName, crop?: number): ImagePreset {
  const preset = PRESETS[name];
  if (crop === undefined || preset.geometry.crop === null) return preset;
  return { ...preset, geometry: { ...preset.geometry, crop: [crop, crop] } };
}

/** Nothing is asked for. */
export const NO_CHOICE: PresetChoice = {
  name: null,
  resize: null,
  crop: null,
  gray: false,
  pixels: null,
  normalize: null,
};

/**
 * A preset with a user's changes. Statistics that come with a preset belong to colours: they are reversed with them.
 * @param own what to begin with when the choice names no preset
 * @param size [height, width] that the network reads; null: any
 * @throws CnnvizError 'usage' for changes that exclude each other
 */
export function choosePreset(choice: PresetChoice, own: ImagePreset, size: Pair | null = null): ImagePreset {
  const { name, resize, crop, gray, pixels, normalize, channels, layout, fit } = choice;
  const base = name === null ? own : presetFor(name, sideKept(name, own));
  const { preprocess, digit } = base;
  const isSized = resize !== null || crop !== null || fit !== undefined;
  if (name === 'mnist' && isSized) {
    throw usage('--preset mnist gives 28×28 itself, the digit fitted into 20×20 of it', {
      fix: `leave ${fit === undefined ? '--resize and --crop' : '--fit'} out`,
    });
  }
  const order = channels ?? preprocess.channels ?? 'rgb';
  const isReversed = order !== (preprocess.channels ?? 'rgb');
  if (order === 'bgr' && (gray || preprocess.gray)) {
    throw usage('one channel of grey has no order of colours', {
      fix: channels === 'bgr' ? 'leave --channels out' : 'leave --gray out, or --preset none --gray',
    });
  }
  return {
    // of another size it is no digit of MNIST any more
    ...(digit && !isSized && { digit }),
    geometry: geometryChosen(choice, base, size),
    preprocess: {
      pixels: pixels ?? preprocess.pixels,
      gray: gray || preprocess.gray,
      normalize: normalize ?? (isReversed ? reversed(preprocess.normalize) : preprocess.normalize),
      ...(order === 'bgr' && { channels: order }),
    },
    ...((layout ?? base.layout) === 'nhwc' && { layout: 'nhwc' }),
  };
}

function geometryChosen(
  { name, resize, crop, fit: asked }: PresetChoice,
  { geometry, digit }: ImagePreset,
  size: Pair | null,
): GeometryJob {
  const named = name === null ? null : FITS[name];
  const fit = asked ?? named?.fit ?? geometry.fit;
  const isPlain = crop !== null || typeof resize === 'number';
  if (isPlain && (asked || named?.fit?.kind === 'letterbox')) {
    const flag = asked ? `--fit ${asked.kind}` : `--preset ${name}`;
    const other = crop === null ? `--resize ${resize}` : `--crop ${crop.join(',')}`;
    throw usage(`${flag} brings an image to one size, ${other} does so in another way`, {
      fix: `--resize ${crop?.join(',') ?? `${resize},${resize}`} says the size, without --crop`,
    });
  }
  if (fit === undefined || isPlain) {
    const isSized = resize !== null || crop !== null;
    return { resize: resize ?? geometry.resize, crop: crop ?? (digit && isSized ? null : geometry.crop) };
  }
  const own = geometry.crop ?? (typeof geometry.resize === 'number' ? null : geometry.resize);
  const target = (resize as Pair | null) ?? (fit === geometry.fit ? own : (size ?? own ?? named?.size)) ?? null;
  if (target === null && asked) {
    throw usage(`--fit ${asked.kind}: no size is said, and the network reads any`, {
      fix: `--resize HEIGHT,WIDTH, such as --fit ${asked.kind} --resize 640,640`,
    });
  }
  return { resize: target, crop: null, ...(target !== null && fit.kind !== 'stretch' && { fit }) };
}

/** Numbers of R, G, B in the order B, G, R, and back. */
export function reversed(normalize: PreprocessJob['normalize']): PreprocessJob['normalize'] {
  return normalize && { mean: [...normalize.mean].reverse(), std: [...normalize.std].reverse() };
}

/** Whether these are the statistics of ImageNet for pixels in [0, 1]; `order`: of channels in this order alone. */
export function areOfImagenet(normalize: PreprocessJob['normalize'], order: 'rgb' | 'bgr' | 'any'): boolean {
  const own = PRESETS.imagenet.preprocess.normalize;
  const isSame = (one: PreprocessJob['normalize']) => JSON.stringify(one) === JSON.stringify(normalize);
  return (order !== 'bgr' && isSame(own)) || (order !== 'rgb' && isSame(reversed(own)));
}

function usage(what: string, { fix }: { readonly fix: string }): CnnvizError {
  return new CnnvizError('usage', what, { fix, scope: 'command' });
}
