/** Puts the focus on the head of the arithmetic, once it is there. */
export function focusWhy(): void {
  requestAnimationFrame(() => document.getElementById('why')?.focus());
}
