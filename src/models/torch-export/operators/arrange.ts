import type { Size } from '../argument.js';
import { type AtenNode, int, ints, text, type Writer } from '../aten-node.js';

import { swapped } from './matrices.js';

const reshape =
  (sizes: string): Writer =>
  (node) =>
    node.emit('Reshape', [node.tensor('self'), node.sizes(node.sizesOf(sizes) ?? [])], { allowzero: int(1) });

/** Axes start … end as one. */
const flatten: Writer = (node) => {
  const x = node.tensor('self');
  const rank = node.rank(x);
  const [start, end] = [node.axis(node.int('start_dim', 0), rank), node.axis(node.int('end_dim', -1), rank)];
  if (start > end) throw node.refuse(`axes ${start} to ${end} as one`);
  if (start === 1 && end === rank - 1) {
    node.emit('Flatten', [x], { axis: int(1) });
    return;
  }
  const sides = (from: number, to: number): Size[] =>
    Array.from({ length: to - from }, (_, i) => node.side(x, from + i));
  const shape: Size[] = rank === 0 ? [-1] : [...sides(0, start), -1, ...sides(end + 1, rank)];
  node.emit('Reshape', [x, node.sizes(shape)], { allowzero: int(shape.includes(0) ? 1 : 0) });
};

const unflatten: Writer = (node) => {
  const x = node.tensor('self');
  const rank = node.rank(x);
  const axis = node.axis(node.int('dim'), rank);
  const others = Array.from({ length: rank }, (_, i) => i).map((i) => (i === axis ? null : node.side(x, i)));
  const shape = others.flatMap((side) => side ?? node.sizesOf('sizes') ?? []);
  node.emit('Reshape', [x, node.sizes(shape)], { allowzero: int(shape.includes(0) ? 1 : 0) });
};

const unsqueeze: Writer = (node) => {
  const x = node.tensor('self');
  node.emit('Unsqueeze', [x, node.integers([node.axis(node.int('dim'), node.rank(x) + 1)])]);
};

/** Sides that are not 1 stay; those that depend on the input are none of 1. */
function squeeze(node: AtenNode, asked: readonly number[] | null): void {
  const x = node.tensor('self');
  const { sides } = node.meta(x);
  const all = asked?.map((dim) => node.axis(dim, sides.length)) ?? sides.map((_, axis) => axis);
  const axes = all.filter((axis) => sides[axis] === 1);
  if (axes.length === 0) node.emit('Identity', [x]);
  else node.emit('Squeeze', [x, node.integers(axes)]);
}

const permute: Writer = (node) => {
  const x = node.tensor('self');
  const perm = (node.ints('dims') ?? []).map((dim) => node.axis(dim, node.rank(x)));
  node.emit('Transpose', [x], { perm: ints(perm) });
};

const transpose: Writer = (node) => {
  const x = node.tensor('self');
  const rank = node.rank(x);
  const [a, b] = [node.axis(node.int('dim0'), rank), node.axis(node.int('dim1'), rank)];
  node.emit('Transpose', [x], { perm: ints(swapped(rank, a, b)) });
};

/** −1 keeps a side, as 1 does in ONNX. */
const expand: Writer = (node) => {
  node.ignore('implicit');
  const sizes = (node.sizesOf('size') ?? []).map((size) => (size === -1 ? 1 : size));
  node.emit('Expand', [node.tensor('self'), node.sizes(sizes)]);
};

const repeat: Writer = (node) => {
  const x = node.tensor('self');
  const times = node.sizesOf('repeats') ?? [];
  const more = times.length - node.rank(x);
  if (more < 0) throw node.refuse(`${times.length} repeats for ${node.rank(x)} axes`);
  const axes = Array.from({ length: more }, (_, axis) => axis);
  const whole = more === 0 ? x : node.add('Unsqueeze', [x, node.integers(axes)]);
  node.emit('Tile', [whole, node.sizes(times)]);
};

const cat: Writer = (node) => {
  const parts = node.tensors('tensors');
  if (parts.length === 0) throw node.refuse('nothing put together');
  const rank = node.rank(parts[0]);
  if (parts.some((part) => node.rank(part) !== rank)) throw node.refuse('arrays of different ranks put together');
  const whole = parts.map((part) => node.cast(part, node.meta(part).stored, node.made.stored));
  node.emit('Concat', whole, { axis: int(node.axis(node.int('dim', 0), rank)) });
};

const stack: Writer = (node) => {
  const parts = node.tensors('tensors');
  if (parts.length === 0) throw node.refuse('nothing put together');
  const axis = node.axis(node.int('dim', 0), node.rank(parts[0]) + 1);
  const at = node.integers([axis]);
  const whole = parts.map((part) => node.cast(part, node.meta(part).stored, node.made.stored));
  node.emit(
    'Concat',
    whole.map((part) => node.add('Unsqueeze', [part, at])),
    { axis: int(axis) },
  );
};

