import { writeFile } from 'node:fs/promises';
import { safetensors } from './fixes/arrays.js';
import { type FixCase, testFixes } from './fixes/follow.js';
import { PARTS } from './fixes/parts.js';

const NET = 'conv out_channels=2 kernel_size=3 | relu | flatten | linear out_features=3';
const YAML =
  'layers:\n  - {name: a, type: conv, kernel: edge3x3}\n  - {name: b, type: relu}\n  - {name: c, type: adaptive_avg_pool, output_size: 1}\n';
const FEATURES = ['-f', NET, '--init', 'seed:1', '--resize', '8,8'];
const LIST = 'five.png,a\nimg/five.png,a\nimg/bars.png,b\ndeep/below/five.png,b\n';
const files = { 'labels.csv': LIST };
const TRAIN = ['head', 'train', '--csv', 'labels.csv', ...FEATURES, '--holdout', '0', '-o', 'my.head'];

const EVAL = ['head', 'eval', 'my.head', '--csv', 'labels.csv', '--confusion', 'c.png'];

const SHAPES = { 'conv.weight': [2, 3, 3, 3], 'conv.bias': [2], 'linear.weight': [3, 72], 'linear.bias': [3] };
/** Weights of `NET`, every number `value`. */
const weights = (value: number) => safetensors(SHAPES, () => value);
const WEIGHTED = ['-f', NET, '--weights', 'nets/w.safetensors', '--resize', '8,8'];
const TRAIN_WEIGHTED = ['head', 'train', '--csv', 'labels.csv', ...WEIGHTED, '--holdout', '0', '-o', 'my.head'];

const CASES: readonly FixCase[] = [
  {
    args: ['head', 'train', '--csv', 'labels.csv', '--holdout', '0', '-o', 'my.head'],
    files,
    says: /--features/,
    rule: (_, args) => [...args, ...FEATURES],
  },
  {
    args: ['head', 'train', 'img', ...FEATURES, '-o', 'my.head'],
    files: { 'labels.csv': 'five.png,a\nbars.png,b\n' },
    says: /--csv/,
    rule: (fix, args) => [...args, '--holdout', '0', ...fix.slice(fix.indexOf('--csv')).split(' ')],
  },
  { args: [...TRAIN, '--l2', '1', '--C', '1'], files, says: /keep one/, rule: { leave: 0 } },
  { args: [...TRAIN, '--curve', 'c.txt'], files, says: /--curve/, rule: { add: 0 } },
  { args: TRAIN.map((arg) => (arg === 'my.head' ? 'x.png' : arg)), files, says: /-o/, rule: { add: 0 } },
  {
    args: TRAIN.map((arg) => (arg === '0' ? '2' : arg)),
    files,
    says: /0 none/,
    rule: (_, args) => args.map((arg) => (arg === '2' ? '0' : arg)),
  },
  { args: [...TRAIN, '--no-clobber'], files, before: [TRAIN], says: /--no-clobber/, rule: { leave: 1 } },
  {
    args: [...EVAL, '--no-clobber'],
    files,
    before: [TRAIN, EVAL],
    says: /--no-clobber/,
    rule: { leave: 0 },
  },
  { args: [...TRAIN, '--layer', 'zzz'], files, says: /./, rule: (_, args) => [...args.slice(0, -1), 'relu'] },
  {
    args: ['head', 'predict', 'my.head'],
    files: { ...files, 'photo.jpg': '' },
    before: [TRAIN],
    says: /cnnviz head predict/,
    rule: (_, args) => [...args, 'five.png'],
  },
  {
    args: ['head', 'predict', 'my.head', 'five.png', '--json', '--jsonl'],
    files,
    before: [TRAIN],
    says: /--json is/,
    rule: { leave: 0 },
  },
  {
    args: ['head', 'predict', 'five.png', 'five.png'],
    files,
    before: [TRAIN],
    says: /head train/,
    rule: () => ['head', 'predict', 'my.head', 'five.png'],
  },
  {
    args: ['head', 'predict', 'my.head', 'five.png', '--features', 'conv edge3x3 | relu'],
    files,
    before: [TRAIN],
    says: /./,
    rule: (_, args) => args.slice(0, -2),
  },
  {
    args: ['head', 'predict', 'my.head', 'five.png', '--features', NET.replace('relu', 'tanh')],
    files,
    before: [TRAIN],
    says: /--features/,
    rule: { add: 0 },
    fill: { NET },
  },
  {
    args: ['head', 'predict', 'my.head', 'five.png', '--features', NET.replace('2', '3')],
    files,
    before: [TRAIN],
    says: /--features/,
    about: ['head train'],
    rule: { leave: 0 },
  },
  { args: ['head', 'features', 'img', ...FEATURES, '-o', 'x.txt'], says: /-o/, rule: { add: 0 } },
  { args: ['head', 'features', 'img', ...FEATURES, '-o', '-', '--json'], says: /-o/, rule: { add: 0 } },
  {
    args: ['head', 'features', ...FEATURES, '-o', 'x.npy'],
    files: { 'photos/a.png': '' },
    says: /cnnviz head features/,
    rule: (_, args) => ['head', 'features', 'img/', ...args.slice(2)],
  },
  {
    args: ['head', 'features', 'img', 'deep', '--csv', 'labels.csv', ...FEATURES, '-o', 'x.npy'],
    files,
    says: /leave them out/,
    rule: (_, args) => args.filter((arg) => !['img', 'deep'].includes(arg)),
  },
  {
    args: [
      'head',
      'features',
      'img',
      '-f',
      NET,
      '--init',
      'seed:1',
      '-l',
      'relu',
      '--reduce',
      'flatten',
      '-o',
      'x.npy',
    ],
    says: /--resize/,
    rule: { add: 0 },
  },
  {
    args: [
      'head',
      'features',
      'img',
      '-f',
      NET,
      '--init',
      'seed:1',
      '-l',
      'relu',
      '--reduce',
      'flatten',
      '-o',
      'x.npy',
    ],
    says: /--reduce/,
    rule: { add: 1 },
  },
  {
    args: ['head', 'train', ...FEATURES, '-o', 'my.head'],
    files,
    says: /--csv/,
    rule: (fix, args) => [...args, '--holdout', '0', ...fix.slice(fix.indexOf('--csv')).split(' ')],
  },
  {
    args: [...TRAIN, '--cache', 'x.cache'],
    files: { ...files, 'x.cache': 'mine' },
    says: /--cache/,
    rule: (_, args) => [...args.slice(0, -1), 'my.cache'],
  },
  {
    args: TRAIN,
    files: { 'labels.csv': `five.png,b\n${LIST}` },
    says: /keep one/,
    rule: async (_, args, cwd) => {
      await writeFile(`${cwd}/labels.csv`, LIST);
      return args;
    },
  },
  {
    args: ['head', 'predict', 'my.head', 'five.png'],
    files: { ...files, 'nets/n.yaml': YAML },
    before: [['head', 'train', '--csv', 'labels.csv', '-f', 'nets/n.yaml', '--holdout', '0', '-o', 'my.head']],
    says: /--features/,
    rule: { add: 0 },
    fill: { 'path/to': 'nets' },
  },
  {
    args: ['head', 'predict', 'empty.head', 'five.png'],
    files: { ...files, 'empty.head': Buffer.from('\x02\0\0\0\0\0\0\0{}') },
    before: [TRAIN],
    says: /head train/,
    rule: () => ['head', 'predict', 'my.head', 'five.png'],
  },
  {
    args: ['head', 'predict', 'my.head', 'five.png'],
    files: { ...files, 'nets/w.safetensors': weights(0.01) },
    before: [TRAIN_WEIGHTED],
    says: /--weights/,
    rule: { add: 0 },
    fill: { 'path/to': 'nets' },
  },
  {
    args: ['head', 'predict', 'my.head', 'five.png', '--weights', 'b.safetensors'],
    files: {
      ...files,
      'w.safetensors': weights(0.01),
      'nets/w.safetensors': weights(0.01),
      'b.safetensors': weights(0.02),
    },
    before: [TRAIN_WEIGHTED],
    says: /--weights/,
    rule: { add: 0 },
  },
  {
    args: ['head', 'features', 'img', ...WEIGHTED, '-o', 'x.npy'],
    files: { 'nets/w.safetensors': weights(Number.NaN) },
    says: /cnnviz run/,
    rule: () => ['run', NET, 'five.png', '--weights', 'nets/w.safetensors', '--resize', '8,8'],
  },
  {
    args: ['head', 'features', 'img', ...WEIGHTED, '-o', 'x.npy'],
    files: { 'nets/w.safetensors': weights(Number.NaN) },
    says: /cnnviz weights/,
    rule: { line: 1 },
    fill: { FILE: 'nets/w.safetensors' },
  },
];

