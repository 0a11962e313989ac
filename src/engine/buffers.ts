import { bytesOf } from '../core/values.js';
import { forwardOf } from '../layers/index.js';
import type { Step } from './steps.js';

/** Where the values between steps lie. */
export interface BufferPlan {
  /** Which buffer a value has; −1 for one that is handed out and gets memory of its own in every run. */
  readonly bufferOf: ReadonlyMap<string, number>;
  /** Bytes of each buffer. */
  readonly bytes: readonly number[];
  /** Values that are another value under a new shape, and which. */
  readonly aliasOf: ReadonlyMap<string, string>;
}

/** How a step treats its first input's memory. */
function memoryOf(step: Step): 'alias' | 'in-place' | undefined {
  return step.kind === 'operator' ? forwardOf(step.layer)?.memory : undefined;
}

/**
 * Gives values whose lifetimes do not meet the same buffer. A value lives from the step that makes it to the last that
 * reads it, under any of its names.
 */
export function planBuffers(steps: readonly Step[], kept: readonly string[]): BufferPlan {
  const aliasOf = aliases(steps);
  const roots = new Map<string, string>();
  for (const [name, other] of aliasOf) roots.set(name, roots.get(other) ?? other);
  const root = (name: string): string => roots.get(name) ?? name;
  const lastUse = new Map<string, number>();
  steps.forEach(({ inputs, outputs }, s) => {
    for (const name of [...inputs, ...outputs]) if (name !== null) lastUse.set(root(name), s);
  });
  const handedOut = new Set(kept.map(root));

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
  return { bufferOf, bytes, aliasOf };

  /** The first input's buffer, when it is as large as the output and nothing needs it afterwards. */
  function ownBuffer(step: Step, s: number): number | null {
    const [input] = step.inputs;
    if (input === null) return null;
    const name = root(input);
    // read a second time, perhaps under another shape, it would be overwritten while it is read
    if (step.inputs.some((other, i) => i > 0 && other !== null && root(other) === name)) return null;
    const buffer = bufferOf.get(name) ?? -1;
    return lastUse.get(name) === s && buffer !== -1 && bytes[buffer] >= bytesOf(step.infos[0]) ? buffer : null;
  }
}

function aliases(steps: readonly Step[]): Map<string, string> {
  const aliasOf = new Map<string, string>();
  const made = new Set<string>();
  for (const step of steps) {
    const [input] = step.inputs;
    // an input of the model is the caller's: it is copied
    if (memoryOf(step) === 'alias' && input !== null && made.has(input)) aliasOf.set(step.outputs[0], input);
    for (const name of step.outputs) made.add(name);
  }
  return aliasOf;
}

/** The free buffer that fits best: the smallest that is large enough, else the largest, else a new one. */
function takeBuffer(free: Set<number>, bytes: readonly number[], needed: number): number {
  const candidates = [...free].sort((a, b) => bytes[a] - bytes[b]);
  const buffer = candidates.find((one) => bytes[one] >= needed) ?? candidates.at(-1) ?? bytes.length;
  free.delete(buffer);
  return buffer;
}
