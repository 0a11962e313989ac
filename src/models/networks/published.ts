import { formatBytes } from '../../core/text.js';

/** Trained weights of a built-in network, as torchvision publishes them. */
export interface PublishedWeights {
  readonly network: string;
  readonly file: string;
  readonly bytes: number;
  /** By how much `bytes` may be off: 0 where the size is known to the byte. */
  readonly bytesOff: number;
  /** SHA-256 in hexadecimal: all 64 digits, or the eight that torchvision puts into the name. */
  readonly sha256: string;
}

/** Where all of them lie. Source: torchvision/models/*.py, `url=` of …_Weights.IMAGENET1K_V1 */
const ADDRESS = 'https://download.pytorch.org/models/';

/** What torchvision says of their licence, in its LICENSE and under "Pre-trained Model License" of its README. */
export const PUBLISHED_LICENCE =
  'BSD-3-Clause, as torchvision; ImageNet, on which they were trained, may set terms of its own';

/**
 * The weights that `cnnviz get` fetches, in the order lists show them. Names with the first eight digits of the hash are
 * torchvision's. It publishes no whole hashes: those here are what several independent projects pin for the same name.
 * Of vgg11 none was found, and its size is torchvision's `_file_size` of 506.84 MiB.
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
