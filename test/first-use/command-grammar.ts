import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensor } from '../../src/core/tensor.js';
import { writeNpy } from '../../src/models/npy.js';
import { writeSafetensors } from '../../src/models/weights/safetensors.js';
import { IMAGES } from '../cli/cnnviz.js';
import { model, node, value } from '../models/onnx/writer.js';
import { randomArray, seeded } from '../random.js';

const NET = `layers:
  - conv out_channels=2 kernel_size=3 padding=1
  - relu
  - max_pool 2
  - flatten
  - linear out_features=3
input: [1, 16, 16]
preprocess: { resize: [16, 16], gray: true }
`;

/** What command lines name: one file of each kind, whole and damaged. */
const FILES: Readonly<Record<string, () => Uint8Array | string>> = {
  'five.png': () => readFileSync(join(IMAGES, 'five.png')),
  'bars.png': () => readFileSync(join(IMAGES, 'bars17.png')),
  'x.npy': () => writeNpy(tensor(randomArray(256, 1), [1, 16, 16])),
  'kernel.npy': () => writeNpy(tensor(randomArray(9, 2), [3, 3])),
  'kernel.json': () => '[[1, 0, -1], [2, 0, -2], [1, 0, -1]]',
  'net.yaml': () => NET,
  'net.onnx': () =>
    model({
      nodes: [node('Relu', ['x'], ['y'])],
      inputs: [value('x', 1, [1, 1, 16, 16])],
      outputs: ['y'],
    }),
  'printed.txt': () => 'Sequential(\n  (0): ReLU()\n  (1): MaxPool2d(kernel_size=2, stride=2)\n)\n',
  'net.safetensors': () => writeSafetensors([{ name: '0.weight', shape: [2], data: Float32Array.of(1, 2) }], {}),
  'cases.yaml': () => 'cases:\n  - {name: one, images: [bars.png], pipe: conv edge3x3 | relu, baseline: base}\n',
  'list.txt': () => 'five.png\nbars.png\nfive.png\n',
  'labels.csv': () => 'path,label\nfive.png,a\nbars.png,b\n',
  'empty.png': () => '',
  'empty.onnx': () => '',
  'cut.png': () => readFileSync(join(IMAGES, 'bars17.png')).subarray(0, 60),
  'cut.npy': () => writeNpy(tensor(randomArray(256, 1), [1, 16, 16])).subarray(0, 500),
  'lfs.onnx': () =>
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n',
  'lfs.png': () =>
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n',
  'words.txt': () => 'a text that is none of what is asked for\n',
  'bytes.bin': () => Uint8Array.from({ length: 300 }, (_, i) => (i * 89) % 256),
};
const OTHER_NAMES = ['missing.png', 'folder', 'folder/none', '.', '/', '', '-', 'five.png/x'];

