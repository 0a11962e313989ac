import { parseWhole } from '../../cli/parse.js';
import { plural } from '../../core/geometry.js';
import { tensor } from '../../core/tensor.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { encodePng } from '../../io/encode.js';
import { writeNpy } from '../../models/npy.js';
import { type AblatedChannel, type AblationFill, type AblationResult, ablate, channelBars } from './ablate-study.js';
import { type ClassCommand, type ClassFlags, openClassCommand, reportClass } from './class-command.js';
import { noteOf } from './class-map.js';
import { classLine, shareWords } from './class-words.js';

interface AblateFlags extends ClassFlags {
  readonly layer: string;
  readonly fill: AblationFill;
  readonly count: string;
}

/** `cnnviz ablate`: how a class's score falls when a channel is gone. */
export async function runAblate(network: string, image: string, flags: AblateFlags): Promise<void> {
  const count = parseWhole('--count', flags.count, 1);
  const command = await openClassCommand('ablate', network, image, flags);
  const { breathe, bar, subject, wantsNumbers } = command;
  const found = await ablate(subject, flags.class ?? null, flags.layer, flags.fill, breathe).finally(() => bar.stop());
  const { class: one, layer, shape, channels, notes } = found;
  const ranked = [...channels].sort((a, b) => Math.abs(b.fall) - Math.abs(a.fall) || a.channel - b.channel);
  const shown = ranked.slice(0, count);
  const untouched = channels.filter(({ fall }) => fall === 0).length;
  const words = flags.fill === '0' ? 'zero' : 'its mean';
  const lines = [
    classLine(one, command.job.request.init !== null),
    `  ${layer} [${shape.join(', ')}]: each of ${groupDigits(channels.length)} channels set to ${words}, one at a time`,
    ...tableOf(shown, one.score),
    ...(untouched > 0 ? [`  ${plural(untouched, 'channel')} without any effect`] : []),
  ];
  await reportClass('ablate', command, flags, {
    lines,
    notes,
    document: { class: one, layer, shape, fill: flags.fill, channels: ranked },
    file: () => {
      const falls = Float32Array.from(channels, ({ fall }) => fall);
      return wantsNumbers
        ? Promise.resolve(writeNpy(tensor(falls, [falls.length])))
        : draw(command, found, shown, words);
    },
  });
}

function tableOf(channels: readonly AblatedChannel[], score: number): string[] {
  const cells = channels.map(({ channel, fall, score: left, probability }) => [
    `channel ${channel}`,
    `${fall >= 0 ? 'falls' : 'rises'} by ${formatNumber(Math.abs(fall))}`,
    `${formatNumber(score)} → ${formatNumber(left)}`,
    shareWords(probability),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map(
    (row) => `  ${row.map((cell, c) => (c === 3 ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join('   ')}`,
  );
}

function draw(
  { job, subject }: ClassCommand,
  { class: one, layer, network, channels, fill }: AblationResult,
  shown: readonly AblatedChannel[],
  words: string,
): Promise<Uint8Array> {
  const bars = shown.map(({ channel, fall, probability }) => ({
    label: `channel ${channel}`,
    value: fall,
    detail: shareWords(probability),
  }));
  const facts = `${network}${job.request.init === null ? '' : ', made-up weights'}; fall of the score ${formatNumber(one.score)} ${Number.isNaN(one.probability) ? '' : `(${shareWords(one.probability)}) `}when a channel is set to ${words}; ${shown.length} of ${channels.length}, largest first`;
  const image = channelBars(bars, `${one.label}: channels of ${layer}`, facts);
  const falls = shown.map(({ fall }) => fall);
  const scale = { lo: Math.min(0, ...falls), hi: Math.max(0, ...falls) };
  const args = ['--class', String(one.index), '--layer', layer, '--fill', fill, '--count', String(shown.length)];
  return encodePng(image, JSON.stringify(noteOf(job, subject.source, 'bars', scale, 'ablate', args)));
}