/** The pairs of `pad` begin with the last axis. */
function pad(mode: 'reflect' | 'edge'): Writer {
  return (node) => padded(node, node.ints('padding') ?? [], mode, 0);
}

function padded(node: AtenNode, list: readonly number[], mode: string, value: number): void {
  const x = node.tensor('self');
  const rank = node.rank(x);
  if (list.length % 2 !== 0 || list.length > 2 * rank) throw node.refuse(`${list.length} pads for ${rank} axes`);
  const pads = new Array<number>(2 * rank).fill(0);
  for (let i = 0; i < list.length; i += 2) {
    const axis = rank - 1 - i / 2;
    [pads[axis], pads[rank + axis]] = [list[i], list[i + 1]];
  }
  const filling = mode === 'constant' ? node.scalar(value, node.made.stored ?? 'float32') : null;
  node.emit('Pad', [x, node.integers(pads), filling], { mode: text(mode) });
}

const MODES: ReadonlyMap<string, string> = new Map([
  ['constant', 'constant'],
  ['reflect', 'reflect'],
  ['replicate', 'edge'],
]);

const anyPad: Writer = (node) => {
  const mode = MODES.get(node.text('mode', 'constant'));
  if (mode === undefined) throw node.refuse(`padding "${node.text('mode', '')}"`);
  padded(node, node.ints('pad') ?? [], mode, node.float('value', 0));
};

/** [N, C r r, H, W] → [N, C, H r, W r] */
const pixelShuffle: Writer = (node) => {
  const x = node.tensor('self');
  if (node.rank(x) !== 4) throw node.refuse(`an input of ${node.rank(x)} axes`);
  node.emit('DepthToSpace', [x], { blocksize: int(node.int('upscale_factor')), mode: text('CRD') });
};

/** [N, C, H, W] → [N, C r r, H / r, W / r]: the channels of a place stand before those of the next channel. */
const pixelUnshuffle: Writer = (node) => {
  const x = node.tensor('self');
  const r = node.int('downscale_factor');
  if (node.rank(x) !== 4 || r < 1) throw node.refuse(`an input of ${node.rank(x)} axes, factor ${r}`);
  const [N, C, H, W] = [0, 1, 2, 3].map((axis) => node.side(x, axis));
  const [h, w] = [node.compute('Div', H, r), node.compute('Div', W, r)];
  const blocks = node.add('Reshape', [x, node.sizes([N, C, h, r, w, r])]);
  const turned = node.add('Transpose', [blocks], { perm: ints([0, 1, 3, 5, 2, 4]) });
  node.emit('Reshape', [turned, node.sizes([N, node.compute('Mul', C, r * r), h, w])]);
};

/** [N, g C, …] → [N, C g, …] */
const channelShuffle: Writer = (node) => {
  const x = node.tensor('self');
  const groups = node.int('groups');
  const sides = node.meta(x).sides.map((_, axis) => node.side(x, axis));
  if (sides.length < 3 || groups < 1) throw node.refuse(`an input of ${sides.length} axes in ${groups} groups`);
  const [N, C, ...others] = sides;
  const grouped = node.add('Reshape', [x, node.sizes([N, groups, node.compute('Div', C, groups), ...others])]);
  const turned = node.add('Transpose', [grouped], { perm: ints(swapped(sides.length + 1, 1, 2)) });
  node.emit('Reshape', [turned, node.sizes(sides)]);
};

export const ARRANGE: Readonly<Record<string, Writer>> = {
  'view.default': reshape('size'),
  '_unsafe_view.default': reshape('size'),
  'reshape.default': reshape('shape'),
  'flatten.using_ints': flatten,
  'unflatten.int': unflatten,
  'unsqueeze.default': unsqueeze,
  'squeeze.default': (node) => squeeze(node, null),
  'squeeze.dim': (node) => squeeze(node, [node.int('dim')]),
  'squeeze.dims': (node) => squeeze(node, node.ints('dim') ?? []),
  'permute.default': permute,
  'transpose.int': transpose,
  'expand.default': expand,
  'repeat.default': repeat,
  'cat.default': cat,
  'concat.default': cat,
  'stack.default': stack,
  'constant_pad_nd.default': (node) => padded(node, node.ints('pad') ?? [], 'constant', node.float('value', 0)),
  'reflection_pad1d.default': pad('reflect'),
  'reflection_pad2d.default': pad('reflect'),
  'replication_pad1d.default': pad('edge'),
  'replication_pad2d.default': pad('edge'),
  'pad.default': anyPad,
  'pixel_shuffle.default': pixelShuffle,
  'pixel_unshuffle.default': pixelUnshuffle,
  'channel_shuffle.default': channelShuffle,
  'native_channel_shuffle.default': channelShuffle,
};
