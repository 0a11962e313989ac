/** Lets signals through between portions of work. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
