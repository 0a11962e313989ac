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

/** Edits, of which letters doubled by mistake are one altogether. */
function slipsBetween(typed: string, name: string): number {
  const once = (word: string) => word.replace(/(.)\1+/g, '$1');
  return Math.min(editDistance(typed, name), editDistance(once(typed), once(name)) + 1);
}

/** A word this long that begins one name alone means it, however much is missing. */
const SHORTEST_BEGINNING = 3;

/**
 * The name that was probably meant, the first of equals; null when none is near. Near is one slip (a letter inserted,
 * removed, replaced, swapped with its neighbour; letters typed twice are one together) in words of up to 7 letters, and one more for every further 4: two
 * short words that share half of their letters are two words. A beginning of one name is near too, also where others go on
 * from that name: --pad is --padding, not --padding-mode. `names` are of the kind that was asked for: flags of the command
 * at hand, layers of the network.
 */
export function nearestName(word: string, names: readonly string[]): string | null {
  const typed = word.replace(/^-+/, '').toLowerCase();
  const allowed = Math.max(1, Math.floor(typed.length / 4));
  let nearest: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  if (word.length > LONGEST_WORD) return null;
  for (const name of names) {
    const known = name.replace(/^-+/, '').toLowerCase();
    if (known.length > LONGEST_WORD) continue;
    const distance = slipsBetween(typed, known);
    if (distance < least && distance <= allowed && distance < typed.length) {
      least = distance;
      nearest = name;
    }
  }
  if (nearest !== null || typed.length < SHORTEST_BEGINNING) return nearest;
  const begun = names.filter((name) => name.replace(/^-+/, '').toLowerCase().startsWith(typed));
  const shortest = begun.find((name) => begun.every((one) => one.startsWith(name)));
  return shortest ?? null;
}

/**
 * At most `most` of the names that were probably meant: the one that `nearestName` finds, and those that are as near; without
 * it those that hold the word, else those that begin as it does, at least to its middle.
 */
export function nearestNames(word: string, names: readonly string[], most: number): string[] {
  if (word.length > LONGEST_WORD) return [];
  const near = nearestName(word, names);
  if (near !== null) {
    const slips = (name: string) =>
      name.length > LONGEST_WORD ? Number.POSITIVE_INFINITY : slipsBetween(word.toLowerCase(), name.toLowerCase());
    const least = slips(near);
    return [near, ...names.filter((name) => name !== near && slips(name) === least)].slice(0, most);
  }
  const typed = word
    .toLowerCase()
    .replace(/[*?[\]]+$/, '')
    .replace(/^[*?]+/, '');
  if (typed.length < SHORTEST_BEGINNING) return [];
  const holding = names.filter((name) => name.toLowerCase().includes(typed));
  if (holding.length > 0) return holding.slice(0, most);
  const shared = (name: string) => {
    let same = 0;
    while (same < typed.length && name[same]?.toLowerCase() === typed[same]) same++;
    return same;
  };
  const longest = Math.max(0, ...names.map(shared));
  return longest >= typed.length / 2 ? names.filter((name) => shared(name) === longest).slice(0, most) : [];
}

/**
 * Whether a name is what a pattern of `*` (any letters) and `?` (one) means; other signs mean themselves. Only the last
 * star is ever widened, for what those before it took can stay: length of name × length of pattern at most.
 */
export function matchesStars(name: string, wanted: string): boolean {
  let [n, w, star, from] = [0, 0, -1, 0];
  while (n < name.length) {
    if (wanted[w] === '*') {
      star = w++;
      from = n;
    } else if (wanted[w] === '?' || wanted[w] === name[n]) {
      n++;
      w++;
    } else if (star >= 0) {
      w = star + 1;
      n = ++from;
    } else return false;
  }
  while (wanted[w] === '*') w++;
  return w === wanted.length;
}
