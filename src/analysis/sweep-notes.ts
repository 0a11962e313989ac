import { SWEPT, type SweepCell, type SweptName } from '../core/sweep.js';

/** A cell with its numbers, for those comparisons that need them. */
export interface NotedCell {
  readonly cell: SweepCell;
  readonly values: Float32Array | null;
}

/** At most this many sentences of one kind. */
const MOST = 4;

/** What went unexpectedly in a sweep, in sentences: biases that change nothing, equal maps, cells that do not fit. */
export function sweepNotes(cells: readonly NotedCell[], varied: readonly SweptName[]): string[] {
  return [...idleBiases(cells, varied), ...refusals(cells)];
}

/** Biases that leave the same positions above zero, or the very same map. */
function idleBiases(cells: readonly NotedCell[], varied: readonly SweptName[]): string[] {
  if (!varied.includes('bias')) return [];
  const sentences = new Map<string, number>();
  const groups = groupsBut('bias', cells);
  for (const group of groups) {
    for (const run of equalRuns(group)) {
      const biases = listWords(run.map(({ cell }) => cell.parameters.bias));
      const { firing, count } = run[0].cell.map!.values;
      const identical = run.every(({ values }) => sameBits(values!, run[0].values!));
      const what =
        firing === 0
          ? 'nothing fires at any of them'
          : firing === count
            ? 'every position fires at each of them'
            : `the same ${firing} of ${count} positions fire`;
      const sentence = `bias ${biases}: ${identical ? 'the same map, ' : 'changes nothing, '}${what}`;
      sentences.set(sentence, (sentences.get(sentence) ?? 0) + 1);
    }
  }
  return few(
    [...sentences].map(([sentence, times]) => (times === 1 ? sentence : `${sentence} (in ${times} groups of cells)`)),
  );
}

/** Runs of at least two neighbours, by bias, at which the same number of positions fires. */
function equalRuns(group: readonly NotedCell[]): NotedCell[][] {
  const known = group.filter(({ cell }) => cell.map !== null);
  const sorted = [...known].sort((a, b) => b.cell.map!.bias - a.cell.map!.bias);
  const runs: NotedCell[][] = [];
  for (const one of sorted) {
    const run = runs.at(-1);
    if (run && run[0].cell.map!.values.firing === one.cell.map!.values.firing) run.push(one);
    else runs.push([one]);
  }
  return runs.filter((run) => run.length > 1);
}

function refusals(cells: readonly NotedCell[]): string[] {
  const count = cells.filter(({ cell }) => cell.refusal !== null).length;
  return count === 0 ? [] : [`${count} of ${cells.length} combinations ${count === 1 ? 'does' : 'do'} not fit`];
}

/** Cells that differ in one parameter only. */
function groupsBut(name: SweptName, cells: readonly NotedCell[]): NotedCell[][] {
  const groups = new Map<string, NotedCell[]>();
  for (const one of cells) {
    const key = SWEPT.map((other) => (other === name ? '' : one.cell.parameters[other])).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

function few(sentences: readonly string[]): string[] {
  const rest = sentences.length - MOST;
  return rest > 1 ? [...sentences.slice(0, MOST), `and ${rest} more like these`] : [...sentences];
}

/** "500, 0 and −500" */
function listWords(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
