import { sizeOf } from '../core/tensor.js';
import { bytesOf, type ValueInfo } from '../core/values.js';
import { forwardOf } from '../layers/index.js';
import type { ShapedModel } from '../layers/infer.js';
import type { Copy } from '../layers/row-work.js';
import type { OperatorStep, Step } from './steps.js';

/** A value that is another one under a new shape, or a part of it: so many of its numbers come before. */
export interface Alias {
  readonly of: string;
  readonly from: number;
}

/** Where the values between steps lie. */
export interface BufferPlan {
  /** Which buffer a value has; −1 for one that is handed out and gets memory of its own in every run. */
  readonly bufferOf: ReadonlyMap<string, number>;
  /** Bytes of each buffer. */
  readonly bytes: readonly number[];
  readonly aliasOf: ReadonlyMap<string, Alias>;
  /** Who a value is, whatever it is called. */
  root(name: string): string;
}

/** What is known before anything runs. */
type Known = Pick<ShapedModel, 'infos' | 'known'>;

/** A part of a value keeps all of it: below this share of its bytes it is copied instead. */
const LEAST_PART = 1 / 4;

/** How a step treats its first input's memory. */
function memoryOf(step: Step): 'alias' | 'in-place' | 'parts' | undefined {
  return step.kind === 'operator' ? forwardOf(step.layer)?.memory : undefined;
}

/**
 * Gives values whose lifetimes do not meet the same buffer. A value lives from the step that makes it to the last that
 * reads it, under any of its names.
 */
export function planBuffers(steps: readonly Step[], kept: readonly string[], shaped: Known): BufferPlan {
  /** Who a value is under a new shape. */
  const whole = rootsOf(aliases(steps, reshaped));
  const handedOut = new Set(kept.map(whole));
  const parts = (step: OperatorStep, input: string): readonly number[] | null => {
    const isInside = ![input, ...step.outputs].some((name) => handedOut.has(whole(name)));
    return memoryOf(step) === 'parts' && isInside ? pieces(step, shaped) : null;
  };
  const aliasOf = aliases(steps, (step, input) => reshaped(step) ?? parts(step, input));
  const root = rootsOf(aliasOf);
  const lastUse = new Map<string, number>();
  steps.forEach(({ inputs, outputs }, s) => {
    for (const name of [...inputs, ...outputs]) if (name !== null) lastUse.set(root(name), s);
  });

  const bufferOf = new Map<string, number>();
  const bytes: number[] = [];
  const free = new Set<number>();
  steps.forEach((step, s) => {
    step.outputs.forEach((name, i) => {
      if (aliasOf.has(name)) return;
      if (handedOut.has(name)) {
        bufferOf.set(name, -1);
        return;
      }
      const needed = bytesOf(step.infos[i]);
      const own = i === 0 && memoryOf(step) === 'in-place' ? ownBuffer(step, s) : null;
      const buffer = own ?? takeBuffer(free, bytes, needed);
      bytes[buffer] = Math.max(bytes[buffer] ?? 0, needed);
      bufferOf.set(name, buffer);
    });
    for (const name of new Set([...step.inputs, ...step.outputs].flatMap((one) => (one === null ? [] : [root(one)])))) {
      const buffer = bufferOf.get(name) ?? -1;
      if (lastUse.get(name) === s && buffer !== -1) free.add(buffer);
    }
    // a buffer passed on in place is not free while its new value lives
    for (const name of step.outputs) {
      const buffer = bufferOf.get(name) ?? -1;
      if (buffer !== -1 && lastUse.get(name)! > s) free.delete(buffer);
    }
  });
  return { bufferOf, bytes, aliasOf, root };

  /** The first input's buffer, when it is as large as the output and nothing needs it afterwards. */
  function ownBuffer(step: Step, s: number): number | null {
    const [input] = step.inputs;
    if (input === null) return null;
    const name = root(input);
    // what lies somewhere within cannot be written over from the start
    if (aliasOf.has(whole(input))) return null;
    // read a second time, perhaps under another shape, it would be overwritten while it is read
    if (step.inputs.some((other, i) => i > 0 && other !== null && root(other) === name)) return null;
    const buffer = bufferOf.get(name) ?? -1;
    return lastUse.get(name) === s && buffer !== -1 && bytes[buffer] >= bytesOf(step.infos[0]) ? buffer : null;
  }
}

/** Who a value is. `aliasOf`: what an alias is another name of comes before it, for there may be thousands in a row */
function rootsOf(aliasOf: ReadonlyMap<string, Alias>): (name: string) => string {
  const roots = new Map<string, string>();
  for (const [name, { of }] of aliasOf) roots.set(name, roots.get(of) ?? of);
  return (name) => roots.get(name) ?? name;
}

/**
 * Values that lie within the first input of the step that makes them, as the steps make them. `within`: how many numbers come
 * before each output there; null: they lie elsewhere
 */
function aliases(
  steps: readonly Step[],
  within: (step: OperatorStep, input: string) => readonly number[] | null,
): Map<string, Alias> {
  const aliasOf = new Map<string, Alias>();
  const made = new Set<string>();
  for (const step of steps) {
    const [input] = step.inputs;
    // an input of the model is the caller's: it is copied
    if (step.kind === 'operator' && input !== null && made.has(input)) {
      within(step, input)?.forEach((from, i) => void aliasOf.set(step.outputs[i], { of: input, from }));
    }
    for (const name of step.outputs) made.add(name);
  }
  return aliasOf;
}

/** What is the whole of its input, under a new shape. */
function reshaped(step: OperatorStep): readonly number[] | null {
  return memoryOf(step) === 'alias' ? [0] : null;
}

/** Where in its first input each output of a layer begins; null: some output lies in pieces, or is a small part. */
function pieces({ layer, inputs, infos: made }: OperatorStep, { infos, known }: Known): number[] | null {
  const [x, ...others] = inputs.map((name, i) => {
    if (name === null) return null;
    return i === 0 ? { ...infos.get(name)!, data: new Float32Array() } : known(name);
  });
  if (others.some((other, i) => other === null && inputs[i + 1] !== null)) return null;
  const work = forwardOf(layer)!.rowWork!(layer, [x, ...others]);
  if (work?.work !== 'copies' || work.fill !== null || work.copies.length !== made.length) return null;
  const isLarge = (info: ValueInfo): boolean => bytesOf(info) >= LEAST_PART * bytesOf(x!);
  const areThere = work.copies.every((copy, output) => isOnePiece(copy, output, made[output].shape));
  return areThere && made.every(isLarge) ? work.copies.map(({ from }) => from) : null;
}

/** Whether what is copied is all of an output, and lies in input 0 as it will there. */
function isOnePiece(copy: Copy, output: number, shape: readonly number[]): boolean {
  const { input, sides, fromSteps, to, toSteps } = copy;
  const isAll = input === 0 && copy.output === output && to === 0 && sizeOf(sides) === sizeOf(shape);
  return isAll && sides.every((side, axis) => side === 1 || fromSteps[axis] === toSteps[axis]);
}

/** The free buffer that fits best: the smallest that is large enough, else the largest, else a new one. */
function takeBuffer(free: Set<number>, bytes: readonly number[], needed: number): number {
  const candidates = [...free].sort((a, b) => bytes[a] - bytes[b]);
  const buffer = candidates.find((one) => bytes[one] >= needed) ?? candidates.at(-1) ?? bytes.length;
  free.delete(buffer);
  return buffer;
}
