import { altOfKernels } from '../../cli/alt.js';
import type { PictureFlags } from '../../cli/picture-flags.js';
import { showPictures } from '../../cli/show/show.js';
import { openTerminal, type Terminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { Tensor } from '../../core/tensor.js';
import { textWidth } from '../../core/text.js';
import { writeAtomic } from '../../io/files.js';
import { type KernelGroup, kernelGroup } from '../../models/kernel-names.js';
import { kernelToJson } from '../../models/kernel-text.js';
import {
  BUILTIN_KERNELS,
  type BuiltinKernel,
  GRADIENT_POSITIVE,
  GRADIENTS,
  kernelWeight,
} from '../../models/kernels.js';
import { writeNpy } from '../../models/npy.js';
import { drawKernels } from './kernel-drawing.js';

interface KernelFlags extends PictureFlags {
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
}

/** `cnnviz kernels`: lists all, or shows and exports some. */
export async function runKernels(
  names: readonly string[],
  { out, clobber, json, show, alt }: KernelFlags,
): Promise<void> {
  const terminal = await openTerminal({ quiet: false, reserveStdout: json });
  const groups = names.map(kernelGroup);
  const kernels = names.length === 0 ? BUILTIN_KERNELS : [...new Set(groups.flatMap((group) => group.kernels))];
  if (json) {
    const list = kernels.map((kernel) => ({
      name: kernel.name,
      family: kernel.family,
      weight: kernel.rows,
      reads: kernel.reads,
      ...kernelFacts(kernelWeight(kernel)),
    }));
    await terminal.send(
      new TextEncoder().encode(`${JSON.stringify({ kernels: list, alt: altOfKernels(kernels) }, null, 2)}\n`),
    );
  }
  if (out !== undefined) {
    await writeAtomic(out, await exported(kernels, out), { clobber });
    terminal.print(`wrote ${terminal.style.strong(out)}`);
  } else if (!json) {
    if (names.length === 0) printList(terminal);
    else {
      for (const { gradient } of groups) if (gradient) printGradient(gradient, terminal);
      for (const kernel of kernels) printKernel(kernel, terminal);
    }
  }
  if (alt) terminal.print(altOfKernels(kernels));
  if (show) await showPictures([await drawing(kernels)], show, terminal);
}

async function exported(kernels: readonly BuiltinKernel[], out: string): Promise<Uint8Array> {
  const ending = /\.(npy|json|png)$/i.exec(out)?.[1].toLowerCase();
  if (ending === 'png') return drawing(kernels);
  if (ending === undefined) {
    throw new CnnvizError('usage', `${out}: kernels are written as .npy, .json or .png`);
  }
  if (kernels.length !== 1) {
    throw new CnnvizError('usage', `${out}: one file holds one kernel, got ${kernels.length}`, {
      fix: 'name one: cnnviz kernels edge3x3 -o edge3x3.npy; a .png draws several',
    });
  }
  const [kernel] = kernels;
  const weight = kernelWeight(kernel);
  return ending === 'npy' ? writeNpy(weight) : new TextEncoder().encode(kernelToJson(kernel.name, weight));
}

async function drawing(kernels: readonly BuiltinKernel[]): Promise<Uint8Array> {
  const { encodePng } = await import('../../io/encode.js');
  const note = { kernels: kernels.map(({ name }) => name) };
  return encodePng(drawKernels(kernels), JSON.stringify(note));
}

function printList(terminal: Terminal): void {
  const width = Math.max(...BUILTIN_KERNELS.map(({ name }) => name.length));
  let family = '';
  for (const kernel of BUILTIN_KERNELS) {
    if (kernel.family !== family) {
      family = kernel.family;
      terminal.print(terminal.style.dim(family));
    }
    const size = `${kernel.rows[0].length}×${kernel.rows.length}`;
    terminal.print(`  ${terminal.style.strong(kernel.name.padEnd(width))}  ${size}  ${kernel.reads}`);
  }
  terminal.print(terminal.style.dim('gradient magnitudes, of two kernels each'));
  for (const gradient of GRADIENTS) {
    terminal.print(`  ${terminal.style.strong(gradient.name.padEnd(width))}  ${gradient.formula}`);
  }
  const count = `${BUILTIN_KERNELS.length} kernels, ${GRADIENTS.length} gradient magnitudes`;
  terminal.print(terminal.style.dim(`${count}; cnnviz kernels NAME shows one, cnnviz kernels edges a group`));
}

/** What a magnitude is made of; its kernels are printed below it. */
function printGradient({ name, formula, parts }: NonNullable<KernelGroup['gradient']>, terminal: Terminal): void {
  terminal.print(`${terminal.style.strong(name)}  gradient magnitude ${formula}: ${GRADIENT_POSITIVE}; flat → 0`);
  terminal.print(`  cnnviz conv IMAGE -k ${name} makes one map of ${parts.join(' and ')}`);
}

/** The matrix with what it means beside it. */
function printKernel(kernel: BuiltinKernel, terminal: Terminal): void {
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
  const isNarrow = widest > (terminal.style.columns ?? Number.POSITIVE_INFINITY);
  for (let line = 0; line < (isNarrow ? shown.length : height); line++) {
    const label = line === 0 ? terminal.style.strong(name) : ' '.repeat(name.length);
    const matrix = shown[line]?.map((text) => text.padStart(cell)).join(' ') ?? blank;
    terminal.print(`${label}  ${matrix}   ${isNarrow ? '' : (facts[line] ?? '')}`.trimEnd());
  }
  if (isNarrow) for (const fact of facts) terminal.print(`  ${fact}`);
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
