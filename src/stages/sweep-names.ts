import { formatNumber } from '../core/format.js';
import type { LayerJob, PoolJob } from '../core/job.js';
import { SWEPT, type SweepParameters, type SweptName } from '../core/sweep.js';
import { biasText } from './recipe.js';

/** What a cell is made with, as a person would type it. */
export function sweepParameters(kernel: string, { stride, bias, activation, pool }: LayerJob): SweepParameters {
  return {
    kernel,
    stride: pairName(stride),
    bias: bias === null ? '0' : bias.kind === 'number' ? formatNumber(bias.value) : biasText(bias),
    activation: activation === null ? 'none' : activationText(activation),
    pool: pool?.kind ?? 'none',
    'pool size': pool === null ? '' : pairName(pool.kernelSize),
    'pool stride': pool === null ? '' : pairName(pool.stride),
  };
}

export function activationText({ name, parameter }: NonNullable<LayerJob['activation']>): string {
  return name + (parameter === null ? '' : `:${parameter}`);
}

/** max:3:2, with pairs as 3x2 */
export function poolText(pool: PoolJob | null): string {
  if (pool === null) return 'none';
  const sigma = pool.sigma === null ? '' : `:${pairName(pool.sigma)}`;
  return `${pool.kind}:${pairName(pool.kernelSize)}:${pairName(pool.stride)}${sigma}`;
}

/** 2 for 2,2; 2x3 (height x width) else: a comma stands between the values of a list. */
export function pairName([a, b]: readonly [number, number]): string {
  return a === b ? String(a) : `${a}x${b}`;
}

/** What varies among the cells: each name with its values, in the order they first appear. */
export function sweptAxes(cells: readonly SweepParameters[]): { name: SweptName; values: string[] }[] {
  return SWEPT.map((name) => ({ name, values: [...new Set(cells.map((cell) => cell[name]).filter(Boolean))] })).filter(
    ({ name, values }) => values.length > 1 || (values.length === 1 && cells.some((cell) => cell[name] === '')),
  );
}

/** "stride 4 · bias −500": what tells a cell from the others; a single cell is told by its kernel. */
export function cellLabel(cell: SweepParameters, axes: readonly { readonly name: SweptName }[]): string {
  const names = axes.length === 0 ? (['kernel'] as const) : axes.map(({ name }) => name);
  return names
    .filter((name) => cell[name] !== '')
    .map((name) =>
      name === 'kernel' || (name === 'activation' && cell[name] !== 'none') ? cell[name] : `${name} ${cell[name]}`,
    )
    .map((words) => words.replace('activation none', 'no activation').replace('pool none', 'no pool'))
    .join(' · ');
}
