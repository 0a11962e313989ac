import type { FarmOrder } from '../../batch/farm/submit.js';
import { orderOf, type TakenOrder } from '../../cli/order.js';
import { timeoutOf } from '../../cli/run-many.js';
import { CnnvizError } from '../../core/errors.js';
import { commandText } from '../../core/text.js';
import type { Input } from '../../io/inputs.js';
import type { Product, ProductsOf } from '../../run/place.js';
import type { NetworkWork } from '../../run/run.js';

/** Commands that write files for each image. */
const FIT = ['conv', 'run', 'preprocess'] as const;

/** Flags that say how one process goes about it, or tells of it. */
const OF_ONE_PROCESS: Readonly<Record<string, string>> = {
  jobs: '--jobs',
  wide: '--wide',
  json: '--json',
  jsonl: '--jsonl',
  show: '--show',
  alt: '--alt',
  profile: '--profile',
  verbose: '--verbose',
  dryRun: '--dry-run',
};

/**
 * What a command behind -- asks for, checked as if it were typed.
 * @throws CnnvizError 'usage' for a command that is not done image by image, and as the command does
 */
export async function takeOrder(words: readonly string[], jobSize: number | null): Promise<FarmOrder> {
  refuseUnfit(words);
  const order = await orderOf(words);
  if (order === null) {
    throw new CnnvizError('nothing', `nothing to do: ${commandText(words)} works on no images`, {
      fix: 'name folders, lists or archives with images in them',
    });
  }
  refuseFlags(words, order.typed);
  const { task, inputs, flags } = order;
  return {
    words,
    task: { ...task, job: { ...task.job, output: { ...task.job.output, clobber: true } } } as TakenOrder['task'],
    inputs,
    products: order.products ?? (await productsOfRun(order)),
    timeoutMs: timeoutOf(flags),
    resume: flags.resume,
    skipExisting: flags.skipExisting,
    jobSize: jobSize ?? Math.min(MOST_IN_JOB, Math.ceil(inputs.length / FEWEST_JOBS)),
    folder: process.cwd(),
  };
}

/** What a worker that dies has to do again is little, and few images are something to do for several workers. */
const [MOST_IN_JOB, FEWEST_JOBS] = [100, 16];

function refuseUnfit(words: readonly string[]): void {
  const [name = ''] = words;
  if ((FIT as readonly string[]).includes(name)) return;
  if (name === '') {
    throw new CnnvizError('usage', 'farm submit: expected a command behind --', {
      fix: 'cnnviz farm submit -- conv photos/ -r -o maps/ --kernel edge3x3',
    });
  }
  throw new CnnvizError('usage', `farm submit: ${name} is not done image by image: expected ${FIT.join(', ')}`, {
    fix: 'for features: cnnviz farm submit -- run resnet18 photos/ -o features/ --layers avgpool --format parquet',
  });
}

function refuseFlags(words: readonly string[], typed: ReadonlySet<string>): void {
  const own = Object.keys(OF_ONE_PROCESS).find((key) => typed.has(key));
  if (own !== undefined) {
    throw new CnnvizError('usage', `farm submit: ${OF_ONE_PROCESS[own]} says how one process works, or tells of it`, {
      fix: own === 'jobs' || own === 'wide' ? 'give it to farm work' : 'leave it out',
    });
  }
  if (typed.has('shard')) {
    throw new CnnvizError('usage', 'farm submit: --shard divides what the queue divides', { fix: 'leave it out' });
  }
  if (typed.has('clobber')) {
    throw new CnnvizError(
      'usage',
      `${words[0]}: --no-clobber, and a worker may write a file twice: when another one died`,
      {
        fix: 'leave it out and name a new folder; --skip-existing leaves images alone whose outputs exist',
      },
    );
  }
}

/** Inputs that are tried: in a folder of files that are none, others say so. */
const TRIED = 16;

/** What a network writes is known when it has met an input. @throws CnnvizError 'usage' when no image is read */
async function productsOfRun({ task, materials, inputs, named, flags }: TakenOrder): Promise<ProductsOf> {
  if (task.kind !== 'run' || (named === 0 && flags.filesFrom.length === 0)) {
    throw new CnnvizError('usage', 'run: arrays for every input of a network are one run, not many', {
      fix: 'run it without a farm, or name images',
    });
  }
  let fault: unknown = null;
  for (const input of inputs.filter(({ unreadable }) => unreadable === undefined).slice(0, TRIED)) {
    try {
      return await productsFor(input, materials as NetworkWork, task.job);
    } catch (error) {
      if (!(error instanceof CnnvizError) || error.scope === 'command') throw error;
      fault ??= error;
    }
  }
  throw fault ?? new CnnvizError('nothing', 'run: none of the images can be read');
}

async function productsFor(
  input: Input,
  { runs, subject }: NetworkWork,
  job: Extract<TakenOrder['task'], { kind: 'run' }>['job'],
): Promise<readonly Product[]> {
  const { readSource } = await import('../../run/source.js');
  const { productsOfLayers } = await import('../../run/run.js');
  const source = await readSource(input, subject);
  return productsOfLayers(job, runs.for(source).chosen);
}
