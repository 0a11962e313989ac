import { describe, expect, it } from 'vitest';
import * as text from '../../src/core/job.js';

describe('the values of a job as they are typed', () => {
  it.each<[string, string, string]>([
    ['one number for two sides that are equal', text.pairText([2, 2]), '2'],
    ['two sides', text.pairText([2, 3]), '2,3'],
    ['two sides where commas stand between values', text.pairName([2, 3]), '2x3'],
    ['one side there', text.pairName([3, 3]), '3'],
    ['padding by rule', text.paddingText('same'), 'same'],
    ['padding by number', text.paddingText(0), '0'],
    ['padding of each side', text.paddingText([1, 2, 3, 4]), '1,2,3,4'],
    ['a bias', text.biasText({ kind: 'number', value: -0.5 }), '-0.5'],
    ['a bias of a percentile', text.biasText({ kind: 'percentile', percent: 90 }), 'p90'],
    ['a bias by how much fires', text.biasText({ kind: 'fire', percent: 5 }), 'fire:5%'],
    ['a bias of a file', text.biasText({ kind: 'file', path: 'a/b.npy' }), 'a/b.npy'],
    ['a bias of a file without its folders', text.biasText({ kind: 'file', path: 'a/b.npy' }, () => 'b.npy'), 'b.npy'],
    ['an activation', text.activationText({ name: 'relu', parameter: null }), 'relu'],
    ['its parameter, zero too', text.activationText({ name: 'leaky_relu', parameter: 0 }), 'leaky_relu:0'],
    [
      'a pool',
      text.poolText({ kind: 'max', kernelSize: [3, 3], stride: [2, 1], pads: [0, 0, 0, 0], sigma: null }),
      'max:3:2,1',
    ],
    [
      'a pool with its sigma, where commas stand between values',
      text.poolText(
        { kind: 'gauss', kernelSize: [3, 2], stride: [2, 2], pads: [0, 0, 0, 0], sigma: [1, 0.5] },
        text.pairName,
      ),
      'gauss:3x2:2:1x0.5',
    ],
    ['a kernel by name', text.kernelText({ kind: 'builtin', name: 'sobel-x' }), 'sobel-x'],
    ['a kernel of numbers', text.kernelText({ kind: 'inline', text: '0 1' }), '0 1'],
    [
      'a kernel of a file without its folders',
      text.kernelText({ kind: 'file', path: 'a/k.npy' }, () => 'k.npy'),
      'k.npy',
    ],
    ['fixed ends', text.scaleText({ kind: 'fixed', lo: -1, hi: 2 }), '-1,2'],
    ['ends by percentile', text.scaleText({ kind: 'percentiles', lo: 1, hi: 99 }), 'p1,p99'],
    ['a rule', text.scaleText({ kind: 'minmax' }), 'minmax'],
    ['means and deviations', text.normalizeText({ mean: [0, 0.5], std: [1, 2] }), '0,0.5/1,2'],
  ])('%s', (_, typed, expected) => expect(typed).toBe(expected));

  it('a patch is its rectangle, with the image it comes from where that is another', () => {
    const rect = { x: 1, y: 2, width: 3, height: 4 };
    expect(text.kernelText({ kind: 'patch', rect, image: null, mode: 'raw' })).toBe('1,2,3,4');
    expect(text.kernelText({ kind: 'patch', rect, image: 'a/b.png', mode: 'raw' })).toBe('1,2,3,4@a/b.png');
  });
});
