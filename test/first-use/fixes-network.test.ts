import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { builtinShapes } from '../../src/models/networks/recognize/shapes.js';
import { ROOT } from '../architecture/project.js';
import { model, node, value } from '../models/onnx/writer.js';
import { npy, safetensors } from './fixes/arrays.js';
import { type FixCase, testFixes } from './fixes/follow.js';
import { PARTS } from './fixes/parts.js';

const NET = 'conv out_channels=2 kernel_size=3 | relu | flatten | linear out_features=3';
const MADE = ['--init', 'seed:1'];
const MAPS = 'conv edge3x3 | relu';
const LENET = readFileSync(`${ROOT}fixtures/models/onnx/lenet-16.onnx`);
const ZIP = readFileSync(`${ROOT}fixtures/models/weights/stored.npz`);
const RELUS = new Array(2001).fill('relu').join(' | ');
/** x and b [1, 3, 5, 5] → their sum → three scores. */
const SUM = model({
  inputs: [value('x', 1, [1, 3, 5, 5]), value('b', 1, [1, 3, 5, 5])],
  nodes: [
    node('Add', ['x', 'b'], ['sum']),
    node('GlobalAveragePool', ['sum'], ['pool']),
    node('Flatten', ['pool'], ['y']),
  ],
});
const CONV1 = '  (conv1): Conv2d(3, 2, kernel_size=(3, 3), stride=(1, 1))';
const CONV2 = '  (conv2): Conv2d(2, 2, kernel_size=(1, 1), stride=(1, 1))';
const PRINTED = `Net(\n${CONV1}\n${CONV2}\n)\n`;
const SEQUENTIAL = 'Sequential(\n  (0): ReLU()\n)\n';
const SHAPES = { 'conv.weight': [2, 3, 3, 3], 'conv.bias': [2], 'linear.weight': [3, 18], 'linear.bias': [3] };
/** The weights of `NET` for `five.png`; the first number of one array is NaN. */
const nanIn = (array: string) =>
  safetensors(SHAPES, (name, i) => (name === array && i === 0 ? Number.NaN : 0.01 * (i + 1)));
const YAML = 'layers:\n  - {name: a, type: conv, kernel: edge3x3}\n  - {name: b, type: relu}\n';

const [CONV_16, LINEAR_96] = ['conv out_channels=16 kernel_size=3', 'flatten | linear out_features=96'];

