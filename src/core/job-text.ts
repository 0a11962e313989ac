import type { Padding, Pair } from './geometry.js';
import type { BiasSource, KernelSource, LayerJob, PoolJob, PreprocessJob, ScaleRule } from './job.js';

/** The values of a job as they are typed behind their flags. Each text is read back as the same value. */

/** How a file is called in a text: as it was typed, unless a recipe leaves the folders out. */
type NameOf = (path: string) => string;

const asTyped: NameOf = (path) => path;

/** 2 for 2,2 */
export function pairText([a, b]: Pair): string {
  return a === b ? String(a) : `${a},${b}`;
}

/** 2 for 2,2; 2x3 (height x width) else: where a comma stands between the values of a list. */
export function pairName([a, b]: Pair): string {
  return a === b ? String(a) : `${a}x${b}`;
}

export function paddingText(padding: Padding): string {
  return typeof padding === 'string' || typeof padding === 'number' ? String(padding) : padding.join(',');
}

export function biasText(bias: BiasSource, nameOf = asTyped): string {
  switch (bias.kind) {
    case 'number':
      return String(bias.value);
    case 'file':
      return nameOf(bias.path);
    case 'percentile':
      return `p${bias.percent}`;
    case 'fire':
      return `fire:${bias.percent}%`;
  }
}

/** relu, or leaky_relu:0.1 */
export function activationText({ name, parameter }: NonNullable<LayerJob['activation']>): string {
  return name + (parameter === null ? '' : `:${parameter}`);
}

/** max:3:2; `pair`: how a size and a stride are written */
export function poolText({ kind, kernelSize, stride, sigma }: PoolJob, pair = pairText): string {
  return `${kind}:${pair(kernelSize)}:${pair(stride)}${sigma === null ? '' : `:${pair(sigma)}`}`;
}

/** The text behind --kernel, or behind --patch. */
export function kernelText(kernel: KernelSource, nameOf = asTyped): string {
  switch (kernel.kind) {
    case 'builtin':
      return kernel.name;
    case 'file':
      return nameOf(kernel.path);
    case 'inline':
      return kernel.text;
    case 'patch': {
      const { x, y, width, height } = kernel.rect;
      return `${x},${y},${width},${height}${kernel.image === null ? '' : `@${nameOf(kernel.image)}`}`;
    }
  }
}

export function scaleText(scale: ScaleRule): string {
  if (scale.kind === 'fixed') return `${scale.lo},${scale.hi}`;
  if (scale.kind === 'percentiles') return `p${scale.lo},p${scale.hi}`;
  return scale.kind;
}

/** MEAN/STD */
export function normalizeText({ mean, std }: NonNullable<PreprocessJob['normalize']>): string {
  return `${mean.join(',')}/${std.join(',')}`;
}
