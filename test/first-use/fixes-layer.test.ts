import { readFileSync, writeFileSync } from 'node:fs';
import { IMAGES } from '../cli/cnnviz.js';
import { npy } from './fixes/arrays.js';
import { type FixCase, testFixes } from './fixes/follow.js';
import { GET_CASES } from './fixes/get-cases.js';
import { PARTS } from './fixes/parts.js';
import { WORDS } from './fixes/words.js';

/** A kernel larger than five.png. */
const KERNEL_7 = new Array(7).fill('1 0 0 0 0 0 -1').join('; ');

const FIVE = readFileSync(`${IMAGES}five.png`);

const CASES: readonly FixCase[] = [
  ...WORDS,
  ...GET_CASES,
  {
    args: ['filters', 'lenet5', '--init', 'seed:1', '--layers', 'conv1,conv2', '-o', 'x-{name}.png'],
    says: /-o/,
    rule: { add: 0 },
    fill: { FOLDER: 'sheets' },
  },
  { args: ['conv', 'five.png'], says: /--kernel/, rule: { add: 0 } },
  { args: ['conv', 'photo.jpg'], says: /--patch/, rule: { add: 1 }, fill: { 'x,y,width,height': '210,140,70,70' } },
  { args: ['conv', '-k', 'edge3x3'], says: /cnnviz conv/, rule: { line: 0 } },
  { args: ['conv', 'photo.jpg', '--patch', '1,2'], says: /--patch/, rule: { add: 0 } },
  { args: ['conv', 'five.png', '--patch', '0,0,3,3@photo.jpg'], says: /--rgb/, rule: (_, args) => [...args, '--rgb'] },
  {
    args: ['explain', 'conv edge3x3', 'five.png', '--rgb'],
    says: /channels it reads/,
    rule: (_, args) => args.slice(0, -1),
  },
  ...['profile', 'profile=profile.png'].map((flag) => ({
    args: ['conv', 'five.png', '-k', 'edge3x3', '--profile=x.bmp'],
    says: /--profile for the table, --profile=profile\.png/,
    rule: (_: string, args: readonly string[]) => [...args.slice(0, -1), `--${flag}`],
  })),
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--page', '2'], says: /--page/, rule: { leave: 0 } },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--relu', '--activation', 'tanh'],
    says: /keep one/,
    rule: { leave: 0 },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--pixels', '255', '--normalize', 'imagenet', '--rgb'],
    says: /--pixels/,
    rule: { leave: 0 },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--depth', '16', '--colormap', 'viridis'],
    says: /--colormap/,
    rule: { leave: 0 },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--depth', '16', '--colormap', 'viridis'],
    says: /--colormap/,
    rule: { leave: 1 },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--depth', '16', '--sheet'],
    says: /--sheet/,
    rule: (_, args) => args.filter((arg) => arg !== '--depth' && arg !== '16'),
  },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '-o', 'x.txt'], says: /-o/, rule: { add: 0 }, fill: { FILE: 'x' } },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '-o', 'x.txt'], says: /-o/, rule: { add: 1 }, fill: { FILE: 'x' } },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '-o', 'x.txt'], says: /-o/, rule: { add: 2 }, fill: { FILE: 'x' } },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '-o', 'x.txt'], says: /-o/, rule: { add: 3 }, fill: { FOLDER: 'out' } },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '-o', 'x.png', '--format', 'npy'],
    says: /keep one/,
    rule: { leave: 0 },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--strip', '--height', '300'],
    says: /--width/,
    rule: { add: 0 },
    fill: { PX: '900' },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--strip', '--width', '300', '--font-size', '40'],
    says: /--font-size/,
    rule: { add: 0 },
  },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--theme', 'dark'], says: /--strip/, rule: { add: 0 } },
  { args: ['conv', 'five.png', '-k', 'edeg3x3'], says: /did you mean/, rule: { meant: 'edeg3x3' } },
  { args: ['conv', 'five.png', '-k', 'zzzzzzzz'], says: /cnnviz kernels/, rule: { line: 0 } },
  { args: ['conv', 'five.png', '-k', KERNEL_7], says: /--padding same/, rule: { add: 0 } },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '-k', 'sobel-x', '-o', 'x.png'], says: /-o/, rule: { add: 0 } },
  { args: ['conv', 'img', '-k', 'edge3x3', '-o', 'x.png'], says: /-o/, rule: { add: 0 } },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '-o', 'five.png'],
    says: /another place/,
    rule: (_, args) => [...args.slice(0, -1), 'out/'],
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '-o', 'x.png', '--no-clobber'],
    before: [['conv', 'five.png', '-k', 'edge3x3', '-o', 'x.png']],
    says: /--no-clobber/,
    rule: { leave: 1 },
  },
  {
    args: ['conv', 'five.png', 'photo.jpg', '-k', 'edge3x3', '-o', 'out/x{map}.png'],
    says: /template/,
    rule: { add: 0 },
  },
  { args: ['conv', '.', '-r', '-k', 'edge3x3', '-o', 'out/{name}.png'], says: /template/, rule: { add: 0 } },
  {
    args: ['conv', 'five.png', 'img/five.png', '-k', 'edge3x3', '-o', 'out'],
    says: /folder above/,
    rule: () => ['conv', '.', '-r', '-k', 'edge3x3', '-o', 'out'],
  },
  { args: ['conv', 'deep', '-k', 'edge3x3'], says: /-r/, rule: { add: 0 } },
  {
    args: ['conv', 'deep/x', '-r', '-k', 'edge3x3'],
    files: { 'deep/x/a.txt': '' },
    says: /--pass-with-no-inputs/,
    rule: { add: 0 },
  },
  { args: ['conv', 'fiev.png', '-k', 'edge3x3'], says: /did you mean/, rule: { meant: 'fiev.png' } },
  { args: ['conv', '-', '-', '-k', 'edge3x3'], says: /keep one -/, rule: (_, args) => args, reaches: 2 },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--json', '-o', '-'], says: /-o/, rule: { add: 0 } },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--json', '--jsonl'], says: /--jsonl/, rule: { leave: 0 } },
  { args: ['conv', 'five.png', '--kernl', 'edge3x3'], says: /did you mean/, rule: { meant: '--kernl' } },
  { args: ['covn', 'five.png', '-k', 'edge3x3'], says: /did you mean/, rule: { meant: 'covn' } },
  { args: ['sweep', 'five.png'], says: /--kernel/, rule: { add: 0 } },
  {
    args: ['sweep', 'five.png', '-k', 'edge3x3', '--relu', '--activation', 'tanh'],
    says: /--activation/,
    rule: (fix, args) => [...args.slice(0, 4), ...fix.split(' ').slice(0, 2)],
  },
  {
    args: ['sweep', 'five.png', '-k', 'edge3x3', '-o', 'x.npy'],
    says: /-o FILE/,
    rule: { add: 0 },
    fill: { FILE: 'x' },
  },
  {
    args: ['sweep', 'five.png', '-k', 'edge3x3', '--json', '-o', '-'],
    says: /-o sweep\.png/,
    rule: { add: 0 },
  },
  {
    args: ['gradcam', 'lenet5', '--init', 'seed:1', 'five.png', '--raw', '-o', 'x.png'],
    says: /--raw/,
    rule: { all: true },
  },
  { args: ['demo', '-o', '-'], says: /-o FOLDER/, rule: { add: 0 }, fill: { FOLDER: 'x' } },
  { args: ['explain', 'five.png', '-k', 'sobel'], says: /-k sobel-x, or -k sobel-y/, rule: { add: 0 } },
  {
    args: ['sweep', 'five.png', '-k', 'edge3x3', '--pool', 'max:2,avg:3', '--pool-size', '2'],
    says: /--pool-size/,
    rule: { all: true },
  },
  {
    args: ['sweep', 'five.png', '-k', 'edge3x3', '--bias', 'b.npy'],
    files: { 'b.npy': npy([1], [0.5]) },
    says: /cnnviz conv/,
    rule: (_, args) => ['conv', ...args.slice(1)],
  },
  {
    args: ['sweep', 'five.png', '-k', 'edge3x3', '--stride', '1,,2'],
    says: /such as/,
    rule: (fix, args) => [...args.slice(0, -1), /such as ([\d,]+\d)/.exec(fix)![1]],
  },
  {
    args: ['plan', 'five.png', '--input', '3,9,9', '-k', 'edge3x3'],
    says: /one of the two/,
    rule: (_, args) => args.filter((arg) => arg !== 'five.png'),
  },
  { args: ['plan'], says: /cnnviz plan/, rule: { line: 0 } },
  { args: ['plan'], says: /cnnviz plan/, rule: { line: 1 } },
  { args: ['plan', '--weight', '4,1,3,3'], says: /./, rule: { line: 0 } },
  {
    args: ['plan', 'five.png', '--weight', '4,1,3,3'],
    says: /--kernel/,
    rule: (_, args) => [...args.slice(0, 2), '-k', 'edge3x3'],
  },
  {
    args: ['plan', '--input', '3,9'],
    says: /--input 3,480,640/,
    rule: (fix) => ['plan', ...fix.split(' '), '-k', 'edge3x3'],
  },
  {
    args: ['plan', '--input', '3,480,640', '--weight', '4'],
    says: /--weight/,
    rule: { add: 0 },
    fill: { '64,3,11,11': '64,3,11,11' },
  },
  {
    args: ['plan', '--input', '3,9,9', '--weight', '4,3,3,3', '-k', 'edge3x3'],
    says: /one of the two/,
    rule: { leave: 0 },
  },
  { args: ['kernels', 'edge3x3', 'sobel-x', '-o', 'x.npy'], says: /cnnviz kernels/, rule: { line: 0 } },
  { args: ['kernels', 'edeg3x3'], says: /did you mean/, rule: { meant: 'edeg3x3' } },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '-o', 'https://host/maps/'],
    says: /copy it from there/,
    rule: (_, args) => [...args.slice(0, -1), 'maps/'],
  },
  { args: ['explain', 'five.png'], says: /cnnviz explain/, rule: { line: 0 } },
  {
    args: ['explain', 'five.png', '-k', 'edge3x3', '--at', '5'],
    says: /--at/,
    rule: (fix, args) => args.map((arg) => (arg === '5' ? /--at (\S+)/.exec(fix)![1].replace('188,42', '1,1') : arg)),
  },
  {
    args: ['explain', 'five.png', '-k', 'edge3x3', '--at', '9,9'],
    says: /x from 0/,
    rule: (fix, args) =>
      args.map((arg) => (arg === '9,9' ? [...fix.matchAll(/to (\d)/g)].map(([, most]) => most).join() : arg)),
  },
  { args: ['explain', 'five.png', '-k', 'edge3x3', '--at', '1,1', '-o', '-', '--json'], says: /-o/, rule: { add: 0 } },
  { args: ['field', 'five.png', '-k', 'edge3x3', '--at', '1,1', '-o', '-', '--json'], says: /-o/, rule: { add: 0 } },
  {
    args: ['explain', 'conv edge3x3', 'five.png', '--at', '1,1', '--stride', '2'],
    says: /stride=2/,
    rule: (fix) => ['explain', /"(.*)"/.exec(fix)![1], 'five.png', '--at', '0,0'],
  },
  {
    args: ['explain', 'five.png', '-k', 'edge3x3', '--at', '1,1', '--preset', 'imagenet'],
    says: /leave it out/,
    rule: (_, args) => args.slice(0, -2),
  },
  { args: ['animate', 'five.png', '-k', 'edge3x3', '-o', '-', '--json'], says: /-o/, rule: { add: 0 } },
  { args: ['explain', 'five.png'], says: /cnnviz explain/, rule: { line: 1 } },
  { args: ['animate'], says: /cnnviz animate/, rule: { line: 0 } },
  { args: ['field', 'conv edge3x3'], says: /cnnviz field/, rule: { line: 1 } },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--zzz'],
    says: /--help/,
    rule: { line: 0 },
  },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--pool', 'zzz'], says: /such as/, rule: suchAs },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--scale', 'x'], says: /such as/, rule: suchAs },
  { args: ['conv', 'photo.jpg', '-k', 'edge3x3', '--normalize', 'x'], says: /such as/, rule: suchAs },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--background', 'x'], says: /such as/, rule: suchAs },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--max-pixels', 'x'], says: /such as/, rule: suchAs },
  {
    args: ['conv', 'photo.jpg', '-k', 'edge3x3', '--gray', '--normalize', '0.5,0.4,0.3/0.2,0.2,0.2'],
    says: /such as/,
    rule: suchAs,
  },
  {
    args: ['sweep', 'five.png', '-k', 'edge3x3', '--pool', 'max:2', '--pool-size', '2'],
    says: /keep one/,
    rule: (_, args) => args.slice(0, -2),
  },
  {
    args: ['explain', 'conv edge3x3 | flatten', 'five.png', '--at', '1,1'],
    says: /--channel 0/,
    rule: (fix, args) => [...args.slice(0, -2), ...fix.split(': ')[1].split(' ')],
  },
  { args: ['run', 'conv edge3x3 from=inpt', 'five.png'], says: /did you mean/, rule: { meant: 'inpt' } },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '-k', 'gaussian5', '-o', 'x.npy'],
    says: /--padding same/,
    rule: { add: 0 },
  },
  {
    args: ['sweep', 'five.png', '-k', 'k.npy', '--gray'],
    files: { 'k.npy': npy([2, 1, 3, 3], new Array(18).fill(1)) },
    says: /cnnviz conv/,
    rule: () => ['conv', 'five.png', '-k', 'k.npy', '--gray', '--sheet'],
  },
  {
    args: [
      'gradcam',
      'conv out_channels=2 kernel_size=3 | flatten | linear out_features=2',
      'five.png',
      '--init',
      'seed:1',
      '-o',
      'x.gif',
    ],
    says: /-o/,
    rule: { add: 0 },
    fill: { FILE: 'x' },
  },
  {
    args: ['explain', 'five.png', '-k', 'edge3x3', '--at', '1,1', '-o', 'x.gif'],
    says: /-o/,
    rule: { add: 0 },
    fill: { FILE: 'x' },
  },
  {
    args: ['explain', 'five.png', '-k', 'edge3x3', '--at', '1,1', '-o', 'x.gif'],
    says: /-o/,
    rule: { add: 1 },
    fill: { FOLDER: 'x' },
  },
  {
    args: ['conv', `${'n'.repeat(250)}.png`, '-k', 'edge3x3', '--padding', 'same', '--padding-mode', 'replicate'],
    files: { [`${'n'.repeat(250)}.png`]: FIVE },
    says: /template/,
    rule: (fix, args) => [...args, '-o', /-o '([^']+)'/.exec(fix)![1].replace('{name}', 'short')],
  },
  { args: ['conv', 'photo.jpg', '-k', 'edge3x3', '--zzz'], says: /conv --help/, rule: { line: 0 } },
  { args: ['head', 'train', '--zzz'], says: /head train --help/, rule: { line: 0 } },
  { args: ['--zzz'], says: /cnnviz --help/, rule: () => ['--help'] },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--padding', '9', '--padding-mode', 'reflect'],
    says: /--padding-mode/,
    rule: { add: 0 },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--padding', '9', '--padding-mode', 'circular'],
    says: /at most 5 rows/,
    rule: (fix, args) => args.map((arg) => (arg === '9' ? /most (\d+)/.exec(fix)![1] : arg)),
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--padding', '9', '--padding-mode', 'reflect'],
    says: /at most 4 rows/,
    rule: (fix, args) => args.map((arg) => (arg === '9' ? /most (\d+)/.exec(fix)![1] : arg)),
  },
  {
    args: ['conv', 'five.png', '--patch', '3,3,9,9'],
    says: /at most 5/,
    rule: (_, args) => [...args.slice(0, -1), '0,0,5,5'],
  },
  {
    args: ['conv', 'five.png', '-k', '1 0 -1; 1 0'],
    says: /rows/,
    rule: (fix, args) => [...args.slice(0, -1), /: "([^"]+)"/.exec(fix)![1]],
  },
  {
    args: ['conv', 'five.png', '-k', 'j.json'],
    files: { 'j.json': '{"x": 1}' },
    says: /\[\[/,
    rule: async (fix, args, cwd) => {
      writeFileSync(`${cwd}/j.json`, fix.split(' or {')[0]);
      return args;
    },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--activation', 'foo'],
    says: /one of/,
    rule: (fix, args) => [...args.slice(0, -1), /one of (\w+)/.exec(fix)![1]],
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--padding', 'x'],
    says: /full/,
    rule: (fix, args) => [...args.slice(0, -1), /(\w+)$/.exec(fix)![1]],
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--bias', 'x'],
    says: /p99/,
    rule: (fix, args) => [...args.slice(0, -1), fix.split(' ')[0]],
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--algorithm', 'x'],
    says: /algorithms:/,
    rule: (fix, args) => [...args.slice(0, -1), /: (\w+)/.exec(fix)![1]],
  },
  {
    args: ['explain', 'conv edge3x3', 'five.png', '--at', '0,0', '--channel', '7'],
    says: /to 0/,
    rule: (fix, args) => [...args.slice(0, -1), /to (\d+)/.exec(fix)![1]],
  },
];

/** The value that was refused, the last word of the command, becomes the one that the fix names. */
function suchAs(fix: string, args: readonly string[]): readonly string[] {
  return [...args.slice(0, -1), /such as ([^\s;]+?),?(?: |;|$)/.exec(fix)![1]];
}

const PART = 'words of a command line that is printed whole, as cases above have it';

testFixes(PARTS.layer, CASES, {
  'src/cli/frame.ts: keep one of them': 'needs a bucket: test/batch/buckets.test.ts has one',
  'src/layers/selecting/chosen.ts: every shape must be known before the run: look at layers before it with --layers':
    'needs a graph whose shapes come from numbers',
  'src/run/recognized.ts: leave --weights and --init out': 'needs a checkpoint that is told by its tensors',
  'src/engine/digit.ts: --background white shows dark ink on a transparent ground':
    'needs a transparent picture: test/cli/preprocess.test.ts makes one',
  'src/run/overview.ts: name an image, or leave --overview out': 'test/commands/network/run.test.ts runs a vector',
  'src/commands/get/get-answer.ts: leave --no-clobber out': 'fetches: test/cli/get.test.ts has a server',
  'src/cli/parse.ts: --bias ': PART,
  'src/cli/usage-error.ts: --kernel': PART,
  'src/cli/usage-error.ts: -o': PART,
  'src/engine/wasm/compile.ts: start node without --jitless (NODE_OPTIONS may hold it)':
    'needs a Node without WebAssembly: test/first-use/gigantic-sizes.test.ts starts one',
  'src/layers/infer.ts: add --input …=FILE.npy': 'the command asks for inputs before; this is for the library',
  'src/layers/infer.ts: did you mean …?': 'pipes and files are checked before; this is for graphs that are damaged',
  'src/layers/inputs.ts: … must be known before the run: a constant, or an input given with --input NAME=FILE.npy':
    'needs a graph whose shapes come from an input',
  'src/layers/activation.ts: leave the rest out': 'a flag takes one number; this is for the library',
  'src/engine/plan.ts: weights must be constants, or inputs given with --input NAME=FILE.npy':
    'needs a graph whose weights are an input',
});
