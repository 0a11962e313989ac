import type { EngineMemory } from '../../wasm/memory.js';
import { inputForward } from './augment.js';
import type { SliceContext } from './context.js';
import { crossEntropy } from './loss-op.js';
import { normBackward, normGradientSums, normSums, updateRunning } from './norm-op.js';
import { backward, forward } from './ops.js';
import type { Phase, TrainingShare } from './share.js';
import { type NormOp, SLICE } from './tape.js';

/** Gradients are summed slice by slice in a group, then group by group: the order depends on the batch alone. */
const MOST_GROUPS = 8;
/** Parameters of one ticket of an update. */
const CHUNK = 4096;
/** Source: torch.optim.Adam */
export const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-8 } as const;

export function slicesOf(images: number): number {
  return Math.ceil(images / SLICE);
}

export function groupsOf(images: number): number {
  return Math.min(MOST_GROUPS, slicesOf(images));
}

/** The tickets of a phase: groups of slices, single slices, or parts of the parameters. */
export function ticketsOf(kind: Phase['kind'], images: number, { tape }: TrainingShare): number {
  if (kind === 'update') return Math.ceil(tape.learntBytes / 4 / CHUNK);
  return kind === 'evaluate' ? slicesOf(images) : groupsOf(images);
}

/** One ticket of a phase, on the thread with this lane. */
export function runTicket(
  memory: EngineMemory,
  share: TrainingShare,
  phase: Phase,
  ticket: number,
  lane: number,
): void {
  if (phase.kind === 'update') update(memory, share, phase, ticket);
  else if (phase.kind === 'evaluate') evaluate(memory, share, phase, ticket, lane);
  else runGroup(memory, share, phase, ticket, lane);
}

/** The slices of one group, in order. */
function runGroup(memory: EngineMemory, share: TrainingShare, phase: Phase, ticket: number, lane: number): void {
  const [slices, groups] = [slicesOf(phase.images), groupsOf(phase.images)];
  const [first, end] = [Math.floor((ticket * slices) / groups), Math.floor(((ticket + 1) * slices) / groups)];
  const { tape, gradients } = share;
  if (phase.kind === 'turn') {
    const own = gradients + ticket * tape.learntBytes;
    memory.routines.fillZero(own, tape.learntBytes);
  }
  for (let slice = first; slice < end; slice++) {
    const c = contextOf(memory, share, phase, slice, lane, ticket);
    if (phase.kind === 'forward') forwardSegment(c, share, phase, phase.segment);
    else if (phase.kind === 'turn') turn(c, share, phase);
    else backwardSegment(c, phase.segment);
  }
}

function contextOf(
  memory: EngineMemory,
  share: TrainingShare,
  { kind, images, step }: Phase,
  slice: number,
  lane: number,
  group: number,
): SliceContext {
  const { tape, areas, works, weights, buffers, tables, gradients, settings, slicesMeet } = share;
  const trains = kind !== 'evaluate';
  return {
    heap: memory.heap,
    routines: memory.routines,
    tape,
    area: areas[slicesMeet && trains ? slice : lane],
    work: works[lane],
    weights,
    buffers,
    tables,
    gradients: gradients + group * tape.learntBytes,
    images: Math.min(SLICE, images - slice * SLICE),
    batch: images,
    trains,
    seed: settings.seed,
    step,
    slice,
    areas: slicesMeet ? areas.slice(0, slicesOf(images)) : [],
  };
}

function forwardSegment(c: SliceContext, share: TrainingShare, phase: Phase, segment: number): void {
  const { ops, segments } = c.tape;
  if (segment === 0) inputForward(c, share, phase);
  const [first, end] = segments[segment];
  for (let i = first; i < end; i++) forward(c, ops[i]);
  if (c.trains && segment + 1 < segments.length) normSums(c, ops[end] as NormOp);
}

/** The last segment forwards, the loss, and back to where slices meet. */
function turn(c: SliceContext, share: TrainingShare, phase: Phase): void {
  const { tape, heap, routines, area, slice } = c;
  forwardSegment(c, share, phase, tape.segments.length - 1);
  routines.fillZero(area + tape.gradients.at, tape.gradients.bytes);
  const { loss, said } = crossEntropy(c, labelsOf(c, share));
  heap.f64[share.losses / 8 + slice] = loss;
  heap.i32.set(said, share.said / 4 + slice * SLICE);
  backwardOps(c, tape.segments.length - 1);
}

/** From the batch norm behind a segment back to its beginning. */
function backwardSegment(c: SliceContext, segment: number): void {
  normBackward(c, c.tape.ops[c.tape.segments[segment + 1][0]] as NormOp);
  backwardOps(c, segment);
}

function backwardOps(c: SliceContext, segment: number): void {
  const { ops, segments } = c.tape;
  const [first, end] = segments[segment];
  const stop = segment === 0 ? first : first + 1;
  for (let i = end - 1; i >= stop; i--) backward(c, ops[i]);
  if (segment > 0) normGradientSums(c, ops[first] as NormOp);
}

function evaluate(memory: EngineMemory, share: TrainingShare, phase: Phase, slice: number, lane: number): void {
  const c = contextOf(memory, share, phase, slice, lane, 0);
  for (let segment = 0; segment < share.tape.segments.length; segment++) forwardSegment(c, share, phase, segment);
  const { loss, said } = crossEntropy(c, labelsOf(c, share));
  memory.heap.f64[share.losses / 8 + slice] = loss;
  memory.heap.i32.set(said, share.said / 4 + slice * SLICE);
}

function labelsOf({ heap, images, slice }: SliceContext, { order, images: { labels } }: TrainingShare): number[] {
  return Array.from({ length: images }, (_, i) => heap.i32[labels / 4 + heap.i32[order / 4 + slice * SLICE + i]]);
}

/** The running statistics of the batch norms, once all slices of a step have been forwards. */
export function updateStatistics(memory: EngineMemory, share: TrainingShare, phase: Phase): void {
  const c = contextOf(memory, share, phase, 0, 0, 0);
  for (const op of share.tape.ops) if (op.kind === 'batch_norm') updateRunning(c, op);
}

/** One part of the parameters: gradients of all groups summed in order, then the optimizer's step. */
function update({ routines }: EngineMemory, share: TrainingShare, phase: Phase, ticket: number): void {
  const { tape, settings, gradients, weights, moments, betas } = share;
  const start = ticket * CHUNK;
  const count = Math.min(CHUNK, tape.learntBytes / 4 - start);
  const at = (base: number) => base + start * 4;
  routines.sumGradients(at(gradients), tape.learntBytes, groupsOf(phase.images), count);
  const [w, g, m, v] = [at(weights), at(gradients), at(moments[0]), at(moments[1])];
  const { momentum, weightDecay } = settings;
  if (settings.optimizer === 'sgd') routines.sgdUpdate(w, g, m, count, phase.rate, momentum, weightDecay);
  else routines.adamUpdate(w, g, m, v, count, phase.rate, phase.correction, ADAM.eps, weightDecay, betas);
}
