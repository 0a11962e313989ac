import type { SliceContext } from './context.js';
import { convBackward, convForward } from './conv-op.js';
import {
  activationBackward,
  activationForward,
  dropoutBackward,
  dropoutForward,
  flattenBackward,
  flattenForward,
  joinBackward,
  joinForward,
  windowsBackward,
  windowsForward,
} from './element-ops.js';
import { normBackward, normForward } from './norm-op.js';
import type { Op } from './tape.js';

/** How an operation is run on a slice: y from x, and dx (and gradients of parameters) from dy. */
interface Way<O> {
  readonly forward: (c: SliceContext, op: O) => void;
  readonly backward: (c: SliceContext, op: O) => void;
}

const WINDOWS = { forward: windowsForward, backward: windowsBackward };
const JOIN = { forward: joinForward, backward: joinBackward };

const WAYS: { readonly [K in Op['kind']]: Way<Extract<Op, { readonly kind: K }>> } = {
  conv: { forward: convForward, backward: convBackward },
  activation: { forward: activationForward, backward: activationBackward },
  max_windows: WINDOWS,
  mean_windows: WINDOWS,
  batch_norm: { forward: normForward, backward: normBackward },
  dropout: { forward: dropoutForward, backward: dropoutBackward },
  flatten: { forward: flattenForward, backward: flattenBackward },
  add: JOIN,
  concat: JOIN,
};

export function forward(c: SliceContext, op: Op): void {
  wayOf(op).forward(c, op);
}

/** Adds to the gradients; nothing is done where nothing that learns lies before. */
export function backward(c: SliceContext, op: Op): void {
  if (c.tape.values[op.y].gradient !== null) wayOf(op).backward(c, op);
}

/** Its kind decides, so the types fit. */
function wayOf({ kind }: Op): Way<Op> {
  return WAYS[kind] as Way<Op>;
}
