import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import {
  bindNetwork,
  checkPrintedModel,
  looksLikePrintedModel,
  parsePrintedModel,
} from '../../src/models/networks/index.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');
const CONV1 = '(conv1): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))';
const CONV2 = '(conv2): Conv2d(6, 16, kernel_size=(5, 5), stride=(1, 1))';
const POOL = 'MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)';
const ENDS = ['(fc2): Linear(in_features=120, out_features=10, bias=True)'];
const FC1 = '(fc1): Linear(in_features=400, out_features=120, bias=True)';

const PADDED = '(conv): Conv2d(3, 6, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))';

function linear(features: number): string {
  return `(fc): Linear(in_features=${features}, out_features=2, bias=True)`;
}

function printed(lines: readonly string[], type = 'Net'): string {
  return `${type}(\n${lines.map((line) => `  ${line}\n`).join('')})\n`;
}

/** PyTorch's tutorial on CIFAR-10: one pool, used twice, and F.relu. */
const CIFAR = printed([CONV1, `(pool): ${POOL}`, CONV2, FC1, ...ENDS]);
/** pytorch/examples, mnist. */
const MNIST = printed([
  '(conv1): Conv2d(1, 32, kernel_size=(3, 3), stride=(1, 1))',
  '(conv2): Conv2d(32, 64, kernel_size=(3, 3), stride=(1, 1))',
  '(dropout1): Dropout(p=0.25, inplace=False)',
  '(dropout2): Dropout(p=0.5, inplace=False)',
  '(fc1): Linear(in_features=9216, out_features=128, bias=True)',
  '(fc2): Linear(in_features=128, out_features=10, bias=True)',
]);
/** F.max_pool2d after modules for every activation. */
const POOLS_HIDDEN = printed([CONV1, '(relu1): ReLU()', CONV2, '(relu2): ReLU()', FC1, '(relu3): ReLU()', ...ENDS]);
const WHOLE = printed([
  CONV1,
  '(relu1): ReLU()',
  `(pool1): ${POOL}`,
  CONV2,
  '(relu2): ReLU()',
  `(pool2): ${POOL}`,
  FC1,
  '(relu3): ReLU()',
  ...ENDS,
]);

/** "message — fix" of a refusal; "" when the text is taken. */
function refusal(text: string): string {
  try {
    checkPrintedModel(parsePrintedModel(text));
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(CnnvizError);
    return `${(error as CnnvizError).message} — ${(error as CnnvizError).fix}`;
  }
}

