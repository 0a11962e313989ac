import type { Padding, PaddingMode } from '../core/geometry.js';
import type { ActivationName } from '../core/job.js';
import type { Layer } from '../layers/index.js';

/** Activations by name; the compiler says when one is missing. */
const ACTIVATIONS: Readonly<Record<ActivationName, true>> = {
  relu: true,
  relu6: true,
  leaky_relu: true,
  elu: true,
  gelu: true,
  gelu_tanh: true,
  silu: true,
  hardswish: true,
  softplus: true,
  sigmoid: true,
  tanh: true,
};
export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as readonly ActivationName[];

const PADDING_MODES: Readonly<Record<PaddingMode, true>> = {
  zeros: true,
  reflect: true,
  replicate: true,
  circular: true,
};
export const PADDING_MODE_NAMES = Object.keys(PADDING_MODES) as readonly PaddingMode[];

const PADDING_RULES: readonly Padding[] = ['same', 'same_lower', 'valid', 'full'];
/** Strides, kernels and borders beyond it are no settings that anybody looks at. */
const MOST = 1000;

type Fields = Readonly<Record<string, unknown>>;

/** A layer that an address names, if it is one of those that a page sets; only its own fields are taken over. */
export function checkedLayer(found: unknown): Layer | null {
  if (typeof found !== 'object' || found === null) return null;
  const fields = found as Fields;
  switch (fields.kind) {
    case 'identity':
      return { kind: 'identity' };
    case 'conv':
    case 'ncc':
      return checkedConv(fields.kind, fields);
    case 'activation': {
      const { name, parameters } = fields;
      const isKnown = ACTIVATION_NAMES.includes(name as ActivationName) && isNumbers(parameters, 2);
      return isKnown ? { kind: 'activation', name: name as ActivationName, parameters } : null;
    }
    case 'max_pool':
    case 'avg_pool':
    case 'gauss_pool':
      return checkedPool(fields.kind, fields);
    default:
      return null;
  }
}

function checkedConv(kind: 'conv' | 'ncc', { stride, padding, paddingMode, dilation, groups }: Fields): Layer | null {
  const isMode = PADDING_MODE_NAMES.includes(paddingMode as PaddingMode);
  if (!isPair(stride) || !isPair(dilation) || !isMode || !isPadding(padding) || !isWhole(groups)) return null;
  return { kind, stride, padding, paddingMode: paddingMode as PaddingMode, dilation, groups };
}

function checkedPool(kind: 'max_pool' | 'avg_pool' | 'gauss_pool', fields: Fields): Layer | null {
  const { kernelSize, stride, pads, ceilMode, dilation, countIncludePad, divisorOverride, sigma } = fields;
  if (!isPair(kernelSize) || !isPair(stride) || !isPads(pads) || typeof ceilMode !== 'boolean') return null;
  const shared = { kernelSize, stride, pads, ceilMode };
  if (kind === 'max_pool') return isPair(dilation) ? { kind, ...shared, dilation } : null;
  if (typeof countIncludePad !== 'boolean') return null;
  if (kind === 'gauss_pool') {
    return isNumbers(sigma, 2) && sigma.length === 2
      ? { kind, ...shared, sigma: [sigma[0], sigma[1]], countIncludePad }
      : null;
  }
  if (divisorOverride !== null && !isNumber(divisorOverride)) return null;
  return { kind, ...shared, countIncludePad, divisorOverride };
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST;
}

function isPair(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(isWhole);
}

function isPads(value: unknown): value is readonly [number, number, number, number] {
  return Array.isArray(value) && value.length === 4 && value.every(isWhole);
}

function isPadding(value: unknown): value is Padding {
  if (isWhole(value) || PADDING_RULES.includes(value as Padding)) return true;
  return Array.isArray(value) && [1, 2, 4].includes(value.length) && value.every(isWhole);
}

function isNumbers(value: unknown, most: number): value is readonly number[] {
  return Array.isArray(value) && value.length <= most && value.every(isNumber);
}
