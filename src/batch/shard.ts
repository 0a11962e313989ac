import { CnnvizError } from '../core/errors.js';

/** One part of a batch: the `index`-th of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The variables in which runners say which task this is, and how many there are. */
interface Runner {
  readonly name: string;
  readonly index: string;
  /** Null where the runner does not say: it is given as CNNVIZ_SHARD_COUNT. */
  readonly count: string | null;
  /** The first index, and the step to the next. */
  readonly first: string | null;
  readonly step: string | null;
}

const COUNT = 'CNNVIZ_SHARD_COUNT';

/** More parts than any runner starts; a merge lists those that are absent. */
export const MOST_SHARDS = 1_000_000;

/**
 * Sources: slurm.schedmd.com/job_array.html; kubernetes.io, indexed-parallel-processing-static;
 * docs.aws.amazon.com/batch, job_env_vars; cloud.google.com/run, container-contract
 */
const RUNNERS: readonly Runner[] = [
  {
    name: 'SLURM',
    index: 'SLURM_ARRAY_TASK_ID',
    count: 'SLURM_ARRAY_TASK_COUNT',
    first: 'SLURM_ARRAY_TASK_MIN',
    step: 'SLURM_ARRAY_TASK_STEP',
  },
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX', count: null, first: null, step: null },
  {
    name: 'AWS Batch',
    index: 'AWS_BATCH_JOB_ARRAY_INDEX',
    count: 'AWS_BATCH_JOB_ARRAY_SIZE',
    first: null,
    step: null,
  },
  { name: 'Cloud Run', index: 'CLOUD_RUN_TASK_INDEX', count: 'CLOUD_RUN_TASK_COUNT', first: null, step: null },
];

type Environment = Readonly<Record<string, string | undefined>>;

/** i/n, or auto: what the runner's variables say. @throws CnnvizError 'usage' */
export function parseShard(text: string, env: Environment): Shard {
  if (text === 'auto') return shardOfRunner(env);
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  const [index, count] = match ? [Number(match[1]), Number(match[2])] : [0, 0];
  if (index < 1 || index > count || count > MOST_SHARDS) {
    throw new CnnvizError(
      'usage',
      `--shard: expected i/n with i from 1 to n, n at most ${MOST_SHARDS}, or auto, got "${text}"`,
      {
        fix: 'such as --shard 1/4 for the first quarter',
      },
    );
  }
  return { index, count };
}

function shardOfRunner(env: Environment): Shard {
  const runner = RUNNERS.find(({ index }) => env[index] !== undefined && env[index] !== '');
  if (runner === undefined) {
    throw new CnnvizError('usage', '--shard auto: no runner says which task this is', {
      fix: `it knows ${RUNNERS.map(({ name, index }) => `${name} (${index})`).join(', ')}; elsewhere say --shard i/n`,
    });
  }
  const countName = env[COUNT] !== undefined || runner.count === null ? COUNT : runner.count;
  if (env[countName] === undefined) {
    throw new CnnvizError('usage', `--shard auto: ${runner.name} says which task this is, but not of how many`, {
      fix: `set ${COUNT} to the number of tasks`,
    });
  }
  const count = wholeOf(env, countName);
  if (count > MOST_SHARDS) {
    throw new CnnvizError('usage', `--shard auto: ${countName} is ${count}: expected at most ${MOST_SHARDS}`);
  }
  const first = runner.first !== null && env[runner.first] !== undefined ? wholeOf(env, runner.first) : 0;
  const step = runner.step !== null && env[runner.step] !== undefined ? wholeOf(env, runner.step) : 1;
  const index = (wholeOf(env, runner.index) - first) / Math.max(1, step) + 1;
  if (!Number.isInteger(index) || index < 1 || index > count) {
    throw new CnnvizError(
      'usage',
      `--shard auto: ${runner.index} is ${env[runner.index]}, which is none of ${count} tasks in a row from ${first}`,
      { fix: 'number the tasks without gaps, or say --shard i/n' },
    );
  }
  return { index, count };
}

function wholeOf(env: Environment, name: string): number {
  const text = env[name]!;
  if (!/^\d{1,9}$/.test(text)) {
    throw new CnnvizError('usage', `--shard auto: ${name} is "${text}", not a whole number`);
  }
  return Number(text);
}

/**
 * A shard's part of a list: every count-th of it, so that neighbours (often alike in size) fall into different parts. The
 * parts are disjoint, together they are the list, and their sizes differ by one at most.
 */
export function partOf<T>(items: readonly T[], { index, count }: Shard): T[] {
  return items.filter((_, position) => position % count === index - 1);
}

/** A shard's inputs: its part of the paths in order of their code units. */
export function shardOf<T extends { readonly path: string }>(inputs: readonly T[], shard: Shard): T[] {
  const sorted = [...inputs].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return partOf(sorted, shard);
}