const CASES: readonly FixCase[] = [
  { args: ['run', MAPS], says: /cnnviz run/, rule: { line: 0 }, fill: { NET: MAPS } },
  { args: ['run', NET, 'five.png'], says: /--init/, rule: { add: 1 } },
  { args: ['run', 'lenet5', 'five.png', '--resize', '32,32'], says: /--weights/, rule: { add: 1 } },
  { args: ['run', NET, 'five.png', '--init', 'x'], says: /--init/, rule: { add: 0 } },
  { args: ['run', NET, 'five.png', '--init', 'seed:1', '--weights', 'w.npz'], says: /keep one/, rule: { leave: 0 } },
  {
    args: ['run', MAPS, 'five.png', '--init', 'seed:1', '-o', 'x.npy', '--maps'],
    says: /keep one/,
    rule: { leave: 0 },
  },
  { args: ['run', MAPS, 'five.png', '--depth', '16'], says: /--maps/, rule: { add: 0 } },
  { args: ['run', MAPS, 'five.png', '--depth', '16'], says: /leave it out/, rule: (_, args) => args.slice(0, -2) },
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
  { args: ['run', 'conv_transpose', 'five.png', '--init', 'seed:1'], says: /such as/, rule: quoted },
  { args: ['run', `${CONV_16} | group_norm`, 'five.png', '--init', 'seed:1'], says: /such as/, rule: quotedLast },
  { args: ['run', `${LINEAR_96} | layer_norm`, 'five.png', '--init', 'seed:1'], says: /such as/, rule: quotedLast },
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
    args: ['run', MAPS, 'five.png', '--layers', 'con'],
    says: /did you mean/,
    rule: (fix, args) => [...args.slice(0, -1), /mean (\w+)/.exec(fix)![1]],
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
    rule: (_, args) => args.map((arg) => (arg === 'n.ymal' ? 'n.yaml' : arg)),
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
    args: ['run', 'm.onnx', '--input', 'inptu=a.npy'],
    files: { 'm.onnx': LENET, 'a.npy': npy([1, 1, 20, 20], new Array(400).fill(1)) },
    says: /did you mean|inputs/,
    rule: (fix, args) => args.map((arg) => arg.replace('inptu', /(?:mean|inputs:) (\w+)/.exec(fix)![1])),
  },
  {
    args: ['run', 'm.onnx', 'five.png', '--resize', '20,20', '--gray', ...MADE],
    files: { 'm.onnx': LENET },
    says: /--init/,
    rule: { leave: 1 },
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
  {
    args: ['run', 'alexnet', 'five.png', ...MADE, '--preset', 'none'],
    says: /larger image/,
    rule: (_, args) => [...args.slice(0, -1), 'imagenet'],
  },
  {
    args: ['run', 'n.yaml', 'five.png'],
    files: { 'n.yaml': `input: [3, 9, 9]\n${YAML}` },
    says: /--resize/,
    rule: { add: 0 },
  },
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
    args: ['filters', 'lenet5', ...MADE, '--layers', 'fc1'],
    says: /conv1/,
    rule: (_, args) => [...args.slice(0, -1), 'conv1'],
  },
  {
    args: ['weights', 'w.npy', '-o', 'x.npy'],
    files: { 'w.npy': npy([2], [1, 2]) },
    says: /--tensor/,
    rule: { add: 0 },
    fill: { NAME: 'w' },
  },
  {
    args: ['weights', 'kernels.npy', '--tensor', 'kernel', '-o', 'x.npy'],
    files: { 'kernels.npy': npy([2], [1, 2]) },
    says: /did you mean/,
    rule: (fix, args) => args.map((arg) => (arg === 'kernel' ? /mean (\w+)/.exec(fix)![1] : arg)),
  },
  {
    args: ['weights', 'w.npy', '--tensor', 'w', '-o', 'x.txt'],
    files: { 'w.npy': npy([2], [1, 2]) },
    says: /-o/,
    rule: { add: 0 },
    fill: { FILE: 'x' },
  },
  {
    args: ['weights', 'w.npz', '--tensor', 'repeats', '--json'],
    files: { 'w.npz': ZIP },
    says: /keep one/,
    rule: { leave: 0 },
  },
  { args: ['gradcam', NET, 'photo.jpg', ...MADE, '--raw', '-o', 'x.png'], says: /--raw/, rule: { all: true } },
  { args: ['gradcam', NET, 'five.png', ...MADE, '--json', '-o', '-'], says: /-o/, rule: { add: 0 } },
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
    files: { 'a.npy': npy([1, 3, 5, 5], new Array(75).fill(0.5)) },
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
    args: ['animate', 'relu', 'five.png', '--layer', 'relu'],
    says: /--layer/,
    rule: () => ['animate', MAPS, 'five.png', '--layer', 'conv'],
  },
  { args: ['gradcam', NET, 'five.png', ...MADE, '--layer', '*'], says: /--layer/, rule: { add: 0 } },
  {
    args: ['gradcam', 'relu | flatten | linear out_features=3', 'five.png', ...MADE],
    says: /--layer/,
    rule: (_, args) => [...args, '--layer', 'relu'],
  },
  {
    args: ['field', 'conv out_channels=1 kernel_size=2 padding=4', 'five.png', '--at', '0,0'],
    says: /--at/,
    rule: (_, args) => [...args.slice(0, -1), '5,5'],
  },
  {
    args: ['run', 'conv in_channels=7 out_channels=1 kernel_size=3', 'five.png', ...MADE],
    says: /leave it out/,
    rule: (_, args) => args.map((arg) => arg.replace('in_channels=7 ', '')),
  },
  {
    args: ['occlude', NET, 'a.npy', ...MADE],
    files: {
      'a.npy': npy([2, 3, 5, 5], new Array(150).fill(0.5)),
      'b.npy': npy([1, 3, 5, 5], new Array(75).fill(0.5)),
    },
    says: /one image/,
    rule: (_, args) => args.map((arg) => (arg === 'a.npy' ? 'b.npy' : arg)),
  },
  {
    args: ['run', 'conv edge3x3 padding=9 padding_mode=reflect', 'five.png'],
    says: /padding_mode=zeros/,
    rule: (fix, args) => args.map((arg) => arg.replace('padding_mode=reflect', /padding_mode=\w+/.exec(fix)![0])),
  },
  {
    args: ['run', 'conv gaussian5 | conv gaussian5', 'five.png'],
    says: /padding=same/,
    rule: (fix, args) => args.map((arg) => arg.replace(/gaussian5/g, `gaussian5 ${/padding=same/.exec(fix)![0]}`)),
  },
  {
    args: ['occlude', NET, 'five.png', ...MADE, '--size', '99'],
    says: /at most/,
    rule: (fix, args) => [...args.slice(0, -1), /(\d+)$/.exec(fix)![1]],
  },
  {
    args: ['run', 'two.txt', 'five.png'],
    files: { 'two.txt': SEQUENTIAL.repeat(2) },
    says: /keep one/,
    rule: async (_, args, cwd) => {
      await writeFile(`${cwd}/two.txt`, SEQUENTIAL);
      return args;
    },
  },
  { args: ['run', 'net.txt', 'five.png', ...MADE], files: { 'net.txt': PRINTED }, says: /./, rule: { add: 0 } },
  {
    args: ['run', 'alexnet@w.safetensors', 'photo.jpg'],
    files: { 'w.safetensors': safetensors(Object.fromEntries(builtinShapes('lenet5'))) },
    says: /looks like lenet5/,
    rule: { line: 0 },
  },
  {
    args: ['run', 'w.safetensors', 'photo.jpg'],
    files: { 'w.safetensors': safetensors({ ...Object.fromEntries(builtinShapes('lenet5')), 'gate.weight': [1] }) },
    says: /leave the rest out/,
    rule: { line: 0 },
  },
  {
    args: ['run', 'net', 'five.png', '--resize', '20,20', '--gray'],
    files: { 'net/m.onnx': LENET },
    says: /name the file/,
    rule: (fix, args) => args.map((arg) => (arg === 'net' ? /file: (\S+)/.exec(fix)![1] : arg)),
  },
  { args: ['gradcam', NET, 'five.png', ...MADE, '--class', '7'], says: /--class/, rule: { add: 0 } },
  {
    args: ['gradcam', NET, 'five.png', '--weights', 'w.safetensors'],
    files: { 'w.safetensors': nanIn('linear.bias') },
    says: /--class/,
    rule: { add: 0 },
  },
  {
    args: ['gradcam', NET, 'five.png', '--weights', 'w.safetensors', '--class', '0'],
    files: { 'w.safetensors': nanIn('linear.bias') },
    says: /cnnviz weights FILE/,
    rule: () => ['weights', 'w.safetensors'],
  },
  { args: ['animate', 'five.png', '-k', 'sobel'], says: /-k/, rule: { add: 0 } },
  { args: ['animate', 'five.png', '-k', 'sobel'], says: /-k/, rule: { add: 1 } },
  {
    args: ['run', MAPS, 'five.png', '--layers', '*[r]*e*l*u'],
    says: /brackets/,
    rule: (fix, args) => [...args.slice(0, -1), args.at(-1)!.replace('[r]', /: (\S) is/.exec(fix)![1])],
  },
  {
    args: ['run', NET, 'img/five.png', '--weights', 'five.png'],
    says: /comes last/,
    rule: { line: 0 },
    files: { 'w.safetensors': safetensors(SHAPES) },
    fill: { NET, WEIGHTS: 'w.safetensors' },
  },
  { args: ['run', NET, 'photo.jpg', '--weights', 'five.png'], says: /comes last/, rule: { line: 1 }, fill: { NET } },
  {
    args: ['compare', RELUS, RELUS, 'five.png'],
    before: ['a', 'b'].map((out) => ['run', RELUS, 'five.png', '--layers', 'relu', '--maps', '-o', out]),
    says: /diff/,
    about: ['run'],
    rule: () => ['diff', 'a/five.relu.0.png', 'b/five.relu.0.png'],
  },
  {
    args: ['saliency', 'sum.onnx', 'five.png'],
    files: { 'sum.onnx': SUM, 'b.npy': npy([1, 3, 5, 5], new Array(75).fill(0.5)) },
    says: /--input/,
    rule: { add: 0 },
    fill: { NAME: 'b', FILE: 'b' },
  },
];

