import { findPrefix, withoutPrefix } from './prefix.js';
import type { NamedTensor } from './reading.js';

/** Shapes of a checkpoint's tensors by name, without a prefix. */
type Shapes = ReadonlyMap<string, readonly number[]>;

/** A well-known architecture by landmarks among its tensors. */
interface Family {
  /** Tensors it has, whatever its size. */
  readonly landmarks: readonly string[];
  /** What it is called: with an article, then as a file is named; null when it is something else. */
  readonly name: (shapes: Shapes) => readonly [words: string, file: string] | null;
}

/** How many numbered modules there are: layer3.0 … layer3.5 are 6. */
function countOf(shapes: Shapes, pattern: RegExp): number {
  const found = new Set<string>();
  for (const name of shapes.keys()) {
    const match = pattern.exec(name);
    if (match) found.add(match[1]);
  }
  return found.size;
}

function side(shapes: Shapes, name: string, axis: number): number {
  return shapes.get(name)?.[axis] ?? 0;
}

const always =
  (words: string, file: string): Family['name'] =>
  () => [words, file];

const RESNETS: Readonly<Record<string, number>> = {
  'basic 2,2,2,2': 18,
  'basic 3,4,6,3': 34,
  'bottleneck 3,4,6,3': 50,
  'bottleneck 3,4,23,3': 101,
  'bottleneck 3,8,36,3': 152,
};

/** The depth from the blocks of each layer, the kind from the shapes of the first block. */
function resnetName(shapes: Shapes): readonly [string, string] {
  const counts = [1, 2, 3, 4].map((layer) => countOf(shapes, new RegExp(`^layer${layer}\\.(\\d+)\\.`)));
  const isBottleneck = shapes.has('layer1.0.conv3.weight');
  const depth = RESNETS[`${isBottleneck ? 'bottleneck' : 'basic'} ${counts}`];
  const [width, perGroup] = shapes.get('layer1.0.conv2.weight') ?? [];
  if (depth === undefined) return [`a ResNet of ${counts.join(', ')} blocks`, 'resnet'];
  if (isBottleneck && perGroup < width) return [`a ResNeXt-${depth}`, `resnext${depth}`];
  if (isBottleneck && width === 128) return [`a Wide ResNet-${depth}`, `wide_resnet${depth}_2`];
  return [`a ResNet-${depth}`, `resnet${depth}`];
}

const VGGS: Readonly<Record<number, number>> = { 8: 11, 10: 13, 13: 16, 16: 19 };

/** The depth from the convolutions; batch norms stand between them. */
function vggName(shapes: Shapes): readonly [string, string] | null {
  const convs = [...shapes].filter(([name, { length }]) => /^features\.\d+\.weight$/.test(name) && length === 4);
  const depth = VGGS[convs.length];
  if (depth === undefined || convs.some(([, shape]) => shape[2] !== 3)) return null;
  const suffix = shapes.has('features.1.running_mean') ? '_bn' : '';
  return [`a VGG-${depth}${suffix ? ' with batch norms' : ''}`, `vgg${depth}${suffix}`];
}

const DENSENETS: Readonly<Record<number, number>> = { 24: 121, 36: 161, 32: 169, 48: 201 };

function densenetName(shapes: Shapes): readonly [string, string] {
  const depth = DENSENETS[countOf(shapes, /^features\.denseblock3\.(denselayer\d+)\./)];
  return depth === undefined ? ['a DenseNet', 'densenet'] : [`a DenseNet-${depth}`, `densenet${depth}`];
}

/** The small one ends in 576 channels, the large one in 960. */
function mobilenetV3Name(shapes: Shapes): readonly [string, string] {
  if (side(shapes, 'features.12.0.weight', 0) === 576) return ['a MobileNetV3-Small', 'mobilenet_v3_small'];
  return ['a MobileNetV3-Large', 'mobilenet_v3_large'];
}

function squeezenetName(shapes: Shapes): readonly [string, string] {
  return side(shapes, 'features.0.weight', 0) === 96
    ? ['a SqueezeNet 1.0', 'squeezenet1_0']
    : ['a SqueezeNet 1.1', 'squeezenet1_1'];
}

/** Kernels of 11×11 over three channels, as no other known network has. */
function alexnetName(shapes: Shapes): readonly [string, string] | null {
  return side(shapes, 'features.0.weight', 3) === 11 ? ['an AlexNet', 'alexnet'] : null;
}

/**
 * What checkpoints are commonly of. The first that fits is taken: those with more particular landmarks stand first.
 * Source: torchvision/models, timm/models, transformers/models: names of their state_dicts
 */
