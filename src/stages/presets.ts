import type { Image } from '../core/image.js';
import { type ImagePreset, presetFor } from '../core/preprocess-job.js';
import type { NetworkSpec } from '../models/networks/index.js';

/** Pixels in [0, 1], size as it is. */
export const NO_PRESET: ImagePreset = presetFor('none');

/** How a network says its images are prepared; null when it says nothing. */
export function presetOf({ preset, input }: NetworkSpec): ImagePreset | null {
  if (preset === null) return null;
  if (typeof preset === 'string') return presetFor(preset, input?.at(-1));
  return preset;
}

/** "1200×900 → 224×224 (imagenet: shorter side 256, centre crop, mean/std)", the part after the arrow. */
export function presetWords(
  { geometry, preprocess }: ImagePreset,
  { width, height }: Pick<Image, 'width' | 'height'>,
): string {
  const { resize, crop } = geometry;
  const steps: string[] = [];
  if (typeof resize === 'number') steps.push(`shorter side ${resize}`);
  else if (resize) steps.push(`resized to ${resize[1]}×${resize[0]}`);
  if (crop) steps.push('centre crop');
  if (preprocess.gray) steps.push('gray');
  if (preprocess.pixels !== 'unit') steps.push(`pixels ${preprocess.pixels}`);
  if (preprocess.normalize) steps.push('mean/std');
  return `${width}×${height}${steps.length === 0 ? ' (pixels in [0, 1])' : ` (${steps.join(', ')})`}`;
}

/** The flags that say a preset. */
export function presetArgs({ geometry, preprocess }: ImagePreset): string[] {
  const { resize, crop } = geometry;
  const args: string[] = ['--preset', 'none'];
  if (resize !== null) args.push('--resize', typeof resize === 'number' ? String(resize) : resize.join(','));
  if (crop !== null) args.push('--crop', crop.join(','));
  if (preprocess.gray) args.push('--gray');
  if (preprocess.pixels !== 'unit') args.push('--pixels', preprocess.pixels);
  if (preprocess.normalize) {
    const { mean, std } = preprocess.normalize;
    args.push('--normalize', `${mean.join(',')}/${std.join(',')}`);
  }
  return args;
}
