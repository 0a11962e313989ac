import type { Window } from './facts.js';
import type { InputFacts } from './result.js';

/** Two numbers, along x and along y. */
export interface Both {
  readonly x: number;
  readonly y: number;
}

/** Which outputs see one pixel. */
export interface PixelReaders {
  readonly x: number;
  readonly y: number;
  readonly count: number;
  /** From the first to the last of them; null when none does. */
  readonly window: Window | null;
  /** 1 for each output position that sees it, [oH, oW]. */
  readonly mask: Uint8Array;
}

/** What one position of a layer sees of the input, and what all of them do. */
export interface FieldFacts {
  readonly input: InputFacts;
  readonly network: string;
  readonly layer: string;
  /** Width and height of what the first layer reads, and of the layer's maps. */
  readonly inputSize: Both;
  readonly outSize: Both;
  readonly at: Both;
  /** The field's sides before it is clipped; null where branches of different size meet or whole maps are read. */
  readonly size: Both | null;
  /** Distance of neighbouring fields; null as above. */
  readonly stride: Both | null;
  /** The field with the padding it reaches into; null as above. */
  readonly full: Window | null;
  /** The part of it inside the input: from the first pixel it sees to the last. */
  readonly window: Window;
  /** Rows and columns of the field that lie in the padding: left, top, right, bottom. */
  readonly inPadding: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  /** Pixels it sees: fewer than the window holds where kernels are dilated or strides leave gaps. */
  readonly pixels: number;
  /** Pixels that neighbouring fields share along each axis: size − stride, 0 where they do not meet. */
  readonly overlap: Both | null;
  /** Pixels between neighbouring fields: stride − size where that is above 0. */
  readonly skipped: Both | null;
  /** 1 for each pixel it sees, [H, W]. */
  readonly mask: Uint8Array;
  /** How many output positions see each pixel, [H, W]. */
  readonly readers: Uint32Array;
  /** Pixels that no output sees. */
  readonly unread: number;
  /** Σ readers. */
  readonly sum: number;
  /** False when fields of very many shapes were replaced by their envelope. */
  readonly exact: boolean;
  readonly pixel: PixelReaders | null;
}
