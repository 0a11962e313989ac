/** Codes of a deflate block, RFC 1951. */

/** No code is longer, so that four fit beside the bits that wait for their byte. */
const LONGEST = 14;

/** More than there are symbols. */
const SYMBOLS = 512;

/**
 * The lengths of an optimal prefix code, `longest` at most; 0 for what never occurs. There are always two codes at least.
 * counts: how often each symbol occurs. Source: Moffat and Katajainen, In-Place Calculation of Minimum-Redundancy Codes, 1995
 */
export function codeLengths(counts: Int32Array, longest = LONGEST): Uint8Array {
  const lengths = new Uint8Array(counts.length);
  // counts with their symbols, as numbers that are sorted together
  const keys = new Float64Array(counts.length);
  let n = 0;
  for (let symbol = 0; symbol < counts.length; symbol++)
    if (counts[symbol] > 0) keys[n++] = counts[symbol] * SYMBOLS + symbol;
  for (let symbol = 0; n < 2; symbol++) if (counts[symbol] === 0) keys[n++] = symbol;
  const sorted = keys.subarray(0, n).sort();
  const a = sorted.map((key) => Math.floor(key / SYMBOLS));
  joinTree(a);
  depths(a);
  const ofLength = new Int32Array(longest + 1);
  for (const depth of a) ofLength[Math.min(depth, longest)]++;
  makeRoom(ofLength, longest);
  // the rarest symbols get the longest codes
  for (let length = longest, next = 0; length > 0; length--) {
    for (let k = ofLength[length]; k > 0 && next < n; k--) lengths[sorted[next++] % SYMBOLS] = length;
  }
  return lengths;
}

/** Rising weights become, for each inner node of their tree, the place of its parent. */
function joinTree(a: Float64Array): void {
  const n = a.length;
  a[0] += a[1];
  let [root, leaf] = [0, 2];
  for (let next = 1; next < n - 1; next++) {
    const take = (): number => {
      if (leaf < n && !(root < next && a[root] < a[leaf])) return a[leaf++];
      const weight = a[root];
      a[root++] = next;
      return weight;
    };
    const weight = take();
    a[next] = weight + take();
  }
}

/** Places of parents become the depths of the leaves, the deepest first. */
function depths(a: Float64Array): void {
  const n = a.length;
  a[n - 2] = 0;
  for (let next = n - 3; next >= 0; next--) a[next] = a[a[next]] + 1;
  let [available, used, depth, root, next] = [1, 0, 0, n - 2, n - 1];
  while (available > 0) {
    for (; root >= 0 && a[root] === depth; root--) used++;
    for (; available > used; available--) a[next--] = depth;
    available = 2 * used;
    depth++;
    used = 0;
  }
}

/** Codes that were too long have been cut: others get longer until all can be told apart again. */
function makeRoom(ofLength: Int32Array, longest: number): void {
  let total = 0;
  for (let length = 1; length <= longest; length++) total += ofLength[length] * 2 ** (longest - length);
  for (; total > 2 ** longest; total--) {
    ofLength[longest]--;
    let length = longest - 1;
    while (ofLength[length] === 0) length--;
    ofLength[length]--;
    ofLength[length + 1] += 2;
  }
}

/** Each symbol's bits | their number << 24, the first bit lowest; 0 for what has no code. */
export function canonicalCodes(lengths: Uint8Array): Int32Array {
  const ofLength = new Int32Array(LONGEST + 2);
  for (const length of lengths) if (length > 0) ofLength[length]++;
  const next = new Int32Array(LONGEST + 2);
  for (let length = 1; length <= LONGEST; length++) next[length + 1] = (next[length] + ofLength[length]) << 1;
  const codes = new Int32Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    if (length > 0) codes[symbol] = turned(next[length]++, length) | (length << 24);
  }
  return codes;
}

function turned(code: number, length: number): number {
  let bits = code;
  bits = ((bits & 0x5555) << 1) | ((bits >> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >> 4) & 0x0f0f);
  bits = ((bits & 0x00ff) << 8) | (bits >> 8);
  return bits >> (16 - length);
}

/** The order in which a block tells the lengths of the codes of lengths. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LONGEST_OF_LENGTHS = 7;

/** Tells the codes of a block: `put` takes bits and how many they are. literals: 257 lengths at least; distances: 1 at least */
export function putCodes(
  literals: Uint8Array,
  distances: Uint8Array,
  put: (bits: number, count: number) => void,
): void {
  const [l, d] = [Math.max(257, usedOf(literals)), Math.max(1, usedOf(distances))];
  const words = runsOf([...literals.subarray(0, l), ...distances.subarray(0, d)]);
  const counts = new Int32Array(ORDER.length);
  for (const [symbol] of words) counts[symbol]++;
  const lengths = codeLengths(counts, LONGEST_OF_LENGTHS);
  const codes = canonicalCodes(lengths);
  let told = ORDER.length;
  while (told > 4 && lengths[ORDER[told - 1]] === 0) told--;
  put(l - 257, 5);
  put(d - 1, 5);
  put(told - 4, 4);
  for (const symbol of ORDER.slice(0, told)) put(lengths[symbol], 3);
  for (const [symbol, rest, bits] of words) {
    put(codes[symbol] & 0xffffff, codes[symbol] >>> 24);
    put(rest, bits);
  }
}

function usedOf(lengths: Uint8Array): number {
  let used = lengths.length;
  while (used > 0 && lengths[used - 1] === 0) used--;
  return used;
}

/** Lengths with their repetitions: symbol, further bits, how many those are. */
function runsOf(lengths: readonly number[]): [number, number, number][] {
  const words: [number, number, number][] = [];
  for (let i = 0; i < lengths.length; ) {
    const length = lengths[i];
    let run = 1;
    while (lengths[i + run] === length) run++;
    i += run;
    if (length > 0) {
      words.push([length, 0, 0]);
      run--;
    }
    while (run >= 3) {
      const [symbol, least, most, bits] = length > 0 ? [16, 3, 6, 2] : run > 10 ? [18, 11, 138, 7] : [17, 3, 10, 3];
      const taken = Math.min(run, most);
      words.push([symbol, taken - least, bits]);
      run -= taken;
    }
    for (; run > 0; run--) words.push([length, 0, 0]);
  }
  return words;
}
