import { describe, expect, it } from 'vitest';
import {
  parseActivation,
  parseBias,
  parseByteCount,
  parseColour,
  parseKernels,
  parseNormalize,
  parseNumber,
  parsePadding,
  parsePair,
  parsePatch,
  parsePixelCount,
  parsePool,
  parsePosition,
  parseScale,
  parseShape,
  parseSize,
  parseWhole,
} from '../../src/cli/parse.js';
import { CnnvizError } from '../../src/core/errors.js';

/** What a text is read as; what is wrong with it and what to do, where it is refused. */
function read(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    return `${error.code}: ${error.message} / ${error.fix ?? ''}`;
  }
}

const whole = (text: string) => parseWhole('--n', text, 1);
const number = (text: string) => parseNumber('--n', text);
const pair = (text: string) => parsePair('--stride', text);
const size = (text: string) => parseSize('--resize', text);
const shape = (text: string) => parseShape('--input', text, ['C', 'H', 'W']);
const position = (text: string) => parsePosition('--at', text);
const bytes = (text: string) => parseByteCount('--max-bytes', text);
const patch = (text: string) => parsePatch(text, 'dot' as never);
const pool = (kind: string, kernelSize: number[], stride: number[], sigma: number[] | null = null) => ({
  kind,
  kernelSize,
  stride,
  pads: [0, 0, 0, 0],
  sigma,
});

describe('what is typed is read as', () => {
  it.each<[(text: string) => unknown, string, unknown]>([
    [whole, '1', 1],
    [whole, ' 12 ', 12],
    [number, '-1.5', -1.5],
    [number, '−1.5', -1.5],
    [number, '–.5', -0.5],
    [number, '1e-3', 0.001],
    [pair, '2', [2, 2]],
    [pair, '2,3', [2, 3]],
    [pair, '2x3', [2, 3]],
    [pair, '2×3', [2, 3]],
    [size, '64', [64, 64]],
    [size, '48,64', [48, 64]],
    [size, '64x64', [64, 64]],
    [parsePadding, 'SAME', 'same'],
    [parsePadding, '0', 0],
    [parsePadding, '1,2', [1, 2]],
    [parsePadding, '1,2,3,4', [1, 2, 3, 4]],
    [patch, '0,1,2,3', { kind: 'patch', rect: { x: 0, y: 1, width: 2, height: 3 }, image: null, mode: 'dot' }],
    [
      patch,
      '4,5,6,7@a@b.png',
      { kind: 'patch', rect: { x: 4, y: 5, width: 6, height: 7 }, image: 'a@b.png', mode: 'dot' },
    ],
    [parseBias, '-0.25', { kind: 'number', value: -0.25 }],
    [parseBias, '−1', { kind: 'number', value: -1 }],
    [parseBias, 'p99.5', { kind: 'percentile', percent: 99.5 }],
    [parseBias, 'p100', { kind: 'percentile', percent: 100 }],
    [parseBias, 'fire:1%', { kind: 'fire', percent: 1 }],
    [parseBias, 'b.NPY', { kind: 'file', path: 'b.NPY' }],
    [parseActivation, 'ReLU', { name: 'relu', parameter: null }],
    [parseActivation, 'leaky_relu:0.01', { name: 'leaky_relu', parameter: 0.01 }],
    [parsePool, 'max', pool('max', [2, 2], [2, 2])],
    [parsePool, 'max:3', pool('max', [3, 3], [3, 3])],
    [parsePool, 'avg:3:2', pool('avg', [3, 3], [2, 2])],
    [parsePool, 'MaxPool2d:2x3:1', pool('max', [2, 3], [1, 1])],
    [parsePool, 'gauss:5:2', pool('gauss', [5, 5], [2, 2])],
    [parsePool, 'gauss:5:2:0.5', pool('gauss', [5, 5], [2, 2], [0.5, 0.5])],
    [parsePool, 'gauss:5:2:0.5x1', pool('gauss', [5, 5], [2, 2], [0.5, 1])],
    [parseScale, 'Auto', { kind: 'auto' }],
    [parseScale, 'MinMax', { kind: 'minmax' }],
    [parseScale, '-1,1', { kind: 'fixed', lo: -1, hi: 1 }],
    [parseScale, '−1,0', { kind: 'fixed', lo: -1, hi: 0 }],
    [parseScale, 'p1,p99.5', { kind: 'percentiles', lo: 1, hi: 99.5 }],
    [parseScale, 'p0,p100', { kind: 'percentiles', lo: 0, hi: 100 }],
    [parseNormalize, '0.5/0.25', { mean: [0.5], std: [0.25] }],
    [parseNormalize, '0.5,0.4/1,-2', { mean: [0.5, 0.4], std: [1, -2] }],
    [parseNormalize, 'ImageNet', { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }],
    [parseColour, 'White', '#ffffff'],
    [parseColour, 'fC0', '#ffcc00'],
    [parseColour, '#12aB9f', '#12ab9f'],
    [parsePixelCount, '100', 100],
    [parsePixelCount, '100e6', 100e6],
    [parsePixelCount, '1.5M', 1.5e6],
    [parsePixelCount, '2 MP', 2e6],
    [bytes, '1', 1],
    [bytes, '500MB', 500e6],
    [bytes, '4G', 4e9],
    [bytes, '2k', 2000],
    [bytes, '2e3', 2000],
    [shape, '3,4,5', [3, 4, 5]],
    [shape, '3x4x5', [3, 4, 5]],
    [position, '188,42', { x: 188, y: 42 }],
    [position, '(0, 7)', { x: 0, y: 7 }],
    [position, '3x4', { x: 3, y: 4 }],
    [parseKernels, 'sobel-x', [{ kind: 'builtin', name: 'sobel-x' }]],
    [
      parseKernels,
      'sobel-x, box3',
      [
        { kind: 'builtin', name: 'sobel-x' },
        { kind: 'builtin', name: 'box3' },
      ],
    ],
    [
      parseKernels,
      'k.npy,box3',
      [
        { kind: 'file', path: 'k.npy' },
        { kind: 'builtin', name: 'box3' },
      ],
    ],
    [parseKernels, 'my own.csv', [{ kind: 'file', path: 'my own.csv' }]],
    [parseKernels, '1 0; 0 -1', [{ kind: 'inline', text: '1 0; 0 -1' }]],
    [parseKernels, '1,nan', [{ kind: 'inline', text: '1,nan' }]],
  ])('%o "%s"', (parse, text, value) => {
    expect(read(() => parse(text))).toEqual(value);
  });
});

