/** A name without what people vary in it: case, '-' and '_'. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/**
 * The one of `names` that `word` is, in its own spelling: as written, else regardless of case, '-' and '_' when only one
 * fits; null when none does.
 */
export function sameName<T extends string>(word: string, names: readonly T[]): T | null {
  const exact = names.find((name) => name === word);
  if (exact !== undefined) return exact;
  const alike = names.filter((name) => bare(name) === bare(word));
  return bare(word) !== '' && alike.length === 1 ? alike[0] : null;
}
