import type { Tensor } from '../../core/tensor.js';
import { textWidth } from '../../core/text.js';
import type { KernelGroup } from '../../models/kernel-names.js';
import { kernelWeight } from '../../models/kernel-weights.js';
import { BUILTIN_KERNELS, type BuiltinKernel, GRADIENT_POSITIVE, GRADIENTS } from '../../models/kernels.js';
import type { Style } from '../../reports/text.js';

/** All of them, by family, one a line. */
export function kernelList(style: Style): string[] {
  const lines: string[] = [];
  const width = Math.max(...BUILTIN_KERNELS.map(({ name }) => name.length));
  let family = '';
  for (const kernel of BUILTIN_KERNELS) {
    if (kernel.family !== family) {
      family = kernel.family;
      lines.push(style.dim(family));
    }
    const size = `${kernel.rows[0].length}×${kernel.rows.length}`;
    lines.push(`  ${style.strong(kernel.name.padEnd(width))}  ${size}  ${kernel.reads}`);
  }
  lines.push(style.dim('gradient magnitudes, of two kernels each'));
  for (const gradient of GRADIENTS) {
    lines.push(`  ${style.strong(gradient.name.padEnd(width))}  ${gradient.formula}`);
  }
  const count = `${BUILTIN_KERNELS.length} kernels, ${GRADIENTS.length} gradient magnitudes`;
  lines.push(style.dim(`${count}; cnnviz kernels NAME shows one, cnnviz kernels edges a group`));
  return lines;
}

/** What a magnitude is made of; its kernels are printed below it. */
export function gradientLines({ name, formula, parts }: NonNullable<KernelGroup['gradient']>, style: Style): string[] {
  return [
    `${style.strong(name)}  gradient magnitude ${formula}: ${GRADIENT_POSITIVE}; flat → 0`,
    `  cnnviz conv IMAGE -k ${name} makes one map of ${parts.join(' and ')}`,
  ];
}

/** The matrix with what it means beside it. */
export function kernelLines(kernel: BuiltinKernel, style: Style): string[] {
  const lines: string[] = [];
  const { name, rows, divisor = 1, reads, seeAlso } = kernel;
  const { sum, rank1 } = kernelFacts(kernelWeight(kernel));
  const shown = rows.map((row) =>
    row.map((value) => String(Number((value * divisor).toPrecision(6))).replace('-', '−')),
  );
  const cell = Math.max(...shown.flat().map((text) => text.length));
  const facts = [
    reads,
    `${rank1 ? 'rank 1 (separable)' : 'not separable'}, sum ${Number(sum.toPrecision(6))}${divisor === 1 ? '' : `, every number ÷ ${divisor}`}`,
    ...(seeAlso.length > 0 ? [`see also ${seeAlso.join(', ')}`] : []),
  ];
  const height = Math.max(shown.length, facts.length);
  const blank = ' '.repeat(shown[0].length * (cell + 1) - 1);
  const widest = name.length + 2 + blank.length + 3 + Math.max(...facts.map(textWidth));
  const isNarrow = widest > (style.columns ?? Number.POSITIVE_INFINITY);
  for (let line = 0; line < (isNarrow ? shown.length : height); line++) {
    const label = line === 0 ? style.strong(name) : ' '.repeat(name.length);
    const matrix = shown[line]?.map((text) => text.padStart(cell)).join(' ') ?? blank;
    lines.push(`${label}  ${matrix}   ${isNarrow ? '' : (facts[line] ?? '')}`.trimEnd());
  }
  if (isNarrow) for (const fact of facts) lines.push(`  ${fact}`);
  return lines;
}

/** What is true of a 2-D kernel [kH, kW]. */
interface KernelTraits {
  /** The response to a flat image of ones. */
  readonly sum: number;
  /** Rank 1: a column times a row, so two short passes do the work of one long. Exact, no tolerance. */
  readonly rank1: boolean;
}

export function kernelFacts(weight: Tensor): KernelTraits {
  const { data } = weight;
  return { sum: data.reduce((sum, value) => sum + value, 0), rank1: isRank1(weight) };
}

/** Every 2×2 minor with the largest weight in it vanishes; products of float32 are exact in float64. */
function isRank1({ data, shape: [kH, kW] }: Tensor): boolean {
  let pivot = 0;
  for (let i = 0; i < data.length; i++) if (Math.abs(data[i]) > Math.abs(data[pivot])) pivot = i;
  const [row, column] = [Math.floor(pivot / kW), pivot % kW];
  if (data[pivot] === 0) return false;
  for (let u = 0; u < kH; u++) {
    for (let v = 0; v < kW; v++) {
      if (data[pivot] * data[u * kW + v] !== data[row * kW + v] * data[u * kW + column]) return false;
    }
  }
  return true;
}
