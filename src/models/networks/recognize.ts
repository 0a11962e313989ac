import { shellWord } from '../../core/text.js';
import { BUILTIN_NETWORKS, builtinNetwork } from './builtin/index.js';
import type { ParameterSpec } from './spec.js';

/** What a checkpoint's tensors are those of, all names and shapes considered. */
type Architecture =
  /** A built-in network: all its tensors are there. `classes`: how many its last layer has, null: as many as the built-in. */
  | { readonly kind: 'builtin'; readonly name: string; readonly classes: number | null }
  /** Nearly a built-in one: `fault` says what differs. */
  | {
      readonly kind: 'variant';
      readonly name: string;
      readonly words: string;
      readonly fault: string;
      /** Nothing but its last layer is missing. */
      readonly isHeadless: boolean;
    }
  /** One that is not built in. */
  | { readonly kind: 'known'; readonly words: string; readonly file: string; readonly classes: number | null };

interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** @returns null when neither a built-in network nor a well-known one has these names */
export function recognizeTensors(tensors: Iterable<NamedTensor>): Architecture | null {
  const list = [...tensors].filter(({ name }) => !name.endsWith('num_batches_tracked'));
  for (const { name } of BUILTIN_NETWORKS) {
    const found = fitBuiltin(name, list);
    if (found?.fault === null) return { kind: 'builtin', name, classes: found.classes };
  }
  const shapes = shapesWithout(list, LANDMARKS);
  for (const { landmarks, name } of FAMILIES) {
    const found = landmarks.every((one) => shapes.has(one)) ? name(shapes) : null;
    if (!found) continue;
    const [words, file] = found;
    const near = BUILTIN_NETWORKS.some((one) => one.name === file) ? fitBuiltin(file, list) : null;
    if (near) {
      const { fault, isHeadless } = near;
      return { kind: 'variant', name: file, words, fault: fault ?? 'it has other tensors', isHeadless };
    }
    // torchvision's print(model) has its own classifier, and cannot be run with another's tensors
    const isOther = file.startsWith('vgg') && hasOtherClassifier(shapes);
    const classes = shapes.get('classifier.6.weight')?.[0] ?? null;
    return {
      kind: 'known',
      words: isOther ? `${words} with another classifier` : words,
      file: isOther ? 'model' : file,
      classes,
    };
  }
  return null;
}

/** Whether the linear layers of a VGG are others than torchvision's, as far as they are there. */
function hasOtherClassifier(shapes: Shapes): boolean {
  const first = shapes.get('classifier.0.weight');
  return shapes.has('classifier.weight') || (first !== undefined && `${first}` !== '4096,25088');
}

function shapesWithout(tensors: readonly NamedTensor[], expected: ReadonlySet<string>): Shapes {
  const prefix = findPrefix(
    tensors.map(({ name }) => name),
    expected,
  );
  return new Map(tensors.map(({ name, shape }) => [withoutPrefix(name, prefix), shape]));
}

interface BuiltinFit {
  /** What is wrong; null: nothing. */
  readonly fault: string | null;
  readonly isHeadless: boolean;
  /** Null: as many as the built-in network has. */
  readonly classes: number | null;
}

/** How tensors fit a built-in network. */
function fitBuiltin(name: string, tensors: readonly NamedTensor[]): BuiltinFit {
  const expected = builtinShapes(name);
  const shapes = shapesWithout(tensors, new Set(expected.keys()));
  const last = [...expected.keys()].findLast((one) => one.endsWith('.weight'))!.replace(/weight$/, '');
  const missing = [...expected.keys()].filter((one) => !shapes.has(one));
  const classes = shapes.get(`${last}weight`)?.[0] ?? null;
  const isOther = classes !== null && classes !== expected.get(`${last}weight`)![0];
  const isHeadless = missing.length > 0 && missing.every((one) => one.startsWith(last));
  const fault = (): string | null => {
    if (isHeadless) return `its last layer, ${last.slice(0, -1)}, is missing`;
    if (missing.length > 0) return `${missing[0]} is missing`;
    for (const [one, shape] of expected) {
      const found = shapes.get(one)!;
      const from = one.startsWith(last) && found[0] === classes ? 1 : 0;
      if (found.length === shape.length && found.slice(from).every((length, axis) => length === shape[axis + from]))
        continue;
      return `${one} is [${found.join(', ')}], not [${shape.join(', ')}]`;
    }
    const outer = new Set([...expected.keys()].map(outermost));
    const more = [...shapes.keys()].find((one) => !expected.has(one) && outer.has(outermost(one)));
    return more === undefined ? null : `it has ${more} as well`;
  };
  return { fault: fault(), isHeadless, classes: isOther ? classes : null };
}

