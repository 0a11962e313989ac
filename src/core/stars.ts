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
