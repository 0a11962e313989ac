/**
 * How many letters must be inserted, removed or replaced to make one word of the other.
 * Source: Wagner & Fischer 1974, one row of the table at a time
 */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The name that was probably meant, the first of equals; null when even the nearest is too far for a slip of the keys. */
export function nearestName(word: string, names: readonly string[]): string | null {
  const allowed = Math.max(1, word.length / 3);
  let nearest: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < least && distance <= allowed) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}
