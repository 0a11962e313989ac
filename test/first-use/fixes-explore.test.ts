import { readFileSync } from 'node:fs';
import { ROOT } from '../architecture/project.js';
import { model, node, value } from '../models/onnx/writer.js';
import { npy } from './fixes/arrays.js';
import { type FixCase, testFixes } from './fixes/follow.js';
import { PARTS } from './fixes/parts.js';

const SEVEN = { 'seven.png': readFileSync(`${ROOT}fixtures/images/digits/7.png`) };
const TRAINED = readFileSync(`${ROOT}models/digits.safetensors`);
const LENET = ['lenet5', '--init', 'seed:1'];
/** x and b [1, 3, 5, 5] → their sum. */
const SUM = model({
  inputs: [value('x', 1, [1, 3, 5, 5]), value('b', 1, [1, 3, 5, 5])],
  nodes: [node('Add', ['x', 'b'], ['y'])],
});
/** Whole numbers [1, 1, 2, 2] → their negatives. */
const WHOLE = model({ inputs: [value('x', 6, [1, 1, 2, 2])], nodes: [node('Neg', ['x'], ['y'])] });
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i / count);
const RUN = /cnnviz run/;

const CASES: readonly FixCase[] = [
  {
    args: ['explore', '-k', 'edge3x3'],
    says: /photo\.jpg --kernel/,
    rule: () => ['explore', 'photo.jpg', '-k', 'edge3x3'],
  },
  {
    args: ['explore', '--checkpoint', 'w.safetensors'],
    says: /cnnviz explore digits/,
    rule: { line: 0 },
    fill: { FILE: 'w.safetensors' },
    files: { 'w.safetensors': TRAINED },
  },
  {
    args: ['explore', 'digits', 'lenet5', 'seven.png', '--checkpoint', 'w.safetensors'],
    says: /leave one of them out/,
    rule: () => ['explore', 'digits', 'seven.png', '--checkpoint', 'w.safetensors'],
    files: { ...SEVEN, 'w.safetensors': TRAINED },
  },
  { args: ['explore', 'five.png', '-k', 'edge3x3', '--layers', 'all'], says: /leave it out/, rule: { leave: 0 } },
  {
    args: ['explore', 'digits', 'seven.png', '--checkpoint', 'none'],
    says: /cnnviz train/,
    rule: () => ['train', 'digits', '--data', 'digits:1', '--epochs', '1', '--checkpoints', 'none/'],
    files: { ...SEVEN, 'none/read.me': '' },
    about: ['train'],
  },
  {
    args: ['explore', 'digits', 'seven.png', '--checkpoint', 'many'],
    says: /each with --checkpoint/,
    rule: () => ['explore', 'digits', 'seven.png', '--checkpoint', 'many/0.safetensors'],
    files: { ...SEVEN, ...Object.fromEntries(numbers(201).map((_, i) => [`many/${i}.safetensors`, TRAINED])) },
  },
  { args: ['explore', 'digits', '--serve', '-o', 'x.html'], says: /keep one/, rule: { leave: 0 } },
  {
    args: ['explore', 'digits', '--open', '-o', '-'],
    says: /-o FILE/,
    rule: () => ['explore', 'digits', '-o', 'x.html'],
  },
  { args: ['explore', ...LENET, 'photo.jpg', '--max-size', '100k'], says: /--max-size/, rule: { add: 2 } },
  {
    args: ['explore', 'sum.onnx', 'five.png'],
    says: RUN,
    rule: () => ['run', 'sum.onnx', '--input', 'x=x.npy', '--input', 'b=x.npy'],
    files: { 'sum.onnx': SUM, 'x.npy': npy([1, 3, 5, 5], numbers(75)) },
    about: ['run'],
  },
  {
    args: ['explore', 'conv edge3x3 | relu', 'two.npy'],
    says: RUN,
    rule: () => ['run', 'conv edge3x3 | relu', 'two.npy'],
    files: { 'two.npy': npy([2, 1, 5, 5], numbers(50)) },
    about: ['run'],
  },
  {
    args: ['explore', 'whole.onnx', 'x.npy'],
    says: RUN,
    rule: () => ['run', 'whole.onnx', 'x.npy'],
    files: {
      'whole.onnx': WHOLE,
      'x.npy': Buffer.concat([
        Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]),
        Buffer.from(`${"{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1, 2, 2), }".padEnd(117)}\n`),
        Buffer.from(new Int32Array([1, 2, 3, 4]).buffer),
      ]),
    },
    about: ['run'],
  },
  {
    args: ['explore', 'photo.jpg', '-k', 'sobel'],
    says: /-k/,
    rule: () => ['explore', 'photo.jpg', '-k', 'sobel-x', '-k', 'sobel-y'],
  },
  { args: ['explore', ...LENET], says: /photo\.jpg/, rule: () => ['explore', ...LENET, 'five.png'] },
  { args: ['explore', 'five.png', 'photo.jpg', '-k', 'edge3x3'], says: /--gray/, rule: { add: 0 } },
];

const PAGE = 'a page says it: test/explorer/edits.test.ts and questions.test.ts ask its engine';

testFixes(PARTS.explore, CASES, {
  'src/commands/explore/explore-answer.ts: add --serve': 'it serves until Ctrl-C: test/explorer/serve.test.ts',
  'src/io/web/serve-page.ts: leave --port out: a free one is found':
    'it serves until Ctrl-C: test/explorer/serve.test.ts',
  'src/explorer/engine/class-picture.ts: make it without --layers': PAGE,
  'src/explorer/engine/edited-model.ts: did you mean …?': PAGE,
  'src/explorer/engine/open-engine.ts: did you mean …?': PAGE,
  'src/explorer/worker.ts: is cnnviz explore --serve still running? start it again, and open the address it prints':
    PAGE,
});
