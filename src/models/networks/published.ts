import { formatBytes } from '../../core/text.js';

/** Trained weights of a built-in network, as torchvision publishes them. */
export interface PublishedWeights {
  readonly network: string;
  readonly file: string;
  readonly bytes: number;
  /** By how much `bytes` may be off: 0 where the size is known to the byte. */
  readonly bytesOff: number;
  /** SHA-256 in hexadecimal: all 64 digits, or the eight or ten that torchvision puts into the name. */
  readonly sha256: string;
}

/** Where all of them lie. Source: torchvision/models/*.py, `url=` of …_Weights.IMAGENET1K_V1 */
const ADDRESS = 'https://download.pytorch.org/models/';

/** What torchvision says of their licence, in its LICENSE and under "Pre-trained Model License" of its README. */
export const PUBLISHED_LICENCE =
  'BSD-3-Clause, as torchvision; ImageNet, on which they were trained, may set terms of its own';

/** A mebibyte, and what rounding to a thousandth of it may hide. */
const [MIB, ROUNDED] = [2 ** 20, 525];

/** Network, file, `_file_size` in MiB: IMAGENET1K_V1 of each. Source: torchvision 0.20, models/*.py */
const ROUNDED_SIZES: readonly (readonly [network: string, file: string, mebibytes: number])[] = [
  ['vgg11_bn', 'vgg11_bn-6002323d.pth', 506.881],
  ['vgg13', 'vgg13-19584684.pth', 507.545],
  ['vgg13_bn', 'vgg13_bn-abd245e5.pth', 507.59],
  ['vgg16_bn', 'vgg16_bn-6c64b313.pth', 527.866],
  ['vgg19', 'vgg19-dcbb9e9d.pth', 548.051],
  ['vgg19_bn', 'vgg19_bn-c79401a0.pth', 548.143],
  ['squeezenet1_0', 'squeezenet1_0-b66bff10.pth', 4.778],
  ['resnet34', 'resnet34-b627a593.pth', 83.275],
  ['resnet50', 'resnet50-0676ba61.pth', 97.781],
  ['resnet101', 'resnet101-63fe2227.pth', 170.511],
  ['resnet152', 'resnet152-394f9c45.pth', 230.434],
  ['wide_resnet50_2', 'wide_resnet50_2-95faca4d.pth', 131.82],
  ['wide_resnet101_2', 'wide_resnet101_2-32ee1156.pth', 242.896],
  ['resnext50_32x4d', 'resnext50_32x4d-7cdf4587.pth', 95.789],
  ['resnext101_32x8d', 'resnext101_32x8d-8ba56ff5.pth', 339.586],
  ['resnext101_64x4d', 'resnext101_64x4d-173b62eb.pth', 319.318],
  ['mobilenet_v2', 'mobilenet_v2-b0353104.pth', 13.555],
  ['mobilenet_v3_small', 'mobilenet_v3_small-047dcff4.pth', 9.829],
  ['mobilenet_v3_large', 'mobilenet_v3_large-8738ca79.pth', 21.114],
  ['efficientnet_b0', 'efficientnet_b0_rwightman-3dd342df.pth', 20.451],
  ['efficientnet_b1', 'efficientnet_b1_rwightman-533bc792.pth', 30.134],
  ['efficientnet_b2', 'efficientnet_b2_rwightman-bcdf34b7.pth', 35.174],
  ['efficientnet_b3', 'efficientnet_b3_rwightman-cf984f9c.pth', 47.184],
  ['efficientnet_b4', 'efficientnet_b4_rwightman-7eb33cd5.pth', 74.489],
  ['densenet121', 'densenet121-a639ec97.pth', 30.845],
  ['densenet161', 'densenet161-8d451a50.pth', 110.369],
  ['densenet169', 'densenet169-b2777c0a.pth', 54.708],
  ['densenet201', 'densenet201-c1103571.pth', 77.373],
  ['googlenet', 'googlenet-1378be20.pth', 49.731],
  ['inception_v3', 'inception_v3_google-0cc3c7bd.pth', 103.903],
  ['shufflenet_v2_x0_5', 'shufflenetv2_x0.5-f707e7126e.pth', 5.282],
  ['shufflenet_v2_x1_0', 'shufflenetv2_x1-5666bf0f80.pth', 8.791],
  ['shufflenet_v2_x1_5', 'shufflenetv2_x1_5-3c479a10.pth', 13.557],
  ['shufflenet_v2_x2_0', 'shufflenetv2_x2_0-8be3c8ee.pth', 28.433],
  ['mnasnet0_5', 'mnasnet0.5_top1_67.823-3ffadce67e.pth', 8.591],
  ['mnasnet0_75', 'mnasnet0_75-7090bc5f.pth', 12.303],
  ['mnasnet1_0', 'mnasnet1.0_top1_73.512-f206786ef8.pth', 16.915],
  ['mnasnet1_3', 'mnasnet1_3-a4c69d6f.pth', 24.246],
  ['regnet_y_400mf', 'regnet_y_400mf-c65dace8.pth', 16.806],
  ['convnext_tiny', 'convnext_tiny-983f1562.pth', 109.119],
  ['convnext_small', 'convnext_small-0c510722.pth', 191.703],
  ['convnext_base', 'convnext_base-6075fbad.pth', 338.064],
  ['vit_b_16', 'vit_b_16-c867db91.pth', 330.285],
  ['vit_b_32', 'vit_b_32-d86f8d99.pth', 336.604],
];

