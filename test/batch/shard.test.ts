import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseShard, shardOf } from '../../src/batch/shard.js';

const lists = fc
  .uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 })
  .map((paths) => paths.map((path) => ({ path })));
const counts = fc.integer({ min: 1, max: 12 });

describe('shards', () => {
  it('are disjoint and together everything, their sizes differ by one at most', () => {
    fc.assert(
      fc.property(lists, counts, (inputs, count) => {
        const shards = Array.from({ length: count }, (_, i) => shardOf(inputs, { index: i + 1, count }));
        const paths = shards.flat().map(({ path }) => path);
        expect(paths.sort()).toEqual(inputs.map(({ path }) => path).sort());
        const sizes = shards.map((shard) => shard.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
      { seed: 1 },
    );
  });

  it('do not depend on the order in which a machine lists its files', () => {
    fc.assert(
      fc.property(lists, counts, (inputs, count) => {
        expect(shardOf([...inputs].reverse(), { index: 1, count })).toEqual(shardOf(inputs, { index: 1, count }));
      }),
      { seed: 2 },
    );
  });
});

describe('--shard', () => {
  it('counts from 1', () => {
    expect(parseShard('2/8', {})).toEqual({ index: 2, count: 8 });
  });

  it.each(['0/4', '5/4', '1/0', '1', '1/', 'a/b', '-1/4', '1.5/4', ''])('refuses "%s"', (text) => {
    expect(() => parseShard(text, {})).toThrow('--shard: expected i/n');
  });

  it.each([
    ['SLURM from 0', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '0' }, 4, 4],
    [
      'SLURM in steps',
      {
        SLURM_ARRAY_TASK_ID: '5',
        SLURM_ARRAY_TASK_COUNT: '4',
        SLURM_ARRAY_TASK_MIN: '1',
        SLURM_ARRAY_TASK_STEP: '2',
      },
      3,
      4,
    ],
    ['Kubernetes', { JOB_COMPLETION_INDEX: '0', CNNVIZ_SHARD_COUNT: '16' }, 1, 16],
    ['AWS Batch', { AWS_BATCH_JOB_ARRAY_INDEX: '9', AWS_BATCH_JOB_ARRAY_SIZE: '10' }, 10, 10],
    ['Cloud Run', { CLOUD_RUN_TASK_INDEX: '1', CLOUD_RUN_TASK_COUNT: '2' }, 2, 2],
  ])('auto reads the variables of %s', (_, env, index, count) => {
    expect(parseShard('auto', env)).toEqual({ index, count });
  });

  it.each([
    ['no runner', {}, 'no runner says which task this is'],
    ['a count that is not told', { JOB_COMPLETION_INDEX: '0' }, 'not of how many'],
    [
      'gaps',
      { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '2', SLURM_ARRAY_TASK_MIN: '1' },
      'is 7, which is none of 2',
    ],
    ['a word', { CLOUD_RUN_TASK_INDEX: 'one', CLOUD_RUN_TASK_COUNT: '2' }, 'is "one", not a whole number'],
  ])('auto refuses %s', (_, env, words) => {
    expect(() => parseShard('auto', env)).toThrow(words);
  });
});
