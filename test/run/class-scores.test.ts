import { describe, expect, it } from 'vitest';
import { classScores, findClass, rankClass } from '../../src/analysis/class-scores.js';
import { inferShapes } from '../../src/layers/infer.js';
import { bindNetwork, parsePipe } from '../../src/models/networks/index.js';

const SHAPE = [1, 3, 8, 8];

function shapedOf(pipe: string, shape = SHAPE) {
  const input = { dtype: 'float32' as const, shape };
  const { model } = bindNetwork(parsePipe(pipe), input, { kind: 'init', seed: 1 }, new Map());
  return inferShapes(model, new Map([['input', { ...input, value: null }]]));
}

const LABELS = ['tabby, tabby cat', 'tiger cat', 'tench', 'house finch', 'household'];
const scores = { value: 'flatten', count: 5, labels: LABELS };

describe('the scores of a network', () => {
  it('a softmax at the end is left out', () => {
    expect(classScores(shapedOf('adaptive_avg_pool 1 | flatten'), 'pipe', null)).toMatchObject({
      value: 'flatten',
      count: 3,
    });
    const withSoftmax = shapedOf('adaptive_avg_pool 1 | flatten | softmax dim=1');
    expect(classScores(withSoftmax, 'pipe', null).value).toBe('flatten');
    const alongOther = shapedOf('adaptive_avg_pool 1 | flatten | softmax dim=0');
    expect(classScores(alongOther, 'pipe', null).value).toBe('softmax');
  });

  it('networks without classes, several images and labels that do not fit are refused', () => {
    expect(() => classScores(shapedOf('relu'), 'pipe', null)).toThrow('pipe ends in [1, 3, 8, 8], not in classes');
    const two = shapedOf('adaptive_avg_pool 1 | flatten', [2, 3, 8, 8]);
    expect(() => classScores(two, 'pipe', null)).toThrow('expected one image, got an array of 2');
    const one = shapedOf('adaptive_avg_pool 1 | flatten');
    expect(() => classScores(one, 'pipe', ['a'])).toThrow('--labels: expected 3 names, one a line, got 1');
  });
});

describe('the class a user means', () => {
  it.each([
    ['0', 0],
    ['4', 4],
    ['tench', 2],
    ['TIGER', 1],
    ['tabby', 0],
    ['house f', 3],
  ])('%s', (text, index) => expect(findClass(text, scores)).toBe(index));

  it.each([
    ['5', 'the network has 5 classes, 0 … 4', undefined],
    ['tnech', 'no class is called that', 'did you mean tench?'],
    ['cat', 'no class is called that', 'classes with that in their name: tabby, tabby cat, tiger cat'],
    ['house', 'more than one class begins so', 'classes with that in their name: house finch, household'],
    ['', 'no class is called that', undefined],
  ])('%s is refused', (text, what, fix) => {
    expect(() => findClass(text, scores)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(what), ...(fix ? { fix } : {}) }),
    );
  });

  it('without names only numbers are classes', () => {
    expect(() => findClass('cat', { ...scores, labels: null })).toThrow("this network's classes have no names");
  });

  it('the best class, and the rank of another', () => {
    const numbers = Float32Array.from([1, 4, 2, 3, 0]);
    expect(rankClass(numbers, null, scores)).toMatchObject({ index: 1, rank: 1, of: 5, label: 'tiger cat' });
    expect(rankClass(numbers, 0, scores)).toMatchObject({ index: 0, rank: 4, score: 1 });
    expect(() => rankClass(new Float32Array(5).fill(Number.NaN), null, scores)).toThrow('is NaN');
  });
});