/** A pipe of one layer becomes what the fix quotes. */
function quoted(fix: string, args: readonly string[]): readonly string[] {
  return ['run', /"([^"]+)"/.exec(fix)![1], ...args.slice(2)];
}

/** The last layer of a pipe does. */
function quotedLast(fix: string, args: readonly string[]): readonly string[] {
  return ['run', args[1].replace(/[^|]+$/, ` ${/"([^"]+)"/.exec(fix)![1]}`), ...args.slice(2)];
}

const DOCTOR = 'needs a network that is broken so: test/commands/doctor has twins that are';
const DUMPED = 'needs what other code kept: test/commands/network/compare-dumps.test.ts';
const DECLARED = 'needs an ONNX file that declares it: test/first-use/declared-inputs.test.ts';

testFixes(PARTS.network, CASES, {
  'src/analysis/doctor/double-softmax.ts: leave … out: return …, or the scores before it': DOCTOR,
  'src/analysis/doctor/explosion.ts: look at its numbers: cnnviz weights FILE, the row of …; a scale is wrong there, or the input is not what it was trained on':
    DOCTOR,
  'src/analysis/doctor/explosion.ts: a scale is wrong there; an image shows what becomes of it: cnnviz doctor NET photo.jpg':
    DOCTOR,
  'src/analysis/doctor/inputs.ts: --pixels unit': DOCTOR,
  "src/analysis/doctor/not-finite.ts: look at what arrives: --layers '…' of cnnviz run": DOCTOR,
  'src/analysis/doctor/saturated.ts: what arrives is too large: look at the range of the input (--pixels) and at the weights before it':
    DOCTOR,
  'src/analysis/doctor/statistics.ts: check how images are prepared: cnnviz preprocess NET IMAGE --audit': DOCTOR,
  'src/analysis/doctor/swapped.ts: --normalize …/…': DOCTOR,
  'src/cli/network-flags.ts: two numbers such as 0,4095, or auto': 'test/cli/images-in.test.ts gives ranges',
  'src/commands/layer/animate.ts: such as 0,0,4,3: four columns of three rows from the top left':
    'test/cli/images-in.test.ts and test/frozen give regions',
  "src/commands/network/compare-dumps.ts: name the files as the layers, which cnnviz summary lists, or as torch's modules":
    DUMPED,
  'src/analysis/prepare/network-input.ts: --size …': DECLARED,
  'src/analysis/prepare/channels-last.ts: leave --layout out': DECLARED,
  'src/analysis/prepare/network-input.ts: leave --layout out': DECLARED,
  'src/analysis/prepare/network-input.ts: leave --preset … out': DECLARED,
  'src/analysis/prepare/network-input.ts: leave --channels out, and --preset none in the place of one for colours':
    DECLARED,
  'src/analysis/prepare/network-input.ts: leave --size out': DECLARED,
  'src/analysis/prepare/network-input.ts: … in the place of --preset imagenet': DECLARED,
  'src/analysis/prepare/network-input.ts: leave --normalize out': DECLARED,
  'src/analysis/prepare/network-input.ts: leave --pixels out': DECLARED,
  'src/analysis/prepare/network-input.ts: …; or export it with channels first (tf2onnx: --inputs-as-nchw …)': DECLARED,
  'src/analysis/prepare/network-input.ts: leave --gray out': DECLARED,
  "src/models/networks/printed-model.ts: export the model: torch.onnx.export(model, x, 'model.onnx'), then: cnnviz run model.onnx":
    'needs PyTorch',
  'src/models/networks/builtin/index.ts: did you mean …?':
    'the command names files and pipes too; this is for the library',
  'src/analysis/class-gradient.ts: give arrays for the others: --input NAME=FILE.npy':
    'such a network is refused before, with a fix that is tried',
  'src/commands/layer/field-study.ts: --json gives the numbers without a picture': 'needs an input that is no picture',
});