describe('the text of print(model) is refused when it cannot be the whole network', () => {
  it.each([
    [
      'a module used twice',
      CIFAR,
      'Net: fc1 reads 400 = 16·5·5 features: 1 pooling by 2 (as for an image of 32×32) and the activations between conv1 and conv2, conv2 and fc1, fc1 and fc2 are not in the text',
    ],
    [
      'functional everything',
      MNIST,
      'Net: fc1 reads 9216 = 64·12·12 features: 1 pooling by 2 (as for an image of 28×28) and the activations',
    ],
    [
      'a batch norm is no activation',
      printed([
        CONV1,
        '(bn): BatchNorm2d(6, eps=1e-05)',
        '(avg): AdaptiveAvgPool2d(output_size=1)',
        '(fc): Linear(in_features=6, out_features=2, bias=True)',
      ]),
      'the activation between conv1 and fc is not in the text',
    ],
    [
      'a pooling over the whole map',
      printed([CONV1, '(fc): Linear(in_features=6, out_features=2, bias=True)']),
      'a pooling over the whole map and the activation between conv1 and fc are not in the text',
    ],
    [
      'linear behind linear',
      printed([
        '(a): Linear(in_features=9, out_features=4, bias=True)',
        '(b): Linear(in_features=4, out_features=2, bias=True)',
      ]),
      'the activation between a and b',
    ],
    [
      '1×1 convolutions',
      printed([CONV1, '(conv2): Conv2d(6, 8, kernel_size=(1, 1), stride=(1, 1))']),
      'the activation between conv1 and conv2',
    ],
    [
      'a pool that is declared first',
      printed([`(pool): ${POOL}`, CONV1, '(relu): ReLU()', CONV2]),
      'pool stands before conv1',
    ],
    [
      'a pool that is declared last',
      printed([CONV1, '(relu): ReLU()', '(fc1): Linear(in_features=6, out_features=2, bias=True)', `(pool): ${POOL}`]),
      'pool stands behind fc1',
    ],
    [
      'a mean over the whole map in forward()',
      printed([PADDED, '(relu): ReLU()', `(pool): ${POOL}`, linear(6)]),
      'fc reads 6 = 6·1·1 features: a pooling over the whole map would explain them and is not in the text',
    ],
    ['a pooling by 2 in forward()', printed([PADDED, '(relu): ReLU()', linear(6 * 14 * 14)]), '1 pooling by 2'],
    [
      'a mean and a maximum side by side',
      printed([PADDED, '(relu): ReLU()', linear(2 * 6)]),
      'as it is printed no square image gives them',
    ],
    [
      'a sum with what comes in',
      printed([
        '(conv1): Sequential(',
        `  ${PADDED}`,
        '  (1): ReLU()',
        ')',
        '(res1): Sequential(',
        '  (0): Conv2d(6, 6, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))',
        '  (1): ReLU()',
        ')',
      ]),
      'res1 is called like a path beside others',
    ],
    ['a list', printed([CONV1, '(1): ReLU()'], 'ModuleList'), 'a ModuleList holds modules'],
    [
      'between two Sequentials',
      printed([
        '(a): Sequential(',
        '  (0): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))',
        ')',
        '(b): Sequential(',
        '  (0): Conv2d(6, 6, kernel_size=(5, 5), stride=(1, 1))',
        ')',
      ]),
      'the activation between a.0 and b.0',
    ],
  ])('%s', (_, text, words) => {
    expect(refusal(text)).toContain(words);
    expect(refusal(text)).toContain('torch.onnx.export');
    expect(refusal(text)).toContain('if the text is the whole network: --as-printed');
    expect(refusal(text)).not.toContain('--resize');
  });

  it.each([
    ['all is there', WHOLE],
    [
      'a Sequential runs as it is printed',
      printed(
        [
          '(0): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))',
          '(1): Conv2d(6, 6, kernel_size=(1, 1), stride=(1, 1))',
        ],
        'Sequential',
      ),
    ],
    [
      'so does one within a model',
      printed([
        '(a): Sequential(',
        '  (0): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))',
        '  (1): Conv2d(6, 6, kernel_size=(1, 1), stride=(1, 1))',
        ')',
      ]),
    ],
    ['one layer', printed([CONV1])],
    ['a size of image is unusual, but likely', printed([PADDED, '(relu): ReLU()', linear(6 * 50 * 50)])],
    [
      'an adaptive pooling brings maps of any size to theirs',
      printed([PADDED, '(relu): ReLU()', '(avg): AdaptiveAvgPool2d(output_size=(2, None))', linear(6 * 2 * 7)]),
    ],
    ['the image is flattened at once', printed(['(flat): Flatten(start_dim=1, end_dim=-1)', linear(784)])],
  ])('but not when %s', (_, text) => {
    expect(refusal(text)).toBe('');
  });

  it('hidden poolings are told where sizes do not fit, and before', () => {
    const spec = parsePrintedModel(POOLS_HIDDEN);
    expect(refusal(POOLS_HIDDEN)).toContain('2 poolings by 2 (as for an image of 32×32) would explain them');
    const bind = () => bindNetwork(spec, { dtype: 'float32', shape: [1, 3, 32, 32] }, { kind: 'none' }, new Map());
    expect(bind).toThrow('in_features is 400, but 9216 arrive');
    expect(bind).toThrow(expect.objectContaining({ fix: expect.stringMatching(/^2 poolings by 2 not in the text/) }));
  });

  it('another size of image is advised only where it fits', () => {
    const fixOf = (text: string, shape: number[]) => {
      try {
        bindNetwork(parsePrintedModel(text), { dtype: 'float32', shape }, { kind: 'none' }, new Map());
      } catch (error) {
        return (error as CnnvizError).fix;
      }
      return 'it fitted';
    };
    expect(fixOf(WHOLE, [1, 3, 30, 50])).toBe('the network is made for images of another size: --resize 32,32');
    expect(fixOf(WHOLE, [1, 3, 32, 32])).toBe('it fitted');
    const flat = printed(['(flat): Flatten(start_dim=1, end_dim=-1)', linear(784)]);
    expect(fixOf(flat, [1, 1, 30, 50])).toBe('the network is made for images of another size: --resize 28,28');
    expect(fixOf(flat, [1, 3, 30, 50])).toBe('the network is made for grey images: --gray --resize 28,28');
    const either = printed([PADDED, '(relu): ReLU()', linear(6 * 32 * 32)]);
    expect(fixOf(either, [1, 3, 64, 64])).toMatch(/--resize 32,32; or 1 pooling by 2 not in the text would explain it/);
    const wide = printed([PADDED, '(relu): ReLU()', linear(6 * 20 * 31)], 'Sequential');
    expect(fixOf(wide, [1, 3, 30, 50])).toMatch(/none of them square, such as --resize \d+,\d+$/);
    const contradiction = WHOLE.replace('in_features=120', 'in_features=84');
    expect(fixOf(contradiction, [1, 3, 32, 32])).toMatch(/^write all that forward\(\) calls as a network file/);
    expect(fixOf(WHOLE.replace('Conv2d(6, 16', 'Conv2d(8, 16'), [1, 3, 32, 32])).toMatch(/^write all that forward/);
  });

  it.each([
    ['Windows line ends', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a notebook', (text: string) => `Out[3]: ${text}`],
    ['a prompt', (text: string) => `>>> print(model)\n${text}>>> `],
    ['a log', (text: string) => `device: cpu\n2026-01-02 12:00 INFO root: ${text}Total params: 12\n`],
    ['a prefix of every line', (text: string) => text.replaceAll(/^(?=.)/gm, 'INFO:root:')],
  ])('it is found behind %s', (_, around) => {
    const text = around(WHOLE);
    expect(looksLikePrintedModel(text)).toBe(true);
    expect(parsePrintedModel(text).layers).toEqual(parsePrintedModel(WHOLE).layers);
  });

  it('two of them in one file are refused, with the line of the second', () => {
    expect(refusal(WHOLE + WHOLE)).toContain('line 12: a second model begins — keep one print(model) in the file');
    expect(looksLikePrintedModel('layers:\n  - conv: {kernel_size: 3}\n')).toBe(false);
  });

  it('the commands refuse it, and take it with --as-printed; the recipe says so', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'net.txt'), CIFAR);
      const run = ['run', 'net.txt', '--init', 'seed:1', FIVE, '--resize'];
      for (const size of ['32,32', '22,22']) {
        const { code, stderr } = await cnnviz([...run, size], { cwd });
        expect([code, stderr]).toEqual([2, expect.stringContaining('are not in the text')]);
        expect(stderr).not.toContain('another size');
      }
      // what PowerShell's > writes
      writeFileSync(join(cwd, 'wide.txt'), Buffer.from(`\ufeff${CIFAR}`, 'utf16le'));
      const wide = await cnnviz(['summary', 'wide.txt', '--size', '3,32,32'], { cwd });
      expect([wide.code, wide.stderr]).toEqual([2, expect.stringContaining('are not in the text')]);
      const taken = await cnnviz([...run, '22,22', '--as-printed', '--layers', 'conv1,output', '--maps'], { cwd });
      expect(taken.code).toBe(0);
      const [map] = readdirSync(cwd).filter((name) => name.includes('conv1'));
      const recipe = await cnnviz(['read', map, '--recipe'], { cwd });
      expect(recipe.stdout).toContain('--as-printed');
      const args = ['--as-printed', '--init', 'seed:1', '--size', '3,22,22'];
      await cnnviz(['filters', 'net.txt', ...args, '-o', 'f.png'], { cwd });
      await cnnviz(['summary', 'net.txt', ...args, '-o', 's.png'], { cwd });
      for (const picture of ['f.png', 's.png']) {
        const note = /"args":(\[.*?\])/.exec(readFileSync(join(cwd, picture), 'latin1'))![1];
        expect(JSON.parse(note).slice(1, 5)).toEqual(['net.txt', '--init', 'seed:1', '--as-printed']);
        expect(JSON.parse(note).slice(-2)).toEqual(['--size', '3,22,22']);
      }
    }));
});