describe('what is typed is refused with what was meant', () => {
  it.each<[(text: string) => unknown, string, RegExp]>([
    [whole, '0', /--n: expected a whole number from 1, got "0" \/ $/],
    [whole, '1.5', /whole number/],
    [whole, '-1', /whole number/],
    [whole, '9007199254740993', /whole number/],
    [whole, '1,5', /did you mean --n 1\.5\?/],
    [number, '', /expected a number/],
    [number, 'Infinity', /expected a number/],
    [number, '0,5', /did you mean --n 0\.5\?/],
    [number, ',5', /did you mean --n 0\.5\?/],
    [number, '-,5', /did you mean --n -0\.5\?/],
    [number, '−3,25', /did you mean --n -3\.25\?/],
    [number, '+2,5', /did you mean --n \+2\.5\?/],
    [pair, '1,2,3', /n or height,width.*such as --stride 2/],
    [pair, '0', /from 1/],
    [size, '640x480', /height × width or width × height.*--resize 640,480 or --resize 480,640/],
    [parsePadding, '1,2,3', /whole numbers or a rule/],
    [parsePadding, '1,a', /whole numbers or a rule/],
    [parsePadding, '-1', /whole numbers or a rule/],
    [patch, '1,2,3', /x,y,width,height/],
    [patch, '1,2,0,3', /from 1/],
    [patch, '1,2,3,3@', /an image after @/],
    [parseBias, 'p101', /a percentage up to 100/],
    [parseBias, 'fire:100.5%', /a percentage up to 100/],
    [parseBias, '1e39', /a finite number/],
    [parseBias, '', /a finite number/],
    [parseBias, '0,5', /did you mean --bias 0\.5\?/],
    [parseBias, 'fire:0,5%', /did you mean --bias fire:0\.5%\?/],
    [parseBias, 'p99,5', /did you mean --bias p99\.5\?/],
    [parseBias, 'much', /p99 lets the strongest 1 % through/],
    [parseActivation, 'rleu', /did you mean relu\? one of relu, relu6/],
    [parseActivation, 'relu:1:2', /an activation.*\/ one of relu/],
    [parseActivation, 'elu:x', /expected a number, got "x"/],
    [parseActivation, 'elu:0,5', /did you mean --activation elu:0\.5\?/],
    [parsePool, '2', /did you mean --pool max:2\?/],
    [parsePool, 'max2', /did you mean --pool max:2\?/],
    [parsePool, 'mean:3', /did you mean --pool avg:3\?/],
    [parsePool, 'average', /did you mean --pool avg:2\?/],
    [parsePool, 'median', /such as max:2, avg:3:2/],
    [parsePool, '', /such as max:2, avg:3:2/],
    [parsePool, 'max:2:2:1', /no sigma but for gauss/],
    [parsePool, 'gauss:2:2:1:1', /max\|avg\|gauss/],
    [parsePool, 'gauss:3:3:0', /a number above 0/],
    [parsePool, 'gauss:3:3:1,0', /a number above 0/],
    [parsePool, 'gauss:3:3:1,1,1', /a number above 0/],
    [parseScale, '1', /a rule or two limits/],
    [parseScale, '1,', /a rule or two limits/],
    [parseScale, '1,1', /a lower limit below the upper one/],
    [parseScale, 'p1,99', /a rule or two limits/],
    [parseScale, 'p1,p101', /percentiles up to 100/],
    [parseNormalize, '0.5', /imagenet or MEAN\/STD/],
    [parseNormalize, '0.5/0', /a std other than 0.*\/ $/],
    [parseNormalize, '0,5/0,5', /a decimal point is a point/],
    [parseColour, '#ff', /a colour/],
    [parseColour, '#ffccgg', /a colour/],
    [parsePixelCount, '0', /a number of pixels/],
    [parsePixelCount, '1.5', /a number of pixels/],
    [parsePixelCount, 'many', /a number of pixels/],
    [bytes, '0', /--max-bytes: expected a number of bytes/],
    [bytes, '1T', /a number of bytes/],
    [shape, '3,4', /--input 3,4: expected C,H,W.*--input 3,480,640/],
    [shape, '3,0,5', /whole numbers from 1/],
    [shape, '3,1.5,5', /whole numbers from 1/],
    [position, '1', /expected x,y, got "1"/],
    [position, '1,2,3', /expected x,y/],
    [position, '-1,2', /--at 188,42/],
  ])('%o "%s"', (parse, text, words) => {
    expect(read(() => parse(text))).toMatch(words);
    expect(read(() => parse(text))).toMatch(/^usage: /);
  });
});
