import { atPlace, CnnvizError } from '../../core/errors.js';
import type { KernelSource, LayerJob } from '../../core/job.js';
import {
  SWEPT,
  type SweepCell,
  type SweepJob,
  type SweepMap,
  type SweepParameters,
  type SweepResult,
  type SweptName,
} from '../../core/sweep.js';
import { formatNumber, groupDigits, inputName } from '../../core/text.js';
import type { Breathe } from '../../engine/execute.js';
import type { EngineInput } from '../../engine/input.js';
import type { Input } from '../../io/inputs.js';
import { baseName } from '../../io/paths.js';
import { convWords } from '../../run/kernel-figures.js';
import { openKernels } from '../../run/kernels.js';
import { inputPicture, kernelPicture } from '../../run/planes.js';
import { readSource } from '../../run/source.js';
import { type ComputedCell, cellLabel, computeSweep, sweptAxes } from './sweep-cells.js';
import { type DrawnSweep, drawnSweep, type SweepGridCell, type SweepHeading } from './sweep-grid.js';

/** A grid may have this many cells: more cannot be told apart in one picture. */
const MOST_CELLS = 400;
const SCREEN_ASPECT = 1.4;
/** A grid this many times too wide or too narrow is laid out without regard to its axes. */
const MOST_OFF = 2;

/** A sweep with its picture and the hash of what was read. */
interface StudiedSweep {
  readonly result: SweepResult;
  readonly drawn: DrawnSweep;
  readonly sha256: string;
  /** [oH, oW] of each cell, null where its sizes do not fit. */
  readonly maps: readonly (Float32Array | null)[];
}

/** How many cells a job has. @throws CnnvizError 'usage' when that is absurd; asked before any work */
export function countCells({ base, strides, biases, activations, pools }: SweepJob): number {
  const sides = [base.layer.kernels, strides, biases, activations, pools].map(({ length }) => length);
  const cells = sides.reduce((product, side) => product * side, 1);
  if (cells > MOST_CELLS) {
    throw new CnnvizError(
      'usage',
      `the sweep has ${groupDigits(cells)} cells (${sides.filter((side) => side > 1).join(' × ')}), more than ${MOST_CELLS}`,
      {
        fix: 'give fewer values, or sweep one or two parameters at a time',
      },
    );
  }
  return cells;
}

/**
 * Every combination of the job's lists on one input: the facts of each map and all of them in one labelled picture, on
 * one scale.
 * @throws CnnvizError for too many cells, an input that cannot be read, or when no cell fits
 */
export async function sweep(
  job: SweepJob,
  input: Input,
  { breathe, threads }: { readonly breathe: Breathe; readonly threads: number },
): Promise<StudiedSweep> {
  countCells(job);
  const subject = await openKernels(job.base);
  // a kernel that does not fit is a cell that says so
  const source = await readSource(input, { ...subject, prepare: { ...subject.prepare, checkSize: null } });
  if (source.facts.items > 1) {
    throw new CnnvizError('usage', `a sweep takes one input, the array holds ${source.facts.items}`, {
      fix: 'give one [C, H, W] of it',
    });
  }
  const computed = await computeSweep(job, subject.loaded, source.x as EngineInput, { breathe, threads }).catch(
    (error) => {
      throw atPlace(inputName(input.path), error);
    },
  );
  const axes = sweptAxes(computed.map(({ cell }) => cell.parameters));
  const cells: SweepCell[] = computed.map(({ cell }) => ({ ...cell, label: cellLabel(cell.parameters, axes) }));
  const notes = sweepNotes(
    cells.map((cell, i) => ({ cell, values: computed[i].map?.values ?? null })),
    axes.map(({ name }) => name),
  );
  const { path } = source.facts;
  const varied = axes.map(({ name }) => name);
  const hasKernels = varied.includes('kernel');
  const kernels = firstOfEach(computed);
  const matrix = matrixOf(cells, axes);
  const order = matrix ? matrix.order : cells.map((_, i) => i);
  const headingOf = ({ parameters, axes: own }: MatrixHeading): SweepHeading => ({
    label: cellLabel(parameters, own),
    kernel: own.some(({ name }) => name === 'kernel')
      ? (kernels.find(({ label }) => label === parameters.kernel) ?? null)
      : null,
  });
  const details = computed.map(({ cell }) => (cell.map === null ? [] : mapDetails(cell.map)));
  const differs = detailsThatDiffer(details);
  const shared = details.find((lines) => lines.length > 0)!.filter((_, d) => !differs[d]);
  const drawn = drawnSweep({
    title: titleOf(axes, inputName(baseName(path))),
    facts: [...commonWords(job.base.layer, cells, axes), ...shared].join('  ·  '),
    input: inputPicture(source, 0).input,
    frames: job.base.layer.kernels.flatMap(ownPatch),
    kernels: hasKernels ? [] : kernels,
    cells: order.map((i) => {
      const own = details[i].filter((_, d) => differs[d]);
      return gridCell(matrix ? { ...cells[i], label: '' } : cells[i], computed[i], own, hasKernels && !matrix);
    }),
    columns: columnsOf(axes, cells.length),
    headings: matrix && {
      rows: matrix.rows.map(headingOf),
      columns: matrix.columns.map(headingOf),
    },
    scaleRule: job.base.picture.scale,
    colormap: job.base.picture.colormap,
    signs: job.base.picture.signs === true,
  });
  const { scale, clipped } = drawn;
  const result = { input: source.facts, axes, cells, scale, clipped, notes, warnings: source.warnings };
  return { result, drawn, sha256: source.sha256, maps: computed.map(({ map }) => map?.values ?? null) };
}

