import { extent } from '../../../core/geometry.js';
import type { LayerCall, Sides } from '../layer-call.js';

/** Windows that slide over `axes` axes, as Keras's layers say them. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** causal: all of the padding stands before, and the window ends at its own place. */
  readonly padding: 'same' | 'valid' | 'causal';
}

export function paddingOf({ fields }: LayerCall, canBeCausal = false): Windows['padding'] {
  const told = fields.text('padding', 'valid').toLowerCase();
  if (told === 'same' || told === 'valid' || (told === 'causal' && canBeCausal)) return told;
  throw fields.wrong('padding', canBeCausal ? 'same, valid or causal' : 'same or valid');
}

export function windowsOf(call: LayerCall, axes: number): Windows {
  const { fields } = call;
  return {
    kernel: fields.wholes('kernel_size', axes, 0),
    stride: fields.wholes('strides', axes, 1),
    dilation: fields.wholes('dilation_rate', axes, 1),
    padding: paddingOf(call, axes === 1),
  };
}

/** The sides that windows over these make. @throws CnnvizError 'format' where one does not fit */
export function slidSides(
  call: LayerCall,
  sides: Sides,
  { kernel, stride, dilation, padding }: Windows,
  field = 'kernel_size',
): Sides {
  return sides.map((side, i) => {
    if (side === null) return null;
    if (padding !== 'valid') return Math.ceil(side / stride[i]);
    const spans = extent(kernel[i], dilation[i]);
    if (spans > side) throw call.fields.wrong(field, `a window within the side of ${side}`);
    return Math.floor((side - spans) / stride[i]) + 1;
  });
}

/** What TensorFlow puts around a side for `same`: an odd pixel behind. */
export function samePads(size: number, kernel: number, stride: number, dilation = 1): [before: number, after: number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent(kernel, dilation) - size);
  const before = Math.floor(total / 2);
  return [before, total - before];
}
