import { npy } from './fixes/arrays.js';
import { type FixCase, testFixes } from './fixes/follow.js';
import { PARTS } from './fixes/parts.js';

const IN_PARTS = ['conv', 'img', '-k', 'edge3x3', '--format', 'npz'];

const CASES: readonly FixCase[] = [
  { args: ['preprocess'], says: /cnnviz preprocess/, rule: { line: 0 } },
  { args: ['preprocess', 'photo.jpg', '--pixels', '255'], says: /--pixels/, rule: { leave: 0 } },
  { args: ['preprocess', 'photo.jpg', '--pixels', '255'], says: /--preset/, rule: { add: 1 } },
  { args: ['preprocess', 'photo.jpg', '--gray'], says: /--normalize/, rule: { add: 1 } },
  { args: ['preprocess', 'photo.jpg', '-o', 'x.png'], says: /--audit/, rule: { add: 1 } },
  { args: ['preprocess', 'photo.jpg', '-o', 'x.png'], says: /-o/, rule: { add: 0 }, fill: { FILE: 'x' } },
  { args: ['preprocess', 'photo.jpg', '--audit', '-o', 'x.npy'], says: /-o/, rule: { add: 0 }, fill: { FILE: 'x' } },
  { args: ['preprocess', 'photo.jpg', '--audit', '-o', 'x.npy'], says: /--audit/, rule: { leave: 1 } },
  {
    args: ['preprocess', 'a.npy'],
    files: { 'a.npy': npy([1, 3, 3], new Array(9).fill(0.5)) },
    says: /cnnviz conv/,
    rule: () => ['conv', 'a.npy', '-k', 'edge3x3'],
  },
  { args: ['preprocess', 'photo.jpg', '--format', 'png'], says: /--audit/, rule: { add: 0 } },
  {
    args: ['preprocess', 'photo.jpg', '--format', 'npy', '--audit'],
    says: /keep one/,
    rule: (_, args) => args.slice(0, -1),
  },
  {
    args: ['conv', 'img', '-k', 'edge3x3', '-o', 'out/', '--part-size', '2'],
    says: /--format npz/,
    rule: (_, args) => [...args, '--format', 'npz'],
  },
  { args: IN_PARTS, says: /-o FOLDER/, rule: { add: 0 }, fill: { FOLDER: 'out' } },
  {
    args: [...IN_PARTS, '-o', 'out/', '--show'],
    says: /keep one/,
    rule: (_, args) => args.slice(0, -1),
  },
  {
    args: ['conv', 'five.png', 'img/five.png', '-k', 'edge3x3', '--format', 'npz', '-o', 'out/'],
    says: /--format parquet/,
    rule: (_, args) => args.map((arg) => (arg === 'npz' ? 'parquet' : arg)),
  },
  {
    args: ['run', 'conv edge3x3 | relu', 'img', '--layers', 'conv,relu', '--format', 'parquet', '-o', 'out/'],
    says: /--layers/,
    rule: (_, args) => args.map((arg) => (arg === 'conv,relu' ? 'relu' : arg)),
  },
];

testFixes(PARTS.many, CASES, {
  'src/batch/parts/npz.ts: rename one of the inputs, or give each its files: --format npy':
    'names are checked before: this is for names that an operating system tells apart',
  'src/batch/parts/parquet.ts: use --format npz, which keeps every array as it is':
    'needs an array of float64, or of 16 million numbers',
  'src/batch/parts/read-beside.ts: take --format npz, which leaves it where it is':
    'needs an archive with a text of more than a megabyte in it',
  'src/io/places/stored-files.ts: choose another place with -o: s3://BUCKET/FOLDER/':
    'needs a bucket: test/batch/buckets.test.ts has one',
});
