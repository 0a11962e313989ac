/**
 * How many letters must be inserted, removed, replaced or swapped with their neighbour to make one word of the other.
 * Source: Wagner & Fischer 1974, with swaps as Damerau 1964; one row of the table at a time
 */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  let before = row;
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    before = row;
    row = next;
  }
  return row[b.length];
}

/** Nobody slips on the keys of a longer one, and the table of distances grows with the product of both lengths. */
const LONGEST_WORD = 200;

/** The name that was probably meant, the first of equals; null when even the nearest is too far for a slip of the keys. */
export function nearestName(word: string, names: readonly string[]): string | null {
  const allowed = Math.max(1, word.length / 3);
  let nearest: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  if (word.length > LONGEST_WORD) return null;
  for (const name of names) {
    if (Math.abs(name.length - word.length) > allowed) continue;
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < least && distance <= allowed) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}