/** A head in the place of a network. */
const AS_NETWORK: readonly FixCase[] = [
  {
    args: ['run', 'my.head', 'five.png', '--init', 'seed:1'],
    files,
    before: [TRAIN],
    says: /leave --init out/,
    rule: { leave: 0 },
  },
  {
    args: ['run', 'my.head@w.safetensors', 'five.png', '--weights', 'w.safetensors'],
    files: { ...files, 'w.safetensors': weights(0.01), 'nets/w.safetensors': weights(0.01) },
    before: [TRAIN_WEIGHTED],
    says: /keep one/,
    rule: (_, args) => args.slice(0, -2),
  },
  {
    args: ['run', 'my.head', 'five.png'],
    files: { ...files, 'nets/w.safetensors': weights(0.01) },
    before: [TRAIN_WEIGHTED],
    says: /my\.head@/,
    rule: () => ['run', 'my.head@nets/w.safetensors', 'five.png'],
  },
  {
    args: ['head', 'train', '--csv', 'labels.csv', '--features', 'my.head', '--holdout', '0', '-o', 'b.head'],
    files,
    before: [TRAIN],
    says: /--features/,
    rule: (_, args) => [...args.slice(0, 4), ...FEATURES, ...args.slice(6)],
  },
];

testFixes(PARTS.head, [...CASES, ...AS_NETWORK], {
  'src/engine/training/dense-rows.ts: learn from fewer images, or from fewer features: --reduce mean, or another --layer':
    'needs more than 2 GiB of features',
  'src/commands/head/feature-extractor.ts: choose another layer with --layer; `cnnviz summary NET` lists them':
    'needs a graph that mixes the images of a batch',
});
