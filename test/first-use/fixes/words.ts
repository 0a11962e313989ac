import { readFileSync } from 'node:fs';
import { IMAGES } from '../../cli/cnnviz.js';
import type { FixCase } from './follow.js';

const FIVE = readFileSync(`${IMAGES}five.png`);

/** Words in the wrong place, names that are nearly right, and the demo's own. */
export const WORDS: readonly FixCase[] = [
  { args: ['conv', 'five.png', 'edge3x3'], says: /^cnnviz conv/, rule: { line: 0 } },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--stride', '2', '2'], says: /--stride 2,2/, rule: { line: 0 } },
  { args: ['conv', 'five.png', '-k', 'edge3x3', 'stride=2'], says: /--stride 2/, rule: { line: 0 } },
  {
    args: ['explain', 'edge3x3', '--at', '1,1'],
    says: /--kernel/,
    rule: () => ['explain', 'five.png', '-k', 'edge3x3'],
  },
  { args: ['fiv.png'], says: /did you mean cnnviz five\.png/, rule: () => ['five.png'] },
  { args: ['help', 'kernel'], says: /did you mean kernels/, rule: () => ['help', 'kernels'] },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--bias', '-0,5'],
    says: /--bias/,
    rule: (fix, args) => [...args.slice(0, -2), `--bias=${/-0\.5/.exec(fix)![0]}`],
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--pool', 'max2'],
    says: /did you mean --pool/,
    rule: (fix, args) => [...args.slice(0, -1), /--pool (\S+)\?/.exec(fix)![1]],
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--stride', '1,2,3'],
    says: /such as --stride 2,/,
    rule: (fix, args) => [...args.slice(0, -1), /--stride (\d),/.exec(fix)![1]],
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--max-bytes', 'x'],
    says: /such as/,
    rule: (fix, args) => [...args.slice(0, -1), /such as (\w+)/.exec(fix)![1]],
  },
  { args: ['demo', '-o', 'five.png'], says: /-o five\//, rule: { add: 0 } },
  {
    args: ['demo', '-o', '.'],
    files: { 'rocket.jpg': 'not the photograph' },
    says: /another folder/,
    rule: { line: 0 },
  },
  {
    args: ['explain', 'conv edge3x3 | relu', 'five.png', '--layer', 'conv,relu', '--at', '1,1'],
    says: /--layer conv/,
    rule: { add: 0 },
  },
  {
    args: ['sweep', 'five.png', '-k', 'edge3x3', '--bias', '0,-0,5'],
    says: /decimal point/,
    rule: (_, args) => [...args.slice(0, -2), '--bias=0,-0.5'],
  },
  {
    args: ['preprocess', 'd.png', '--preset', 'mnist', '--crop', '20', '-o', 'x.npy'],
    files: { 'd.png': readFileSync(`${IMAGES}digits/5.png`) },
    says: /leave --resize and --crop out/,
    rule: (_, args) => [...args.slice(0, 4), ...args.slice(6)],
  },
  { args: ['demo', 'out'], says: /cnnviz demo -o out/, rule: { line: 0 } },
  {
    args: ['conv', 'five.png', '-k', 'gausian'],
    says: /did you mean gaussian3 or gaussian5/,
    rule: (fix, args) => [...args.slice(0, -1), /mean (\w+)/.exec(fix)![1]],
  },
  {
    args: ['conv', 'five.png', '-k', 'blur'],
    says: /did you mean/,
    rule: (fix, args) => [...args.slice(0, -1), /mean (\w+)/.exec(fix)![1]],
  },
  {
    args: ['conv', 'five.png', '-k', 'bars17.png'],
    files: { 'bars17.png': FIVE },
    says: /cut one out of it/,
    rule: () => ['conv', 'five.png', '--patch', '0,0,3,3@bars17.png'],
  },
  {
    args: ['conv', 'five.png', '-k', 'sobel', '--groups', '3', '--rgb'],
    says: /leave --groups out/,
    rule: { leave: 0 },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '-o', '{name}.png'],
    says: /another place/,
    rule: (_, args) => [...args.slice(0, -1), 'maps/'],
  },
  {
    args: ['conv', 'five.edge3x3.png', 'five.png', '-k', 'edge3x3'],
    files: { 'five.edge3x3.png': FIVE },
    says: /-o maps\//,
    rule: { add: 0 },
  },
  {
    args: ['preprocess', 'photo.jpg', '--preset', 'none', '--gray', '--channels', 'bgr'],
    says: /^leave --channels out/,
    rule: { leave: 0 },
  },
  {
    args: ['preprocess', 'photo.jpg', '--preset', 'caffe', '--gray'],
    says: /^leave --gray out/,
    rule: () => ['preprocess', 'photo.jpg', '--preset', 'none', '--gray'],
  },
  {
    args: ['preprocess', 'photo.jpg', '--preset', 'none', '--fit', 'crop'],
    says: /HEIGHT,WIDTH/,
    rule: (_, args) => [...args, '--resize', '640,640'],
  },
  {
    args: ['preprocess', 'photo.jpg', '--fit', 'crop', '--resize', '64'],
    says: /says the size/,
    rule: (_, args) => [...args.slice(0, -1), '64,64'],
  },
];
