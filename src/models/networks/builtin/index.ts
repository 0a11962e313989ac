import { CnnvizError } from '../../../core/errors.js';
import type { ImagePreset } from '../../../core/job.js';
import { nearestName } from '../../../core/names.js';
import { presetFor } from '../../../core/preset.js';
import type { NetworkSpec } from '../spec.js';
import { alexnet2012Layers, alexnetLayers } from './alexnet.js';
import { CONVNEXTS } from './convnext.js';
import { DENSENETS } from './densenet.js';
import { EFFICIENTNETS } from './efficientnet.js';
import { type Builtin, type BuiltinTraits, PHOTO } from './family.js';
import { INCEPTIONS } from './inception.js';
import { digitsLayers, lenet5Layers } from './lenet.js';
import { MNASNETS } from './mnasnet.js';
import { MOBILENETS } from './mobilenet.js';
import { REGNETS } from './regnet.js';
import { RESNETS } from './resnet.js';
import { SHUFFLENETS } from './shufflenet.js';
import { SQUEEZENETS } from './squeezenet.js';
import { VGGS } from './vgg.js';
import { VITS } from './vit.js';

/** One digit in the middle of 32×32 grey pixels. */
const DIGIT = {
  geometry: { resize: [32, 32], crop: null },
  preprocess: { pixels: 'unit', gray: true, normalize: null },
} as const;

/** One digit of any size and polarity, as MNIST has them; its pixels in [0, 1], so that the ground is 0. */
function asMnist(): ImagePreset {
  const mnist = presetFor('mnist');
  return { ...mnist, preprocess: { ...mnist.preprocess, normalize: null } };
}

/** Every built-in network: a new one is a file and a line. */
const BUILTINS: readonly Builtin[] = [
  {
    name: 'digits',
    isOwn: true,
    title: 'the digits network',
    summary: 'handwritten digits, 28×28: trained, ships with the package',
    input: [1, 28, 28],
    preset: asMnist(),
    layers: digitsLayers,
  },
  {
    name: 'lenet5',
    isOwn: true,
    title: 'LeNet-5',
    summary: 'LeNet-5, 1998',
    input: [1, 32, 32],
    preset: DIGIT,
    layers: lenet5Layers,
  },
  {
    name: 'alexnet',
    title: 'AlexNet',
    summary: "torchvision's AlexNet",
    input: PHOTO,
    preset: 'imagenet',
    layers: alexnetLayers,
  },
  {
    name: 'alexnet-2012',
    isOwn: true,
    title: 'the AlexNet of 2012',
    summary: 'the AlexNet of the paper: two groups, LRN',
    input: [3, 227, 227],
    preset: 'imagenet',
    layers: alexnet2012Layers,
  },
  ...VGGS,
  ...SQUEEZENETS,
  ...RESNETS,
  ...MOBILENETS,
  ...EFFICIENTNETS,
  ...DENSENETS,
  ...INCEPTIONS,
  ...SHUFFLENETS,
  ...MNASNETS,
  ...REGNETS,
  ...CONVNEXTS,
  ...VITS,
];

/** The built-in networks, in the order lists show them. */
export const BUILTIN_NETWORKS: readonly BuiltinTraits[] = BUILTINS;

/** A few of them, and where all are told. */
export const BUILTIN_WORDS = `built in: digits, lenet5, alexnet, vgg16, resnet18, resnet50, mobilenet_v2 … (${BUILTINS.length}: docs/networks.md)`;

/** A name without what people write otherwise: "ResNet-18" and "squeezenet1.1" are resnet18 and squeezenet1_1. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, '');
}

/** The built-in network that a name means, whatever its case, "-" and "_"; null for none. */
export function builtinName(text: string): string | null {
  return BUILTINS.find(({ name }) => plainName(name) === plainName(text))?.name ?? null;
}

/** Whether a network is called as a built-in one is, to the letter. */
export function isBuiltin(text: string): boolean {
  return BUILTINS.some(({ name }) => name === text);
}

const BICUBIC =
  'torchvision resizes images for it with bicubic interpolation, here it is bilinear: scores differ a little';

/** @throws CnnvizError 'usage' with the nearest name */
export function builtinNetwork(name: string): NetworkSpec {
  const own = builtinName(name);
  const found = BUILTINS.find((one) => one.name === own);
  if (!found) {
    const names = BUILTINS.map((one) => one.name);
    const near = nearestName(name, names);
    throw new CnnvizError('usage', `unknown network "${name}"`, {
      fix: near ? `did you mean ${near}?` : BUILTIN_WORDS,
    });
  }
  const { input, preset, layers, isBicubic } = found;
  const notes = isBicubic ? [BICUBIC] : [];
  return { name: found.name, input, preset, layers: layers(), outputs: null, files: [], isPrinted: false, notes };
}
