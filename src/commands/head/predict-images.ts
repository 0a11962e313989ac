import type { ValuesOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { collectInputs, type inputFlags, nothingToDo } from '../../cli/input-flags.js';
import type { CnnvizError } from '../../core/errors.js';
import { VERSION } from '../../core/version.js';
import type { Input } from '../../io/inputs.js';
import type { Style } from '../../reports/text.js';
import { type headFlags, headJob } from './head-flags.js';
import { answers, type HeadJob, openWithNetwork } from './open-head.js';

/** Names are set to the widest, up to this many letters. */
const WIDEST_NAME = 60;

/** `cnnviz head predict`, answered: the likeliest classes of each image, as they come. */
export async function predictAnswer(
  path: string,
  images: readonly string[],
  { top, ...flags }: ValuesOf<typeof headFlags & typeof inputFlags> & { readonly top: number },
  frame: Frame,
): Promise<Answer> {
  const job = headJob(path, flags, frame.jobs);
  const inputs = await collectInputs(images, flags, 'cnnviz head predict my.head photo.jpg');
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return {};
    throw nothingToDo(images, flags);
  }
  const width = inputs.reduce((most, input) => Math.max(most, Math.min(WIDEST_NAME, [...input.path].length)), 0);
  const { bar } = frame.progress(inputs.length);
  const results: object[] = [];
  const warnings: string[] = [];
  const warn = (text: string): void => {
    warnings.push(text);
    frame.terminal.note(`note: ${text}`);
  };
  let [done, failed] = [0, 0];
  let told = Promise.resolve();
  await predictImages(job, inputs, top, warn, (outcome) => {
    if (outcome.error) {
      failed++;
      frame.terminal.fail(outcome.error);
    } else done++;
    const line = outcome.prediction && predictionLine(outcome.prediction, width, frame.style);
    const record = predictionRecord(outcome);
    told = told.then(() => frame.report(line, () => record));
    // it is thrown where it is awaited
    told.catch(() => {});
    if (frame.json) results.push(record);
    bar.update(done + failed, failed);
  });
  await told;
  const document = () => ({ cnnviz: VERSION, command: frame.name, head: path, done, failed, results, warnings });
  return { document, ok: failed === 0 };
}

/** The likeliest classes of one image, best first. */
interface Prediction {
  readonly path: string;
  readonly top: readonly { readonly index: number; readonly label: string; readonly probability: number }[];
}

/** What comes of one image: its likeliest classes, or why there are none. */
type PredictionOutcome =
  | { readonly prediction: Prediction; readonly path: string; readonly error: null }
  | { readonly prediction: null; readonly path: string; readonly error: CnnvizError };

/** The `top` likeliest classes of each image, in the order of the images. */
async function predictImages(
  job: HeadJob,
  inputs: readonly Input[],
  top: number,
  warn: (text: string) => void,
  tell: (outcome: PredictionOutcome) => void,
): Promise<void> {
  const ready = await openWithNetwork(job, inputs);
  const { classes } = ready.head;
  await answers(ready, inputs, warn, ({ index, probabilities, error }) => {
    const { path } = inputs[index];
    if (error) tell({ prediction: null, path, error });
    else {
      const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a] || a - b);
      const best = order.slice(0, top);
      const ranked = best.map((k) => ({ index: k, label: classes[k], probability: probabilities[k] }));
      tell({ prediction: { path, top: ranked }, path, error: null });
    }
  });
}

/** "photos/a.jpg    97.2 % cat     2.1 % dog     0.7 % plane"; names are as wide as the widest path. */
function predictionLine({ path, top }: Prediction, width: number, style: Style): string {
  const [first, ...others] = top;
  const words = (probability: number) => probabilityWords(probability).padStart(7);
  const best = `${words(first.probability)} ${style.strong(first.label)}`;
  const rest = others.map(({ label, probability }) => style.dim(`${words(probability)} ${label}`));
  return ` ${path}${' '.repeat(Math.max(0, width - [...path].length))}  ${[best, ...rest].join('  ')}`;
}

function probabilityWords(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

/** One line of --jsonl, and one entry of --json: top has index, label and probability, best first. */
function predictionRecord({ path, prediction, error }: PredictionOutcome) {
  return {
    path,
    ok: error === null,
    error: error && { code: error.code, message: error.message, fix: error.fix ?? null },
    top: prediction?.top ?? null,
  };
}