/** Command lines that work, for every command. Files are named as above. */
const SEEDS: readonly string[][] = [
  ['conv', 'bars.png', '-k', 'edge3x3', '--stride', '2', '--padding', '1', '-o', 'out/'],
  [
    'conv',
    'bars.png',
    'five.png',
    '-k',
    '1 0 -1; 2 0 -2; 1 0 -1',
    '--bias',
    '-0.5',
    '--relu',
    '--pool',
    'max:2',
    '-o',
    'out/',
  ],
  [
    'conv',
    'bars.png',
    '--patch',
    '2,2,5,5',
    '--patch-mode',
    'ncc',
    '--scale',
    '-1,1',
    '--colormap',
    'viridis',
    '-o',
    'p.png',
  ],
  ['conv', 'x.npy', '-k', 'kernel.npy', '--format', 'npy', '-o', 'y.npy'],
  ['conv', '--files-from', 'list.txt', '-k', 'kernel.json', '--sheet', '--json', '-o', 'out/'],
  ['conv', 'folder', '-r', '-k', 'sobel-x', '-n', '--dilation', '2', '--padding-mode', 'reflect'],
  ['sweep', 'five.png', '-k', 'edge3x3', '--stride', '1,2', '--bias', '0,-1', '--relu', '-o', 's.png'],
  ['explain', 'five.png', '-k', 'edge3x3', '--stride', '1', '--at', '1,1'],
  ['explain', 'conv edge3x3 | relu', 'bars.png', '--layer', 'relu', '--at', '3,4'],
  ['animate', 'five.png', '-k', 'edge3x3', '-o', 'a.gif'],
  ['field', 'bars.png', '-k', 'edge3x3', '--at', '3,3', '-o', 'f.png'],
  ['kernels', 'edge3x3', '-o', 'k.png'],
  ['plan', 'bars.png', '-k', 'gaussian5', '--stride', '2'],
  ['read', 'map.png', '--at', '2,3'],
  ['read', 'map.png', '--json'],
  ['run', 'conv edge3x3 stride=2 | relu | max_pool 3 stride=2', 'bars.png', '--layers', 'all', '-o', 'out/'],
  ['run', 'net.yaml', 'bars.png', '--init', 'seed:1', '--layers', 'conv', '--maps', '-o', 'out/'],
  ['run', 'net.onnx', '--input', 'x=x.npy', '--json', '-o', 'y.npy'],
  ['run', 'lenet5', 'bars.png', '--init', 'seed:1', '--resize', '32,32', '-o', 'out/'],
  ['summary', 'net.yaml', '-o', 'n.svg'],
  ['summary', 'printed.txt', '--size', '1,16,16', '--json'],
  ['summary', 'net.yaml', '--diff', 'lenet5'],
  ['filters', 'net.yaml', '--init', 'seed:1', '-o', 'w.png'],
  ['weights', 'net.safetensors', '--tensor', '0.weight', '-o', 't.npy'],
  ['weights', 'x.npy', '--json'],
  ['compare', 'conv edge3x3 | relu', 'conv edge3x3 | tanh', 'bars.png'],
  ['doctor', 'net.yaml', 'bars.png', '--init', 'seed:1', '--json'],
  ['preprocess', 'bars.png', '--resize', '16', '--crop', '8', '-o', 'pre.npy'],
  ['gradcam', 'net.yaml', 'bars.png', '--init', 'seed:1', '--class', '1', '-o', 'g.png'],
  ['saliency', 'net.yaml', 'bars.png', '--init', 'seed:1', '-o', 'g.png'],
  ['occlude', 'net.yaml', 'bars.png', '--init', 'seed:1', '--size', '4', '--stride', '4', '-o', 'g.png'],
  ['ablate', 'net.yaml', 'bars.png', '--init', 'seed:1', '--layer', 'relu', '--count', '2'],
  ['top', 'net.yaml', 'bars.png', 'five.png', '--init', 'seed:1', '--layer', 'relu', '--channel', '0', '-o', 'g.png'],
  [
    'head',
    'train',
    '--csv',
    'labels.csv',
    '--features',
    'net.yaml',
    '--init',
    'seed:1',
    '--holdout',
    '0',
    '-o',
    'my.head',
  ],
  ['head', 'predict', 'my.head', 'bars.png', '--top', '1'],
  ['check', 'bars.png', '--pipe', 'conv edge3x3 | relu', '--baseline', 'base', '--update'],
  ['check', 'cases.yaml', '--junit', 'j.xml'],
  ['diff', 'map.png', 'bars.png', '--tolerance', 'rel=1e-5', '-o', 'd.png'],
  ['diff', 'x.npy', 'kernel.npy', '--json'],
  ['completion', 'bash'],
  ['demo', '-o', 'shown'],
  ['article', '--only', 'F1', '-j', '2', '--lang', 'zh', '-o', 'page'],
  ['batch', 'merge', 'folder'],
];

const NUMBERS = [
  '-1',
  '0',
  '1',
  '3',
  '1e9',
  '9007199254740992',
  '99999999999999999999999',
  'NaN',
  'Infinity',
  '-0',
  '0x10',
  '',
  ' ',
  '1,5',
  '٣',
  '½',
  '1/0',
  '1e-400',
  '2,2',
  '1,2,3,4',
  '1;2',
  '--',
  '1_000',
  'null',
  '+3',
  '1.0000001',
  '4294967296',
];
const PIECES = [
  '|',
  '||',
  ';',
  ';;',
  ',',
  '=',
  '"',
  "'",
  ' ',
  '@',
  ':',
  '*',
  '[',
  '{a,b}',
  '\u202e',
  '\u0007',
  'é',
  '\ud83d\ude00',
  '%s',
  '../',
  '~',
];
const LAYERS = [
  'conv',
  'relu',
  'max_pool',
  'linear',
  'flatten',
  'softmax',
  'batch_norm',
  'add from=input,input',
  'dropout',
  'concat',
  'nonsense',
  'conv edge3x3 padding=full',
  'avg_pool 100',
];
const KERNELS = [
  '1 2; 3',
  '1 2 1',
  ';',
  '0,1 0,2; 0,3 0,4',
  'edge',
  'Sobel_X',
  '1e999',
  '1/0 1',
  '1 0 -1',
  'kernel.npy',
  '[[1,2],[3]]',
  '3x3',
  '1'.repeat(400),
];

