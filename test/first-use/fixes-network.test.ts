import { npy } from './fixes/arrays.js';
import { type FixCase, testFixes } from './fixes/follow.js';

const NET = 'conv out_channels=2 kernel_size=3 | relu | flatten | linear out_features=3';
const MADE = ['--init', 'seed:1'];
const MAPS = 'conv edge3x3 | relu';
const YAML = 'layers:\n  - {name: a, type: conv, kernel: edge3x3}\n  - {name: b, type: relu}\n';

const CASES: readonly FixCase[] = [
  { args: ['run', MAPS], says: /cnnviz run/, rule: { line: 0 }, fill: { NET: MAPS } },
  { args: ['run', NET, 'five.png'], says: /--init/, rule: { add: 1 } },
  {
    args: ['run', 'lenet5', 'five.png', '--resize', '32,32'],
    says: /--weights/,
    before: [],
    rule: (fix, args) => [...args, .../--init seed:1/.exec(fix)![0].split(' ')],
  },
  { args: ['run', NET, 'five.png', '--init', 'x'], says: /--init/, rule: { add: 0 } },
  { args: ['run', NET, 'five.png', '--init', 'seed:1', '--weights', 'w.npz'], says: /keep one/, rule: { leave: 1 } },
  {
    args: ['run', MAPS, 'five.png', '--init', 'seed:1', '-o', 'x.npy', '--maps'],
    says: /keep one/,
    rule: { leave: 0 },
  },
  { args: ['run', 'conv edeg3x3 | relu', 'five.png'], says: /did you mean/, rule: { meant: 'edeg3x3' } },
  { args: ['run', 'conv edge3x3 | rleu', 'five.png'], says: /did you mean/, rule: { meant: 'rleu' } },
  { args: ['run', 'conv edge3x3 strid=2', 'five.png'], says: /did you mean/, rule: { meant: 'strid' } },
  {
    args: ['run', 'conv edge3x3 padding_mode=reflcet padding=1', 'five.png'],
    says: /did you mean/,
    rule: { meant: 'reflcet' },
  },
  { args: ['run', 'conv | relu', 'five.png'], says: /such as/, rule: quoted },
  { args: ['run', 'conv edge3x3 | max_pool', 'five.png'], says: /such as/, rule: quoted },
  { args: ['run', 'lrn', 'five.png'], says: /such as/, rule: quoted },
  {
    args: ['run', 'flatten | linear', 'five.png', ...MADE],
    says: /such as/,
    rule: (fix) => ['run', `flatten | ${/"([^"]+)"/.exec(fix)![1]}`, 'five.png', ...MADE],
  },
  {
    args: ['run', 'conv edge3x3 weight=k.npy', 'five.png'],
    files: { 'k.npy': npy([1, 1], [1]) },
    says: /keep one/,
    rule: () => ['run', 'conv edge3x3', 'five.png'],
  },
  {
    args: ['run', 'conv edge3x3 stride=1 stride=2', 'five.png'],
    says: /keep one/,
    rule: () => ['run', 'conv edge3x3 stride=2', 'five.png'],
  },
  {
    args: ['run', 'max_pool 2 return_indices=true', 'five.png'],
    says: /leave/,
    rule: () => ['run', 'max_pool 2', 'five.png'],
  },
  {
    args: ['run', MAPS, 'five.png', '--layers', 'rel'],
    says: /did you mean relu/,
    rule: (_, args) => [...args.slice(0, -1), 'relu'],
  },
  {
    args: ['run', MAPS, 'five.png', '--layers', 'zzzz'],
    says: /layers:/,
    rule: (_, args) => [...args.slice(0, -1), 'all'],
  },
  {
    args: ['run', 'n.ymal', 'five.png'],
    files: { 'n.yaml': YAML },
    says: /did you mean|built in/,
    rule: (_fix, args) => args.map((arg) => (arg === 'n.ymal' ? 'n.yaml' : arg)),
  },
  { args: ['run', 'lenet', 'five.png', ...MADE, '--resize', '32,32'], says: /did you mean/, rule: { meant: 'lenet' } },
  {
    args: ['run', 'n.yaml', 'five.png'],
    files: { 'n.yaml': YAML.replace('name: b, type: relu', 'name: b, type: relu, from: aa') },
    says: /did you mean|layers/,
    rule: (_, args) => args,
    reaches: 2,
  },
  { args: ['run', MAPS, 'five.png', '--top', '3'], says: /--top/, rule: { leave: 0 } },
  {
    args: ['run', NET, 'photo.jpg', '--init', 'seed:1', '-o', 'x.txt'],
    says: /-o/,
    rule: { add: 0 },
    fill: { FILE: 'x' },
  },
  {
    args: ['run', MAPS, 'five.png', '--input', 'inptu=a.npy'],
    files: { 'a.npy': npy([1, 3, 9, 9], new Array(243).fill(1)) },
    says: /did you mean|leave|inputs/,
    rule: (_, args) => args.filter((arg) => !/^--input|^inptu/.test(arg)),
  },
  {
    args: ['run', MAPS, 'five.png', '--input', 'input=a.npy'],
    files: { 'a.npy': npy([1, 3, 9, 9], new Array(243).fill(1)) },
    says: /leave/,
    rule: { leave: 0 },
  },
  {
    args: ['run', 'lenet5', 'five.png', ...MADE, '--resize', '40,40'],
    says: /--resize/,
    rule: { add: 0 },
    fill: { 'HEIGHT,WIDTH': '32,32' },
  },
  { args: ['run', 'alexnet', 'five.png', ...MADE, '--preset', 'none'], says: /--preset|--resize/, rule: { add: 0 } },
  { args: ['summary', MAPS], says: /--size/, rule: { add: 0 }, fill: { 'C,H,W': '3,9,9' } },
  { args: ['summary', MAPS], says: /--size/, rule: { add: 1 } },
  {
    args: ['summary', 'lenet5', '--svg', '--json'],
    says: /-o/,
    rule: (fix, args) => [...args.filter((arg) => arg !== '--svg'), ...fix.replace('FILE', 'x').split(' ')],
  },
  { args: ['summary', 'lenet5', '-o', 'x.gif'], says: /-o/, rule: { add: 0 }, fill: { FILE: 'x' } },
  { args: ['summary', 'lenet5', '-o', 'x.gif'], says: /-o/, rule: { add: 1 }, fill: { FILE: 'x' } },
  { args: ['summary', 'lenet'], says: /did you mean/, rule: { meant: 'lenet' } },
  { args: ['filters', 'lenet5', ...MADE, '--kernels', 'x'], says: /--kernels/, rule: { add: 0 } },
  {
    args: ['filters', 'lenet5', ...MADE, '--layer', 'fc1'],
    says: /conv1/,
    rule: (_, args) => [...args.slice(0, -1), 'conv1'],
  },
  {
    args: ['weights', 'w.npy', '-o', 'x.npy'],
    files: { 'w.npy': npy([2], [1, 2]) },
    says: /--tensor/,
    rule: { add: 0 },
    fill: { NAME: 'weight' },
  },
  {
    args: ['weights', 'w.npy', '--tensor', 'weigth', '-o', 'x.npy'],
    files: { 'w.npy': npy([2], [1, 2]) },
    says: /did you mean/,
    rule: { meant: 'weigth' },
  },
  {
    args: ['weights', 'w.npy', '--tensor', 'w', '-o', 'x.txt'],
    files: { 'w.npy': npy([2], [1, 2]) },
    says: /-o/,
    rule: { add: 0 },
    fill: { FILE: 'x' },
  },
  {
    args: ['weights', 'w.npy', '--tensor', 'w', '--json'],
    files: { 'w.npy': npy([2], [1, 2]) },
    says: /keep one/,
    rule: { leave: 0 },
  },
  { args: ['gradcam', NET, 'photo.jpg', ...MADE, '--raw', '-o', 'x.png'], says: /--raw/, rule: { all: true } },
  { args: ['gradcam', NET, 'five.png', ...MADE, '--json', '-o', '-'], says: /-o/, rule: { add: 0 } },
  {
    args: ['gradcam', NET, 'five.png', ...MADE, '--class', '9'],
    says: /a number/,
    rule: (fix, args) => [...args.slice(0, -1), /to (\d+)/.exec(fix)![1]],
  },
  {
    args: ['gradcam', NET, 'five.png', ...MADE, '--class', 'cta', '--labels', 'l.txt'],
    files: { 'l.txt': 'cat\ndog\nemu\n' },
    says: /did you mean/,
    rule: { meant: 'cta' },
  },
  {
    args: ['gradcam', NET, 'five.png', ...MADE, '--class', 'cat'],
    says: /--labels/,
    files: { l: 'cat\ndog\nemu\n' },
    rule: { add: 0 },
    fill: { FILE: 'l' },
  },
  {
    args: ['gradcam', NET, 'five.png', ...MADE, '--layer', 'flatten'],
    says: /layer|convolution/,
    rule: (_, args) => [...args.slice(0, -1), 'relu'],
  },
  {
    args: ['gradcam', 'conv edge3x3', 'five.png'],
    says: /flatten and linear/,
    rule: () => ['gradcam', NET, 'five.png', ...MADE],
  },
  {
    args: ['occlude', NET, 'a.npy', ...MADE, '--fill', 'gray'],
    files: { 'a.npy': npy([3, 5, 5], new Array(75).fill(0.5)) },
    says: /--fill/,
    rule: { add: 0 },
  },
  { args: ['top', MAPS, 'img', '--layer', 'conv', '-o', 'x.jpg'], says: /-o/, rule: { add: 0 } },
  { args: ['top', MAPS, 'img', '--layer', 'conv', '-o', '-', '--json'], says: /-o/, rule: { add: 0 } },
  {
    args: ['top', MAPS, '--layer', 'conv'],
    says: /cnnviz top/,
    rule: { line: 0 },
    fill: { NET: MAPS, 'photos/': 'img/' },
  },
  { args: ['compare', MAPS, MAPS, 'img'], says: /name a file/, rule: (_, args) => [...args.slice(0, -1), 'five.png'] },
  {
    args: ['animate', 'conv edge3x3 | relu', 'five.png', '--layer', 'relu'],
    says: /--layer/,
    rule: (_, args) => [...args.slice(0, -1), 'conv'],
  },
];

/** A pipe of one layer becomes what the fix quotes. */
function quoted(fix: string, args: readonly string[]): readonly string[] {
  return ['run', /"([^"]+)"/.exec(fix)![1], ...args.slice(2)];
}

testFixes(
  /^src\/(?:cli\/(?:network-job|class-command|run-(?:network|summary|filters|weights|compare|top|occlude|gradcam|ablate|saliency))|models\/(?!kernel|head)|api\/|stages\/(?!read-map|head|labelled|training|feature|image-features|place|draw|sweep|single|materials|preprocess)|studies\/(?:gradcam|occlude|top|class|field|animate|ablate))/,
  CASES,
  {},
);
