import { atPlace, CnnvizError } from '../core/errors.js';
import type { Job, KernelSource } from '../core/job.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { groupDigits } from '../core/text.js';
import { imageToTensor, prepareTensor } from '../engine/preprocess.js';
import { decodeImage } from '../io/decode.js';
import { readBytes } from '../io/files.js';
import { stem } from '../io/paths.js';
import { findKernel } from '../models/kernel-names.js';
import { parseInlineKernel, parseKernelJson } from '../models/kernel-text.js';
import { checkFinite, kernelWeight } from '../models/kernel-weights.js';
import { findGradient, GRADIENT_POSITIVE } from '../models/kernels.js';
import { npyToTensor, readNpy } from '../models/npy.js';
import { isArray } from './source.js';

/** A kernel as far as it is known before an image: its numbers, or the picture its patch is cut from. */
export interface LoadedKernel {
  readonly source: KernelSource;
  /** Unique among the kernels of a job; names the map's file. */
  readonly name: string;
  /** How a person would call it: without the number that made the name unique. */
  readonly label: string;
  readonly positive: string | null;
  /** [kH, kW], [C, kH, kW] or [M, C/groups, kH, kW]; null for a patch and a gradient. */
  readonly weight: Tensor | null;
  /** The two derivatives of a gradient magnitude, [kH, kW] each; null for all other kernels. */
  readonly gradient: readonly [Tensor, Tensor] | null;
  /** [C, H, W] the patch is cut from, one channel for those of a gray image; null when it is cut from each input itself. */
  readonly patchFrom: Tensor | null;
  /** The names of its maps: one, or one per kernel of a file that holds several. */
  readonly maps: readonly string[];
}

/** What a job needs besides its inputs: read once, shared by all of them. */
export interface LoadedKernels {
  readonly kernels: readonly LoadedKernel[];
  /** One number per map, or one for all. */
  readonly biasFile: Float32Array | null;
}

/** More maps are no layer but a mistake of shape: each has a name, a line and mostly a file. */
const MOST_KERNELS = 2 ** 16;

/** Reads kernels and biases. @throws CnnvizError that names the file or flag at fault. */
export async function loadKernels(job: Job): Promise<LoadedKernels> {
  const kernels: LoadedKernel[] = [];
  const taken = new Set<string>();
  for (const source of job.layer.kernels) {
    const loaded = await loadKernel(source, job);
    const name = uniqueName(loaded.label, taken);
    const count = loaded.weight?.shape.length === 4 ? loaded.weight.shape[0] : 1;
    if (count > MOST_KERNELS) {
      throw new CnnvizError(
        'unsupported',
        `${loaded.label}: ${groupDigits(count)} kernels, one layer takes ${groupDigits(MOST_KERNELS)} at most`,
        {
          fix: 'an array of kernels is [M, C/groups, kH, kW]: store a part of them, or turn its axes',
          scope: 'command',
        },
      );
    }
    const maps = count === 1 ? [name] : Array.from({ length: count }, (_, m) => `${name}.${m}`);
    kernels.push({ source, name, positive: null, patchFrom: null, gradient: null, ...loaded, maps });
  }
  const { bias } = job.layer;
  return { kernels, biasFile: bias?.kind === 'file' ? await loadBias(bias.path) : null };
}

type KernelNumbers = Pick<LoadedKernel, 'label' | 'weight'> &
  Partial<Pick<LoadedKernel, 'positive' | 'patchFrom' | 'gradient'>>;

async function loadKernel(source: KernelSource, job: Job): Promise<KernelNumbers> {
  switch (source.kind) {
    case 'builtin': {
      const magnitude = findGradient(source.name);
      if (magnitude) {
        const [x, y] = magnitude.parts.map((part) => kernelWeight(findKernel(part)));
        return { label: magnitude.name, positive: GRADIENT_POSITIVE, weight: null, gradient: [x, y] };
      }
      const kernel = findKernel(source.name);
      return { label: kernel.name, positive: kernel.positive, weight: kernelWeight(kernel) };
    }
    case 'inline':
      return { label: 'kernel', weight: parseInlineKernel(source.text) };
    case 'file':
      return loadKernelFile(source.path);
    case 'patch': {
      const { x, y, width, height } = source.rect;
      const label = `patch-${x}-${y}-${width}x${height}`;
      if (source.image === null) return { label, weight: null };
      return {
        label,
        weight: null,
        patchFrom: await configuration(source.image, () => readTensor(source.image!, job)),
      };
    }
  }
}

async function loadKernelFile(path: string): Promise<KernelNumbers> {
  return configuration(path, async () => {
    const bytes = await readBytes(path);
    const label = stem(path);
    if (isArray({ path }, bytes)) {
      const weight = npyToTensor(readNpy(bytes));
      if (weight.shape.length < 2 || weight.shape.length > 4) {
        throw new CnnvizError('shape', `expected a kernel of 2, 3 or 4 dimensions, got [${weight.shape.join(', ')}]`, {
          fix: '[kH, kW], [C, kH, kW] or [M, C/groups, kH, kW]',
        });
      }
      checkFinite(weight, 'kernel');
      return { label, weight };
    }
    const text = new TextDecoder().decode(bytes);
    if (!path.toLowerCase().endsWith('.json')) return { label, weight: parseInlineKernel(text) };
    const { name, weight } = parseKernelJson(text);
    return { label: name ?? label, weight };
  });
}

async function loadBias(path: string): Promise<Float32Array> {
  return configuration(path, async () => {
    const bias = npyToTensor(readNpy(await readBytes(path)));
    if (bias.shape.length > 1) {
      throw new CnnvizError('shape', `expected one bias per kernel, [M], got [${bias.shape.join(', ')}]`);
    }
    if (bias.data.some((value) => !Number.isFinite(value))) {
      throw new CnnvizError('format', 'a bias is NaN or infinite', { fix: 'biases must be finite numbers' });
    }
    return bias.data;
  });
}

/** A file the job itself names: when it cannot be used, the command is refused, not one input. */
async function configuration<T>(path: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    const { message, fix, cause } = atPlace(path, error) as CnnvizError;
    throw new CnnvizError('usage', message, { ...(fix === undefined ? {} : { fix }), cause });
  }
}

async function readTensor(path: string, job: Job): Promise<Tensor> {
  const bytes = await readBytes(path);
  if (isArray({ path }, bytes)) {
    return prepareTensor(toImageShape(npyToTensor(readNpy(bytes))), job.preprocess);
  }
  const { image } = await decodeImage(bytes, job.decode, null, !job.decode.rgb);
  return imageToTensor(image, job.preprocess);
}

/** [H, W] becomes [1, H, W]; [C, H, W] and [N, C, H, W] stay. */
export function toImageShape(x: Tensor): Tensor {
  const { shape } = x;
  if (shape.length < 2 || shape.length > 4 || shape.some((side) => side === 0)) {
    throw new CnnvizError('shape', `expected an array [H, W], [C, H, W] or [N, C, H, W], got [${shape.join(', ')}]`);
  }
  return shape.length === 2 ? tensor(x.data, [1, ...shape]) : x;
}

/** name, name-2, name-3 … */
function uniqueName(label: string, taken: Set<string>): string {
  let name = label;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${label}-${n}`;
  taken.add(name.toLowerCase());
  return name;
}