/** "How stride and bias change the map of dog.jpg" */
function titleOf(axes: SweepResult['axes'], name: string): string {
  if (axes.length === 0) return `One map of ${name}`;
  return `How ${listWords(axes.map((axis) => axis.name))} change${axes.length === 1 ? 's' : ''} the map of ${name}`;
}

/** What all cells share, such as "sobel-x", "stride 1": told once. */
function commonWords(layer: LayerJob, cells: readonly SweepCell[], axes: SweepResult['axes']): string[] {
  const varied = new Set<string>(axes.map(({ name }) => name));
  const [{ parameters }] = cells;
  const shared = (['kernel', 'stride', 'bias', 'activation', 'pool', 'pool size', 'pool stride'] as const)
    .filter((name) => !varied.has(name) && parameters[name] !== '' && parameters[name] !== 'none')
    .map((name) => (name === 'kernel' || name === 'activation' ? parameters[name] : `${name} ${parameters[name]}`));
  // strides are a parameter of the sweep
  return [...shared, ...convWords({ ...layer, stride: [1, 1] })];
}

/** Of the lines below maps, which are not the same for all of them. */
function detailsThatDiffer(details: readonly (readonly string[])[]): boolean[] {
  const known = details.filter((lines) => lines.length > 0);
  return known[0].map((line, d) => known.length > 1 && known.some((lines) => lines[d] !== line));
}

function gridCell(
  { label, map, refusal }: SweepCell,
  { map: numbers }: ComputedCell,
  details: readonly string[],
  hasKernel: boolean,
): SweepGridCell {
  if (map === null || numbers === null)
    return { label, details: [`does not fit: ${refusal}`], plane: null, peak: null };
  const peak = map.values.min === map.values.max ? null : map.peak;
  const kernel = hasKernel ? kernelPicture(numbers) : null;
  return { label, details, plane: { ...map, values: numbers.values }, peak, kernel };
}

/** Under each map: its size, its cost, how much of it fires. */
function mapDetails({ width, height, macs, values }: SweepMap): string[] {
  return [
    `${width} × ${height}`,
    `${groupDigits(macs)} MACs`,
    `fires ${formatNumber((100 * values.firing) / values.count)} %`,
  ];
}

function ownPatch(kernel: KernelSource) {
  return kernel.kind === 'patch' && kernel.image === null ? [kernel.rect] : [];
}

/** The kernels of a sweep as they are drawn, each once. */
function firstOfEach(computed: readonly ComputedCell[]) {
  const kernels = new Map<string, ReturnType<typeof kernelPicture>>();
  for (const { cell, map } of computed) {
    if (map && !kernels.has(cell.parameters.kernel)) kernels.set(cell.parameters.kernel, kernelPicture(map));
  }
  return [...kernels.values()];
}

/** What the cells of a row or a column share. */
interface MatrixHeading {
  readonly parameters: SweepParameters;
  /** The parameters that all its cells have in common, and others have not. */
  readonly axes: SweepResult['axes'];
}

/** Cells by rows and columns. */
interface Matrix {
  /** The cells, row by row, by their number. */
  readonly order: readonly number[];
  readonly rows: readonly MatrixHeading[];
  readonly columns: readonly MatrixHeading[];
}

/**
 * Cells as a matrix, the first axes along one side and the others along the other, whichever comes nearest to a screen's
 * shape; null where there is one axis only, or not every combination of values is a cell.
 */
function matrixOf(cells: readonly SweepCell[], axes: SweepResult['axes']): Matrix | null {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (axes.length < 2 || count !== cells.length) return null;
  const ideal = Math.sqrt(count * SCREEN_ASPECT);
  const splits = axes.slice(1).flatMap((_, a) => {
    const lead = axes.slice(0, a + 1).reduce((product, { values }) => product * values.length, 1);
    return [
      { axis: a + 1, lead, isTurned: false, columns: count / lead },
      { axis: a + 1, lead, isTurned: true, columns: lead },
    ].map((split) => ({ ...split, off: Math.max(split.columns / ideal, ideal / split.columns) }));
  });
  const { axis, lead, isTurned, off } = splits.reduce((best, one) => (one.off < best.off ? one : best));
  if (off > MOST_OFF) return null;
  const trail = count / lead;
  const leading = Array.from({ length: lead }, (_, l) => ({
    parameters: cells[l * trail].parameters,
    axes: axes.slice(0, axis),
  }));
  const trailing = Array.from({ length: trail }, (_, t) => ({
    parameters: cells[t].parameters,
    axes: axes.slice(axis),
  }));
  if (!isTurned) return { order: cells.map((_, i) => i), rows: leading, columns: trailing };
  const order = trailing.flatMap((_, t) => leading.map((_, l) => l * trail + t));
  return { order, rows: trailing, columns: leading };
}

/** A row holds all values of the last axis, of the last two …: whichever is nearest to a screen's shape; else null. */
function columnsOf(axes: SweepResult['axes'], cells: number): number | null {
  const ideal = Math.sqrt(cells * SCREEN_ASPECT);
  let columns = 1;
  let best: number | null = null;
  for (const { values } of [...axes].reverse()) {
    columns *= values.length;
    const off = Math.max(columns / ideal, ideal / columns);
    if (cells % columns === 0 && off <= MOST_OFF && (best === null || off < Math.max(best / ideal, ideal / best)))
      best = columns;
  }
  return best;
}

/** A cell with its numbers, for those comparisons that need them. */
interface NotedCell {
  readonly cell: SweepCell;
  readonly values: Float32Array | null;
}

/** At most this many sentences of one kind. */
const MOST = 4;

/** What went unexpectedly in a sweep, in sentences: biases that change nothing, equal maps, cells that do not fit. */
function sweepNotes(cells: readonly NotedCell[], varied: readonly SweptName[]): string[] {
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
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
