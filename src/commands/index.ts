import type { AnyCommand } from '../cli/command.js';

/** What the list of all commands says of one, and where the rest of it is: loaded when it is asked for. */
export interface CommandLine {
  readonly name: string;
  readonly summary: string;
  /** It tells of all the others. */
  readonly ofAll?: boolean;
  readonly load: () => Promise<AnyCommand>;
}

/** Every command, in the groups and the order that help shows them in. Adding one is a line here. */
export const COMMAND_GROUPS: readonly (readonly [title: string, commands: readonly CommandLine[]])[] = [
  [
    'One layer:',
    [
      {
        name: 'conv',
        summary: 'one convolutional layer: kernels → bias → activation → pooling → maps',
        load: async () => (await import('./layer/conv.js')).conv,
      },
      {
        name: 'sweep',
        summary: 'a grid over kernels, strides, biases, activations and pools',
        load: async () => (await import('./layer/sweep.js')).sweep,
      },
      {
        name: 'explain',
        summary: 'one number of a map: patch × kernel, channel by channel, + bias',
        load: async () => (await import('./layer/explain.js')).explain,
      },
      {
        name: 'animate',
        summary: 'the kernel slides over the image, the map fills in: GIF, WebP or frames',
        load: async () => (await import('./layer/animate.js')).animate,
      },
      {
        name: 'field',
        summary: 'receptive field of an output position, on the image',
        load: async () => (await import('./layer/field.js')).field,
      },
      {
        name: 'kernels',
        summary: 'the built-in kernels: list, print, draw, export',
        load: async () => (await import('./layer/kernels.js')).kernels,
      },
      {
        name: 'plan',
        summary: 'which algorithm a convolution takes, what it costs, and why no other',
        load: async () => (await import('./layer/plan.js')).plan,
      },
      {
        name: 'read',
        summary: 'values and recipe back from a feature map',
        load: async () => (await import('./layer/read.js')).read,
      },
    ],
  ],
  [
    'Networks:',
    [
      {
        name: 'run',
        summary: 'a whole network: maps of its layers, and the classes it sees',
        load: async () => (await import('./network/run.js')).run,
      },
      {
        name: 'summary',
        summary: 'a network as a table or drawing: shapes, MACs, receptive fields',
        load: async () => (await import('./network/summary.js')).summary,
      },
      {
        name: 'explore',
        summary: 'a page to look around in: every layer, every number, live',
        load: async () => (await import('./explore/explore.js')).explore,
      },
      {
        name: 'filters',
        summary: "a network's own kernels as pictures, RGB ones in colour",
        load: async () => (await import('./network/filters.js')).filters,
      },
      {
        name: 'get',
        summary: 'fetch the published weights of a built-in network, once',
        load: async () => (await import('./get/get.js')).get,
      },
      {
        name: 'weights',
        summary: 'what a checkpoint holds: names, types, shapes, ranges',
        load: async () => (await import('./network/weights.js')).weights,
      },
      {
        name: 'compare',
        summary: 'two networks layer by layer: where they part',
        load: async () => (await import('./network/compare.js')).compare,
      },
      {
        name: 'doctor',
        summary: 'what is wrong with a network, and where',
        load: async () => (await import('./doctor/doctor.js')).doctor,
      },
      {
        name: 'preprocess',
        summary: 'each step from a photograph to the numbers a network reads',
        load: async () => (await import('./network/preprocess.js')).preprocess,
      },
    ],
  ],
  [
    'What a network looks at:',
    [
      {
        name: 'gradcam',
        summary: 'where in the image a layer speaks for a class (Grad-CAM)',
        load: async () => (await import('./class/gradcam.js')).gradcam,
      },
      {
        name: 'saliency',
        summary: "which pixels move a class's score: the gradient of the input",
        load: async () => (await import('./class/saliency.js')).saliency,
      },
      {
        name: 'occlude',
        summary: 'what a class depends on: cover a patch, watch the score fall',
        load: async () => (await import('./class/occlude.js')).occlude,
      },
      {
        name: 'ablate',
        summary: 'what a class depends on, channel by channel of a layer',
        load: async () => (await import('./class/ablate.js')).ablate,
      },
      {
        name: 'top',
        summary: 'the patches of a folder of images that excite a channel most',
        load: async () => (await import('./class/top.js')).top,
      },
    ],
  ],
  [
    'My own classes:',
    [
      {
        name: 'train',
        summary: 'a small network from scratch: images or digits in, PyTorch weights out',
        load: async () => (await import('./train/train.js')).train,
      },
      {
        name: 'head',
        summary: 'my own classes: a classifier on frozen layers',
        load: async () => (await import('./head/head.js')).head,
      },
    ],
  ],
  [
    'Maps that must not change, many images:',
    [
      {
        name: 'check',
        summary: 'feature maps against stored ones: what changed, and where',
        load: async () => (await import('./check/check.js')).check,
      },
      {
        name: 'diff',
        summary: 'two PNG or .npy files: the same, or where they differ first',
        load: async () => (await import('./check/diff.js')).diff,
      },
      {
        name: 'batch',
        summary: 'merge: manifests of shards joined',
        load: async () => (await import('./batch/merge.js')).batch,
      },
      {
        name: 'farm',
        summary: 'many machines on one command: submit, work, status, cancel',
        load: async () => (await import('./farm/farm.js')).farm,
      },
    ],
  ],
  [
    'To begin with:',
    [
      {
        name: 'demo',
        summary: 'the main jobs, on a photograph and a digit that ship',
        load: async () => (await import('./start/demo.js')).demo,
      },
      {
        name: 'article',
        summary: 'every figure and law of an article on the fundamentals, made and checked',
        load: async () => (await import('./article/article.js')).article,
      },
      {
        name: 'completion',
        summary: 'a completion script for your shell',
        ofAll: true,
        load: async () => (await import('./start/completion.js')).completion,
      },
    ],
  ],
];
