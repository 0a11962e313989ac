import { byPatterns, type Naming } from './naming.js';
import { IN_CNBLOCK } from './timm.js';

/** ConvNeXt as its authors published it. Source: facebookresearch/ConvNeXt, models/convnext.py */
const convnext: Naming = {
  words: 'its authors',
  landmarks: ['downsample_layers.0.0.weight', 'stages.0.0.dwconv.weight', 'stages.0.0.gamma'],
  networks: ['convnext_'],
  rename: () =>
    byPatterns([
      [/^downsample_layers\.(\d)\.(0|1)\./, (_, i, k) => `features.${2 * Number(i)}.${k}.`],
      [/^stages\.(\d)\.(\d+)\.gamma$/, (_, i, j) => `features.${2 * Number(i) + 1}.${j}.layer_scale`],
      [
        /^stages\.(\d)\.(\d+)\.(dwconv|norm|pwconv1|pwconv2)\./,
        (_, i, j, part) => `features.${2 * Number(i) + 1}.${j}.block.${IN_CNBLOCK[part]}.`,
      ],
      [/^norm\./, 'classifier.0.'],
      [/^head\./, 'classifier.2.'],
    ]),
};

/** A ResNet's modules in a Sequential: nn.Sequential(*list(model.children())[:-1]) */
const childrenOfResnet: Naming = {
  words: 'its children in a Sequential',
  landmarks: ['0.weight', '1.running_mean', '4.0.conv1.weight', '7.0.conv1.weight'],
  networks: ['resnet', 'wide_resnet', 'resnext'],
  rename: () =>
    byPatterns([
      [/^0\./, 'conv1.'],
      [/^1\./, 'bn1.'],
      [/^([4-7])\./, (_, at) => `layer${Number(at) - 3}.`],
    ]),
};

/** The state of model.features alone. */
function features(landmarks: readonly string[], networks: readonly string[]): Naming {
  return { words: 'its features alone', landmarks, networks, rename: () => (name) => `features.${name}` };
}

/** What is named neither by a library nor as torchvision does. */
export const OTHER_NAMES: readonly Naming[] = [
  convnext,
  childrenOfResnet,
  features(['0.weight', '2.weight', '5.weight', '7.weight', '10.weight'], ['vgg']),
  features(['0.weight', '3.weight', '6.weight', '8.weight', '11.weight'], ['vgg']),
  features(['0.weight', '4.weight', '8.weight', '11.weight'], ['vgg']),
  features(['0.weight', '3.weight', '7.weight', '10.weight'], ['vgg']),
  features(['0.0.weight', '1.conv.0.0.weight'], ['mobilenet_v2']),
  features(['0.0.weight', '1.block.0.0.weight'], ['mobilenet_v3']),
  features(['0.0.weight', '1.0.block.0.0.weight'], ['efficientnet']),
  features(['conv0.weight', 'denseblock1.denselayer1.conv1.weight'], ['densenet']),
];

/**
 * A name as torchvision writes it today: of DenseNet's layers, and of ViT's perceptrons.
 * Source: torchvision/models/densenet.py, _load_state_dict; vision_transformer.py, MLPBlock
 */
export function todaysName(name: string): string {
  return name
    .replace(/(denselayer\d+\.(?:norm|relu|conv))\.([12])\./, '$1$2.')
    .replace(/\.mlp\.linear_([12])\./, (_, which) => `.mlp.${3 * (Number(which) - 1)}.`);
}