function outermost(name: string): string {
  return name.split('.')[0];
}

/** The shapes of a built-in network's parameters, which say all but the channels of a norm: those of the convolution before it. */
export function builtinShapes(name: string): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  let outputs = 0;
  for (const { parameters } of builtinNetwork(name).layers) {
    for (const parameter of parameters) {
      if (parameter?.source.kind !== 'checkpoint') continue;
      const shape = shapeOf(parameter, outputs);
      if (parameter.shape.kind === 'conv' || parameter.shape.kind === 'linear') outputs = shape[0];
      shapes.set(parameter.name, shape);
    }
  }
  return shapes;
}

function shapeOf({ shape }: ParameterSpec, outputs: number): readonly number[] {
  switch (shape.kind) {
    case 'conv':
      return [shape.outChannels!, shape.inChannels! / shape.groups, ...shape.kernelSize!];
    case 'linear':
      return [shape.outFeatures!, shape.inFeatures!];
    case 'fixed':
      return shape.shape;
    case 'sides':
      return shape.sides;
    case 'channels':
      return [shape.count ?? outputs];
    case 'outputs':
      return [outputs];
  }
}

/** What a checkpoint turned out to be, and what to do with it. */
export function tellArchitecture(
  found: Architecture | null,
  file: string,
): { readonly what: string; readonly fix: string } {
  switch (found?.kind) {
    case 'builtin':
      return {
        what: `by names and shapes the weights of ${found.name}${found.classes === null ? '' : ` for ${found.classes} classes`}`,
        fix: `this looks like ${found.name}: cnnviz run ${shellWord(`${found.name}@${file}`)} photo.jpg`,
      };
    case 'variant':
      return {
        what: `${found.words} by its tensors, but not the built-in ${found.name}: ${found.fault}`,
        fix: exportAs(found.words, found.name),
      };
    case 'known':
      return {
        what: `${found.words} by its tensors, which is not built in`,
        fix: found.file.startsWith('vgg')
          ? printVgg(found.file, found.classes, file)
          : exportAs(found.words, found.file),
      };
    default:
      return {
        what: 'of an architecture that is not known here',
        fix: `name its layers before it: a network file (.yaml) or the text of print(model), ${shellWord(`net.yaml@${file}`)}; or ${exportAs('it', 'model')}`,
      };
  }
}

function exportAs(words: string, name: string): string {
  return `export ${words === 'it' ? words : 'the model'} where it was made: torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), '${name}.onnx'), then: cnnviz run ${name}.onnx photo.jpg`;
}

/** All that a VGG does but its flatten stands in its print(model). */
function printVgg(name: string, classes: number | null, file: string): string {
  const argument = classes === null || classes === 1000 ? '' : `num_classes=${classes}`;
  return `python -c "import torchvision; print(torchvision.models.${name}(${argument}))" > ${name}.txt, then: cnnviz run ${shellWord(`${name}.txt@${file}`)} photo.jpg --preset imagenet`;
}

/** What some programs put before every name, and what it comes from. */
const PREFIXES: readonly (readonly [prefix: string, from: string])[] = [
  ['module.', 'DataParallel'],
  ['model.', 'a module that holds the model'],
  ['net.', 'a module that holds the net'],
  ['backbone.', 'a module that holds the backbone'],
  ['_orig_mod.', 'torch.compile'],
  ['state_dict.', 'a level around the weights'],
];

/** The deepest level around a network: "state_dict.model.module.". */
const MOST_LEVELS = 3;

/** The prefix without which most names are expected ones; '' when that is none. */
export function findPrefix(names: readonly string[], expected: ReadonlySet<string>): string {
  const fitting = new Map<string, number>();
  for (const name of names) {
    for (let level = 0, at = 0; level <= MOST_LEVELS; level++) {
      if (expected.has(name.slice(at))) fitting.set(name.slice(0, at), (fitting.get(name.slice(0, at)) ?? 0) + 1);
      at = name.indexOf('.', at) + 1;
      if (at === 0) break;
    }
  }
  let best = { prefix: '', count: fitting.get('') ?? 0 };
  for (const [prefix, count] of fitting) if (count > best.count) best = { prefix, count };
  return best.prefix;
}

/** A name without a prefix it may have. */
export function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** What a prefix comes from, in words. */
export function prefixWords(prefix: string): string {
  return PREFIXES.find(([known]) => known === prefix)?.[1] ?? 'a module that holds the network';
}

/** Shapes of a checkpoint's tensors by name, without a prefix. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

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