const FAMILIES: readonly Family[] = [
  { landmarks: ['layer1.0.conv1.weight', 'layer1.0.conv2.weight', 'layer4.0.conv1.weight'], name: resnetName },
  { landmarks: ['features.denseblock1.denselayer1.conv1.weight'], name: densenetName },
  { landmarks: ['features.3.squeeze.weight', 'features.3.expand1x1.weight'], name: squeezenetName },
  { landmarks: ['features.1.conv.0.0.weight', 'features.0.0.weight'], name: always('a MobileNetV2', 'mobilenet_v2') },
  { landmarks: ['features.1.block.0.0.weight', 'features.0.0.weight'], name: mobilenetV3Name },
  { landmarks: ['features.1.0.layer_scale', 'features.0.0.weight'], name: always('a ConvNeXt', 'convnext') },
  { landmarks: ['features.1.0.attn.qkv.weight'], name: always('a Swin Transformer', 'swin') },
  { landmarks: ['features.1.0.block.0.0.weight'], name: always('an EfficientNet', 'efficientnet') },
  { landmarks: ['inception3a.branch1.conv.weight'], name: always('a GoogLeNet', 'googlenet') },
  { landmarks: ['Mixed_5b.branch1x1.conv.weight'], name: always('an Inception v3', 'inception_v3') },
  { landmarks: ['stage2.0.branch2.0.weight'], name: always('a ShuffleNetV2', 'shufflenet_v2') },
  { landmarks: ['layers.8.0.layers.0.weight'], name: always('an MNASNet', 'mnasnet') },
  { landmarks: ['trunk_output.block1.block1-0.f.a.0.weight'], name: always('a RegNet', 'regnet') },
  { landmarks: ['encoder.layers.encoder_layer_0.ln_1.weight'], name: always('a Vision Transformer', 'vit') },
  { landmarks: ['layers.0.blocks.0.attn.qkv.weight'], name: always('a Swin Transformer of timm', 'swin') },
  {
    landmarks: ['patch_embed.proj.weight', 'blocks.0.norm1.weight'],
    name: always('a Vision Transformer of timm', 'vit'),
  },
  { landmarks: ['stages.0.blocks.0.conv_dw.weight'], name: always('a ConvNeXt of timm', 'convnext') },
  {
    landmarks: ['conv_stem.weight', 'blocks.0.0.conv_dw.weight'],
    name: always('an EfficientNet or MobileNet of timm', 'model'),
  },
  {
    landmarks: ['_conv_stem.weight', '_blocks.0._depthwise_conv.weight'],
    name: always('an EfficientNet with TensorFlow’s padding', 'efficientnet'),
  },
  {
    landmarks: ['conv1.0.weight', 'layer1.0.conv1.weight'],
    name: always('a ResNet of timm with a deep stem (“d” or “t”)', 'resnet'),
  },
  {
    landmarks: ['embeddings.convolution.weight', 'encoder.blocks.0.depthwise_conv.depthwise_conv.weight'],
    name: always('an EfficientNet of Hugging Face', 'efficientnet'),
  },
  { landmarks: ['embedder.embedder.convolution.weight'], name: always('a ResNet of Hugging Face', 'resnet') },
  {
    landmarks: ['embeddings.patch_embeddings.projection.weight'],
    name: always('a Vision Transformer of Hugging Face', 'vit'),
  },
  {
    landmarks: ['conv_stem.first_conv.convolution.weight'],
    name: always('a MobileNetV2 of Hugging Face', 'mobilenet_v2'),
  },
  { landmarks: ['features.0.weight', 'features.3.weight', 'features.10.weight'], name: alexnetName },
  { landmarks: ['features.0.weight', 'features.3.weight'], name: vggName },
  { landmarks: ['features.0.weight', 'features.2.weight'], name: vggName },
  { landmarks: ['features.0.weight', 'features.4.weight', 'features.8.weight'], name: vggName },
];

/** The landmarks of all families: names by which a prefix is found. */
const LANDMARKS: ReadonlySet<string> = new Set(FAMILIES.flatMap(({ landmarks }) => landmarks));

/** A well-known network. */
export interface KnownFamily {
  /** With an article: "a Swin Transformer". */
  readonly words: string;
  /** As a file of it is named. */
  readonly file: string;
}

/** What tensors are those of, when it is a network that many know; null for all others. */
export function knownFamily(tensors: readonly NamedTensor[]): KnownFamily | null {
  const prefix = findPrefix(
    tensors.map(({ name }) => name),
    LANDMARKS,
  );
  const shapes: Shapes = new Map(tensors.map(({ name, shape }) => [withoutPrefix(name, prefix), shape]));
  for (const { landmarks, name } of FAMILIES) {
    const found = landmarks.every((one) => shapes.has(one)) ? name(shapes) : null;
    if (found) return { words: found[0], file: found[1] };
  }
  return null;
}