/**
 * The weights that `cnnviz get` fetches, in the order lists show them. Names with the first eight digits of the hash are
 * torchvision's. It publishes no whole hashes: those here are what several independent projects pin for the same name.
 * Of vgg11 none was found, and its size is torchvision's `_file_size` of 506.84 MiB; those behind resnet18 are known so, too.
 */
export const PUBLISHED: readonly PublishedWeights[] = [
  {
    network: 'alexnet',
    file: 'alexnet-owt-7be5be79.pth',
    bytes: 244_408_911,
    bytesOff: 0,
    sha256: '7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02',
  },
  { network: 'vgg11', file: 'vgg11-8a719046.pth', bytes: 531_460_588, bytesOff: 5_300, sha256: '8a719046' },
  {
    network: 'vgg16',
    file: 'vgg16-397923af.pth',
    bytes: 553_433_881,
    bytesOff: 0,
    sha256: '397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0',
  },
  {
    network: 'squeezenet1_1',
    file: 'squeezenet1_1-b8a52dc0.pth',
    bytes: 4_958_839,
    bytesOff: 0,
    sha256: 'b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b',
  },
  {
    network: 'resnet18',
    file: 'resnet18-f37072fd.pth',
    bytes: 46_830_571,
    bytesOff: 0,
    sha256: 'f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec',
  },
  ...ROUNDED_SIZES.map(([network, file, mebibytes]) => ({
    network,
    file,
    bytes: Math.round(mebibytes * MIB),
    bytesOff: ROUNDED,
    sha256: /-([0-9a-f]{8,10})\.pth$/.exec(file)![1],
  })),
];

/** Trained weights that ship with the package, in `models/`: made by fixtures/make/digits_network.mjs. */
export const SHIPPED = [
  {
    network: 'digits',
    file: 'digits.safetensors',
    licence: 'MIT, as cnnviz; trained by it on MNIST',
  },
] as const;

/** The weights of a built-in network that ship; null where none do. */
export function shippedFor(network: string): (typeof SHIPPED)[number] | null {
  return SHIPPED.find((one) => one.network === network) ?? null;
}

/** The published weights of a built-in network, by its own name; null where there are none. */
export function publishedFor(network: string): PublishedWeights | null {
  return PUBLISHED.find((one) => one.network === network) ?? null;
}

/** The published weights whose file is called this; null for any other name. */
export function publishedAs(file: string): PublishedWeights | null {
  return PUBLISHED.find((one) => one.file === file) ?? null;
}

export function addressOf({ file }: Pick<PublishedWeights, 'file'>): string {
  return ADDRESS + file;
}

/** What to do where they are missing. */
export function getFix({ network, bytes }: PublishedWeights): string {
  return `cnnviz get ${network} (${formatBytes(bytes)}, once)`;
}
