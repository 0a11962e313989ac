import { altOfPreprocess } from '../../cli/alt.js';
import { type RecordStatus, recordHead } from '../../cli/batch-words.js';
import type { CnnvizError } from '../../core/errors.js';
import type { ChannelFacts, PreprocessResult } from '../../core/result.js';
import { formatNumber } from '../../core/text.js';
import { tableLines } from '../../reports/table.js';
import { type Style, wouldWrite, wroteWord } from '../../reports/text.js';
import type { PlannedPreprocess } from '../../run/preprocess-file.js';

const HEAD = ['step', 'size', 'channel', 'min', 'max', 'mean'];

/** What an image became: how it was prepared, each step with its size and values, what was written. */
export function describePreprocess(
  { input, preprocess, shape, steps, outputs }: PreprocessResult,
  style: Style,
): string[] {
  const name = input.path === '-' ? 'standard input' : input.path;
  const rows = steps.flatMap((step, number) => {
    const head = [`${number + 1} ${step.name}`, `${step.width}×${step.height}`];
    if (step.values.length === 0) return [[...head, '(only what the crop keeps is made)', '', '', '']];
    return step.values.map((channel, c) => [...(c === 0 ? head : ['', '']), ...channelCells(channel)]);
  });
  const look = { indent: 2, gap: 2, isLeft: (column: number) => column < 3, names: 2 };
  const [title, ...lines] = tableLines([HEAD, ...rows], look, style.columns);
  return [
    `${style.strong(name)}  ${input.width}×${input.height} ${input.colour} → ${preprocess}`,
    ...title.map(style.dim),
    ...lines.flat(),
    `  tensor [${shape.join(', ')}] float32`,
    ...outputs.filter(({ path }) => path !== '-').map((one) => `${wroteWord(one)} ${style.strong(one.path)}`),
  ];
}

/** What an image would become. */
export function describePlannedPreprocess(
  { input, preprocess, shape, outputs }: PlannedPreprocess,
  style: Style,
): string[] {
  const name = input.path === '-' ? 'standard input' : input.path;
  return [
    `${style.strong(name)}  ${input.width}×${input.height} → ${preprocess}`,
    `  tensor [${shape.join(', ')}] float32`,
    ...outputs.map((path) => wouldWrite(path, style)),
  ];
}

/** One image of many, on one line. */
export function briefPreprocess({ input, shape, steps, outputs }: PreprocessResult, style: Style): string {
  const { values } = steps[steps.length - 1];
  const lo = Math.min(...values.map(({ min }) => min));
  const hi = Math.max(...values.map(({ max }) => max));
  const size = `${input.width}×${input.height} → [${shape.join(', ')}]`;
  return `${input.path} → ${style.strong(outputs[0].path)}   ${size}   ${formatNumber(lo)} … ${formatNumber(hi)}`;
}

function channelCells({ name, min, max, mean }: ChannelFacts): string[] {
  return [name, formatNumber(min), formatNumber(max), formatNumber(mean, 4)];
}

/** What happened to one image: the same keys whether it worked or not. */
interface PreprocessRecord {
  readonly path: string;
  readonly result: PreprocessResult | null;
  readonly error: CnnvizError | null;
  readonly status?: RecordStatus;
}

/**
 * One image of `preprocess`: shape [C, H, W]; plan: sizes of original and resized image, and the area of the crop in the
 * latter; steps: name, width, height, channels, and name, min, max, mean of each channel.
 */
export function preprocessRecord({ result, ...record }: PreprocessRecord) {
  return {
    ...recordHead(record),
    input: result?.input ?? null,
    preprocess: result?.preprocess ?? null,
    shape: result?.shape ?? null,
    plan: result?.plan ?? null,
    steps: result?.steps ?? null,
    outputs: result?.outputs ?? null,
    alt: result && altOfPreprocess(result),
    warnings: result?.warnings ?? null,
  };
}
