/** What would stay if this process died now, temporary files and locks, and how each is taken away. */
const things = new Map<unknown, () => void>();

let tell: (() => void) | null = null;

/** This would be left behind, from now on. `takeAway`: synchronous, for signal handlers. */
export function noteLeft(thing: unknown, takeAway: () => void): void {
  things.set(thing, takeAway);
  tell?.();
}

/** It is gone, or has become what was wanted. */
export function forgetLeft(thing: unknown): void {
  if (things.delete(thing)) tell?.();
}

export function isAnythingLeft(): boolean {
  return things.size > 0;
}

/** Takes all of it away; synchronous, for signal handlers. */
export function takeLeftAway(): void {
  for (const takeAway of [...things.values()]) takeAway();
}

/** Calls `listener` whenever that may have changed. */
export function whenLeftChanges(listener: () => void): void {
  tell = listener;
}

/** Signals that came before this call have been delivered when it resolves: the loop has been where it looks for them. */
export async function signalsDelivered(): Promise<void> {
  // the first may come before the loop looks, the second cannot
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
