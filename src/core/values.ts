/** Number types of arrays, named as in numpy and torch. */
export type DType =
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** What carries the numbers. int64 and uint64 travel as whole numbers in float64 (exact up to 2^53), bool as 0 and 1. */
export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** What is known of an array before its numbers are. `shape` [] is a scalar. */
export interface ValueInfo {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** An array of any type and rank, row-major, no gaps. */
export interface Value extends ValueInfo {
  readonly data: Numbers;
}

const CARRIERS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: Float64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: Float64Array,
  bool: Uint8Array,
} as const;

/** Bytes of one number as it travels. */
export function carrierBytes(dtype: DType): number {
  return CARRIERS[dtype].BYTES_PER_ELEMENT;
}

/** Bytes of an array as it travels. */
export function bytesOf({ dtype, shape }: ValueInfo): number {
  return shape.reduce((size, side) => size * side, carrierBytes(dtype));
}

/** Where an array begins in a buffer. */
export type ArrayPlace = Pick<ArrayBufferView, 'buffer' | 'byteOffset'>;

/** `size` zeros of this type; at a place, when one is given, what lies there. */
export function newNumbers(dtype: DType, size: number, place?: ArrayPlace | null): Numbers {
  const Carrier = CARRIERS[dtype];
  return place ? new Carrier(place.buffer as ArrayBuffer, place.byteOffset, size) : new Carrier(size);
}

/** `size` numbers of an array from `from` on, where they lie. */
export function partOf(data: Numbers, from: number, size: number): Numbers {
  return from === 0 && size === data.length ? data : data.subarray(from, from + size);
}

/** Numbers of any type as float32; the same array when they are. */
export function toFloat32(data: Numbers): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

/** What `withNumbers` keeps: as many arrays as calls have been within one another, of so many numbers at most. */
const spare: Float32Array[] = [];
const LARGEST_SPARE = 2 ** 23;

/**
 * Numbers for the length of a call, whatever they are at first. They serve the next call too: memory that nobody has touched
 * costs more than to read a file into it.
 */
export function withNumbers<T>(length: number, use: (numbers: Float32Array) => T): T {
  const idle = spare.pop();
  const numbers = idle && idle.length >= length ? idle : new Float32Array(length);
  const made = use(numbers.subarray(0, length));
  if (numbers.length <= LARGEST_SPARE) spare.push(numbers);
  return made;
}

/** Whether a type is one of floating point. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/** Where numbers went wrong in a network: the first layer that makes them so. */
export interface ValueFault {
  /** What happens and where, the same for every input it happens to: "NaN from layer2.1.bn1 on". */
  readonly cause: string;
  /** How it looks for one input: "784 values, channel 5". */
  readonly detail: string;
  readonly kind: 'NaN' | 'Inf' | '−Inf' | 'explosion';
  readonly layer: string;
  /** Those of its channels that are touched, by index. */
  readonly channels: readonly number[];
  /** How many numbers are. */
  readonly count: number;
  /** The largest |value| that the layer read, and that it made. */
  readonly from: number;
  readonly to: number;
}

/** "NaN from layer2.1.bn1 on (784 values, channel 5)" */
export function faultWords({ cause, detail }: Pick<ValueFault, 'cause' | 'detail'>): string {
  return `${cause} (${detail})`;
}

/** "; NaN from layer2.1.bn1 on (784 values, channel 5)": what was born earlier, behind what it led to; '' for nothing. */
export function bornWords(faults: readonly ValueFault[]): string {
  return faults.map((fault) => `; ${faultWords(fault)}`).join('');
}

/** The finite values in rising order. */
export function sortedFinite(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let count = 0;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) all[count++] = values[i];
  }
  return all.subarray(0, count).sort();
}