/** Writes every file that the command lines name. */
export function writeFiles(folder: string): void {
  mkdirSync(join(folder, 'folder'));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content());
  copyFileSync(join(IMAGES, 'five.png'), join(folder, 'folder', 'five.png'));
}

/** A command line made of a working one by one to three changes; the same for the same seed. */
export function mutatedCommand(seed: number): string[] {
  const next = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)];
  let args = [...SEEDS[seed % SEEDS.length]];
  for (let change = 1 + Math.floor(next() * 3); change > 0; change--) args = mutateOnce(args, pick);
  return args;
}

type Pick = <T>(list: readonly T[]) => T;

function mutateOnce(args: readonly string[], pick: Pick): string[] {
  const places = args.map((_, i) => i);
  const at = pick(places);
  const replaced = (i: number, text: string) => args.map((arg, j) => (i === j ? text : arg));
  const where = (test: (arg: string) => boolean) => {
    const found = places.filter((i) => i > 0 && test(args[i]));
    return found.length > 0 ? pick(found) : at;
  };
  switch (
    pick([
      'drop',
      'twice',
      'swap',
      'number',
      'number',
      'file',
      'file',
      'flag',
      'equals',
      'piece',
      'layer',
      'kernel',
      'command',
      'cut',
    ])
  ) {
    case 'drop':
      return args.filter((_, i) => i !== at);
    case 'twice':
      return [...args.slice(0, at + 1), ...args.slice(at)];
    case 'swap': {
      const other = pick(places);
      return args.map((arg, i) => (i === at ? args[other] : i === other ? args[at] : arg));
    }
    case 'number': {
      const i = where((arg) => /\d/.test(arg) && !(arg in FILES));
      const numbers = [...args[i].matchAll(/\d+(?:\.\d+)?/g)];
      if (numbers.length === 0) return replaced(i, pick(NUMBERS));
      const { index, 0: number } = pick(numbers);
      return replaced(i, args[i].slice(0, index) + pick(NUMBERS) + args[i].slice(index + number.length));
    }
    case 'file':
      return replaced(
        where((arg) => arg in FILES || arg === 'folder'),
        pick([...Object.keys(FILES), ...OTHER_NAMES, 'map.png', 'my.head']),
      );
    case 'flag': {
      const flags = SEEDS.flatMap((seed) => seed.filter((arg) => arg.startsWith('-') && !/^-\d/.test(arg)));
      return pick([0, 1]) === 0 ? [...args, pick(flags)] : [...args, pick(flags), pick(NUMBERS)];
    }
    case 'equals': {
      const i = where((arg) => arg.startsWith('--'));
      return [...args.slice(0, i), `${args[i]}=${args[i + 1] ?? ''}`, ...args.slice(i + 2)];
    }
    case 'piece': {
      const cut = pick([...args[at], ''].map((_, i) => i));
      return replaced(at, args[at].slice(0, cut) + pick(PIECES) + args[at].slice(cut));
    }
    case 'layer': {
      const i = where((arg) => arg.includes('|') || arg.endsWith('.yaml') || arg.endsWith('.onnx'));
      return replaced(
        i,
        pick([`${args[i]} | ${pick(LAYERS)}`, `${pick(LAYERS)} | ${pick(LAYERS)}`, args[i].replace(/\w+=/, '')]),
      );
    }
    case 'kernel':
      return replaced(
        where((arg) => /^[\d -]+;|^(edge|sobel|gauss)/.test(arg)),
        pick(KERNELS),
      );
    case 'command':
      return replaced(0, pick(SEEDS)[0]);
    default:
      return replaced(at, args[at].slice(0, Math.floor(args[at].length / 2)));
  }
}
