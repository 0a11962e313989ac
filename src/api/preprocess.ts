import { preparePicture } from '../analysis/prepare/network-input.js';
import { atPlace } from '../core/errors.js';
import { choosePreset, PRESETS } from '../core/preset.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { numbersOf } from '../engine/input.js';
import { decodeImage } from '../io/decode.js';
import { readBytes } from '../io/files.js';
import { decodeJobOf, type FileLike, type PreprocessOptions, presetChoiceOf } from './sources.js';

/**
 * An image as a network's input: resize, centre crop, pixels to numbers, mean and std, as torchvision's transforms do.
 * Without options the image as it is, pixels in [0, 1].
 * @param image a path, or the file's bytes
 * @returns [C, H, W], float32; C is 3 (R, G, B), or 1 with `gray`
 * @throws CnnvizError 'input', 'decode', 'usage' or 'shape'
 * Source: pytorch.org/vision, torchvision.transforms: Resize (antialias), CenterCrop, ToTensor, Normalize
 */
export async function preprocess(image: FileLike, options: PreprocessOptions = {}): Promise<Tensor> {
  const choice = presetChoiceOf(options);
  const preset = choice === null ? PRESETS.none : choosePreset(choice, PRESETS.none);
  try {
    const bytes = typeof image === 'string' ? await readBytes(image) : image;
    const decoded = await decodeImage(bytes, decodeJobOf(options));
    const { input } = preparePicture(decoded.image, preset);
    return tensor(numbersOf(input), input.shape);
  } catch (error) {
    throw atPlace(typeof image === 'string' ? image : 'image', error);
  }
}