/** The p-th percentile of sorted values, linear between neighbours, as numpy.percentile; NaN when there are none. */
export function percentileOf(sorted: Float32Array, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = (p / 100) * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/**
 * Percentiles of all finite values, as percentileOf gives them, without sorting: their bits, which rise as the numbers do
 * once those of negative ones are turned, are counted by their upper, then by their lower halves. NaN where there are none.
 * @param ofAboveZero only of the values above zero
 * @param count the pass over all values; the engine's does the same in WebAssembly
 */
export function percentilesOf(
  arrays: readonly Float32Array[],
  percents: readonly number[],
  ofAboveZero = false,
  count: CountHalves = countHalves,
): number[] {
  if (arrays.reduce((sum, { length }) => sum + length, 0) <= FEW) {
    const sorted = sortedFinite(arrays);
    const first = ofAboveZero ? sorted.findIndex((value) => value > 0) : 0;
    const own = first === -1 ? sorted.subarray(sorted.length) : sorted.subarray(first);
    return percents.map((p) => percentileOf(own, p) + 0);
  }
  const bits = arrays.map(({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length));
  const upper = count(bits, 0, 0, 16);
  const lower = new Map<number, Uint32Array>();
  const lowerOf = (bin: number): Uint32Array => {
    const counts = lower.get(bin) ?? count(bits, 0xffff0000 | 0, (bin ^ 0x8000) << 16, 0);
    lower.set(bin, counts);
    return counts;
  };
  const sum = (from: number, end: number): number => {
    let total = 0;
    for (let bin = from; bin < end; bin++) total += upper[bin];
    return total;
  };
  // the numbers of zero's bin are zero, the first of them, and what is too small for its bits to reach the upper half
  const skipped = ofAboveZero ? sum(LEAST_FINITE, ZERO) + (upper[ZERO] > 0 ? lowerOf(ZERO)[0] : 0) : 0;
  const last = sum(LEAST_FINITE, END_OF_FINITE) - skipped - 1;
  if (last < 0) return percents.map(() => Number.NaN);
  const valueAt = (rank: number): number => {
    const [bin, within] = binOf(upper, LEAST_FINITE, skipped + rank);
    return numberOf(bin, binOf(lowerOf(bin), 0, within)[0]);
  };
  return percents.map((p) => {
    const at = (p / 100) * last;
    const below = Math.floor(at);
    const low = valueAt(below);
    return low + (at - below) * (valueAt(Math.min(below + 1, last)) - low);
  });
}

/** So few values are sorted sooner than counted. */
const FEW = 4096;
/** Bins of upper halves: of the most negative finite number, of zero, and behind that of the largest finite number. */
const [LEAST_FINITE, ZERO, END_OF_FINITE] = [0x80, 0x8000, 0xff80];
/** At most this many values at a time: a function called often is compiled soon. */
const COUNT_PORTION = 16_384;

export type CountHalves = (arrays: readonly Int32Array[], mask: number, wanted: number, shift: 0 | 16) => Uint32Array;

/** How often each half that `shift` leaves occurs among the numbers whose bits in `mask` are `wanted`. */
function countHalves(arrays: readonly Int32Array[], mask: number, wanted: number, shift: 0 | 16): Uint32Array {
  const counts = new Uint32Array(65_536);
  const turn = shift === 16 ? 0x8000 : 0;
  for (const bits of arrays) {
    for (let from = 0; from < bits.length; from += COUNT_PORTION) {
      countPortion(bits.subarray(from, from + COUNT_PORTION), mask, wanted, shift, turn, counts);
    }
  }
  return counts;
}

/** One function for both halves: it is compiled once. `turn`: negative upper halves come first. */
function countPortion(
  bits: Int32Array,
  mask: number,
  wanted: number,
  shift: number,
  turn: number,
  counts: Uint32Array,
): void {
  for (let i = 0; i < bits.length; i++) {
    const rising = bits[i] ^ ((bits[i] >> 31) >>> 1);
    if ((rising & mask) === wanted) counts[((rising >>> shift) & 0xffff) ^ turn]++;
  }
}

/** The bin that holds the number of this rank, counted from 0, and its rank within the bin. */
function binOf(counts: Uint32Array, from: number, rank: number): [bin: number, within: number] {
  let [bin, within] = [from, rank];
  while (within >= counts[bin]) within -= counts[bin++];
  return [bin, within];
}

function numberOf(bin: number, lower: number): number {
  const rising = ((bin ^ 0x8000) << 16) | lower;
  // + 0: of two zeros no one is meant
  return new Float32Array(Int32Array.of(rising ^ ((rising >> 31) >>> 1)).buffer)[0] + 0;
}
