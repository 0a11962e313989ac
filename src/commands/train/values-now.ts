import { planRun, type Runnable, runSubject, type Shaped, shapeOf } from '../../analysis/kept-run.js';
import type { OpenedNetwork } from '../../analysis/prepare/network-input.js';
import { tensor } from '../../core/tensor.js';
import { toFloat32, type Value } from '../../core/values.js';
import type { Training } from '../../engine/training/network/trainer.js';
import { type Model, tensorConstant } from '../../layers/model.js';
import type { TrainingImagesInParts } from './training-images.js';

const OPTIONS = { exact: false, algorithm: null } as const;
const ALONE = { breathe: () => undefined, team: null, watch: false } as const;

/** The shapes of a network's values for so many images, its weights aside. */
export function shapesFor(opened: OpenedNetwork, images: number, [C, H, W]: readonly number[]): Shaped {
  return shapeOf(opened, { info: { dtype: 'float32', shape: [images, C, H, W] }, x: null });
}

/**
 * Some values of a network as training has it now, computed as `run` does. The numbers are copied: the training is as it was.
 * x [N, C, H, W]
 * @param keep the values' names
 */
export async function valuesNow(
  opened: OpenedNetwork,
  { numbers, tape }: Pick<Training, 'numbers' | 'tape'>,
  x: Value,
  keep: readonly string[],
): Promise<(name: string) => { readonly shape: readonly number[]; readonly data: Float32Array }> {
  const shapes = new Map([...tape.parameters, ...tape.fixed, ...tape.buffers].map(({ name, shape }) => [name, shape]));
  const asNow = (model: Model): Model => ({
    ...model,
    constants: new Map(
      [...model.constants].map(([name, constant]) => {
        const now = numbers.get(name);
        return [name, now ? tensorConstant(tensor(now.slice(), shapes.get(name)!)) : constant];
      }),
    ),
  });
  const subject: Runnable = {
    ...opened,
    bind: (input, values) => {
      const bound = opened.bind(input, values);
      return { ...bound, model: asNow(bound.model) };
    },
  };
  const fed = { info: { dtype: x.dtype, shape: x.shape }, x };
  const { read } = await runSubject(subject, planRun(shapeOf(subject, fed), keep, OPTIONS), fed, OPTIONS, ALONE);
  return (name) => {
    const { shape, data } = read(name);
    return { shape, data: toFloat32(data) };
  };
}

/** Some images as the network reads them: [N, C, H, W]. */
export function imagesAsRead({ data, tables, shape: [C, H, W] }: TrainingImagesInParts, images: Int32Array): Value {
  const size = C * H * W;
  const out = new Float32Array(images.length * size);
  images.forEach((image, n) => {
    const own = data.subarray(image * size, (image + 1) * size);
    for (let i = 0; i < size; i++) {
      out[n * size + i] = tables ? tables[Math.floor(i / (H * W)) * 256 + own[i]] : own[i];
    }
  });
  return { dtype: 'float32', shape: [images.length, C, H, W], data: out };
}

/** At most so many of some, evenly spread. */
export function spread(images: Int32Array, most: number): Int32Array {
  if (images.length <= most) return images;
  return Int32Array.from({ length: most }, (_, i) => images[Math.floor((i * images.length) / most)]);
}
