import { type FixCase, testFixes } from './fixes/follow.js';

const NET = 'conv out_channels=2 kernel_size=3 | relu | flatten | linear out_features=3';
const FEATURES = ['-f', NET, '--init', 'seed:1', '--resize', '8,8'];
const LIST = 'five.png,a\nimg/five.png,a\nimg/bars.png,b\ndeep/below/five.png,b\n';
const files = { 'labels.csv': LIST };
const TRAIN = ['head', 'train', '--csv', 'labels.csv', ...FEATURES, '--holdout', '0', '-o', 'my.head'];

const CASES: readonly FixCase[] = [
  {
    args: ['head', 'train', '--csv', 'labels.csv', '--holdout', '0', '-o', 'my.head'],
    files,
    says: /--features/,
    rule: (_, args) => [...args, ...FEATURES],
  },
  { args: ['head', 'train', 'img', ...FEATURES, '-o', 'my.head'], files, says: /--csv/, rule: { add: 0 }, reaches: 0 },
  { args: [...TRAIN, '--l2', '1', '--C', '1'], files, says: /keep one/, rule: { leave: 0 } },
  { args: [...TRAIN, '--curve', 'c.svg'], files, says: /--curve/, rule: { add: 0 } },
  { args: TRAIN.map((arg) => (arg === 'my.head' ? 'x/' : arg)), files, says: /-o/, rule: { add: 0 } },
  {
    args: TRAIN.map((arg) => (arg === '0' ? '2' : arg)),
    files,
    says: /0 none/,
    rule: (_, args) => args.map((arg) => (arg === '2' ? '0' : arg)),
  },
  { args: [...TRAIN, '--no-clobber'], files, before: [TRAIN], says: /--no-clobber/, rule: { leave: 0 } },
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
    says: /keep one/,
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
    args: ['head', 'predict', 'my.head', 'five.png', '--weights', 'w.npz'],
    files,
    before: [TRAIN],
    says: /--weights/,
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
    args: ['head', 'features', 'img', '-f', NET, '--init', 'seed:1', '-l', 'relu', '-o', 'x.npy'],
    says: /--resize/,
    rule: { add: 0 },
  },
  {
    args: ['head', 'features', 'img', '-f', NET, '--init', 'seed:1', '-l', 'relu', '-o', 'x.npy'],
    says: /--reduce/,
    rule: { add: 1 },
  },
];

testFixes(
  /^src\/(?:cli\/(?:head-job|run-head)|models\/(?:head|label)|engine\/training|stages\/(?:head|labelled|training|feature|image-features|place|draw|sweep|single|materials|preprocess)|studies\/(?:head|train|apply|export|sweep))/,
  CASES,
  {},
);
