import type { DifferingValue, FileComparison } from '../core/check-result.js';
import { groupDigits } from '../core/format.js';
import { VERSION } from '../core/version.js';
import { changeWords, distanceWords, largestWords, placeWords, valuesRecord } from './check.js';
import type { Style } from './text.js';

const COLOURS = ['red', 'green', 'blue'];

/** Two files, in words: that they are the same, or where they part first. */
export function describeDiff(comparison: FileComparison, style: Style): string[] {
  const { status, values, reason, dtype, shape, notes } = comparison;
  const lines: string[] = [];
  if (reason !== null) lines.push(` ${style.warn('differ')}   ${reason}`);
  else if (values?.first) {
    const { first, differing, total } = values;
    const change = changeWords(first, dtype);
    const grey = comparison.compared === 'pixels' && shape[0] === 1 ? 'grey ' : '';
    lines.push(
      ` ${style.warn('differ')}   first at ${placeIn(comparison, first)}: ${grey}${change}   (${groupDigits(differing)} of ${groupDigits(total)} values)`,
      style.dim(`          ${[distanceWords(first), ...largestWords(values, dtype)].join('; ')}`),
    );
  } else if (values) {
    const what =
      status === 'identical' ? 'identical' : `the same within the tolerance (${values.tolerated} differ by less)`;
    lines.push(` ${what}   ${groupDigits(values.total)} values, ${shapeWords(comparison)}`);
  }
  return [...lines, ...notes.map((note) => ` ${style.dim(`note: ${note}`)}`)];
}

/** "red, (12, 7)" of a coloured picture, "(12, 7)" of a grey one, "channel 0, (12, 7)" of an array */
function placeIn({ compared, shape }: FileComparison, { place }: DifferingValue): string {
  if (compared !== 'pixels') return placeWords(place);
  const at = `(${place.x ?? 0}, ${place.y ?? 0})`;
  return shape[0] === 1 ? at : `${COLOURS[place.channel]}, ${at}`;
}

function shapeWords({ compared, shape, dtype }: FileComparison): string {
  if (compared !== 'pixels')
    return `[${shape.join(', ')}] ${dtype}${compared === 'map' ? ' on the scale of the map' : ''}`;
  const [channels, height, width] = shape;
  return `${width}×${height} ${channels === 1 ? 'grey' : 'RGB'}, ${dtype === 'uint8' ? 8 : 16} bits`;
}

/** Files of two folders: what differs or stands alone, and the sum. */
export function describeFolders(files: readonly FileComparison[], style: Style): string[] {
  const lines = files.flatMap((file) => {
    if (file.status === 'only in the first') return [` ${style.warn('only')}     ${style.strong(file.a)}`];
    if (file.status === 'only in the second') return [` ${style.warn('only')}     ${style.strong(file.b)}`];
    if (file.status !== 'different') return [];
    return [` ${style.strong(file.b)}`, ...describeDiff(file, style)];
  });
  const count = (...among: string[]) => groupDigits(files.filter(({ status }) => among.includes(status)).length);
  const alone = count('only in the first', 'only in the second');
  lines.push(
    ` ${count('different')} differ, ${count('identical', 'within tolerance')} the same, ${alone} on one side only`,
  );
  return lines;
}

/** The document of `diff --json`. */
export function diffJson(files: readonly FileComparison[]): string {
  const same = files.every(({ status }) => status === 'identical' || status === 'within tolerance');
  const results = files.map(({ values, ...file }) => ({ ...file, values: values && valuesRecord(values) }));
  return JSON.stringify({ cnnviz: VERSION, command: 'diff', same, results }, null, 2);
}
