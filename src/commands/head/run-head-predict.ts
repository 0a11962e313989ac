import { EXIT } from '../../cli/exit.js';
import { collectInputs, type InputFlags, nothingToDo } from '../../cli/input-flags.js';
import { parseWhole } from '../../cli/parse.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import { predictImages } from './apply-head.js';
import { type HeadFlags, headJob } from './head-job.js';
import { type PredictionRecord, predictionLine, predictionRecord, predictionsJson } from './head-report.js';

interface HeadPredictFlags extends HeadFlags, InputFlags {
  readonly top?: string;
  readonly json: boolean;
  readonly jsonl: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** `cnnviz head predict`: the likeliest classes of each image; exits with 1 when an image failed. */
export async function runHeadPredict(path: string, images: readonly string[], flags: HeadPredictFlags): Promise<void> {
  const { json, jsonl } = flags;
  if (json && jsonl)
    throw new CnnvizError('usage', '--json and --jsonl exclude each other', { fix: 'keep one of them' });
  const job = headJob(path, flags);
  const top = flags.top === undefined ? null : parseWhole('--top', flags.top, 1);
  const terminal = await openTerminal({ quiet: flags.quiet, verbose: flags.verbose, reserveStdout: json || jsonl });
  const inputs = await collectInputs(images, flags, 'cnnviz head predict my.head photo.jpg');
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(images, flags);
  }
  const width = inputs.reduce((most, { path }) => Math.max(most, Math.min(60, [...path].length)), 0);
  const bar = terminal.progress(inputs.length);
  const records: PredictionRecord[] = [];
  const warnings: string[] = [];
  const warn = (text: string): void => {
    warnings.push(text);
    terminal.note(`note: ${text}`);
  };
  let [done, failed] = [0, 0];
  try {
    for await (const outcome of predictImages(job, inputs, top, warn)) {
      done++;
      if (outcome.error) {
        failed++;
        terminal.fail(outcome.error);
      } else if (!json && !jsonl) terminal.print(predictionLine(outcome.prediction, width, terminal.style));
      if (json) records.push(outcome);
      if (jsonl) await terminal.send(new TextEncoder().encode(`${JSON.stringify(predictionRecord(outcome))}\n`));
      bar.update(done, failed);
    }
  } finally {
    bar.stop();
  }
  if (json) await terminal.send(new TextEncoder().encode(`${predictionsJson(path, records, warnings)}\n`));
  process.exitCode = failed > 0 ? EXIT.failed : EXIT.done;
}
