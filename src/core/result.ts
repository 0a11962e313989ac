import type { Pads } from './geometry.js';
import type { ColormapName, ProductKind } from './job.js';
import type { PreprocessPlan, Size } from './preprocess-geometry.js';
import { groupDigits } from './text.js';
import type { ValueFault } from './values.js';

/** What is true of a set of numbers. Non-finite values are counted and left out of the rest. */
export interface ValueFacts {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly nan: number;
  readonly infinite: number;
  /** How many values are above zero: the neurons that fire. */
  readonly firing: number;
}

/** A rectangle in whole pixels, both ends included. */
export interface Window {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** One value of a map with its place, (x, y) from the top left, and the part of the input it was made from. */
export interface Peak {
  readonly value: number;
  readonly x: number;
  readonly y: number;
  readonly window: Window;
}

/** How values became greys: `lo` is black, `hi` is white, values outside are clipped. */
export interface Scale {
  readonly lo: number;
  readonly hi: number;
  /**
   * Which percentiles lo and hi are, where they were chosen as such; [null, 99]: black is zero, and white is the 99th
   * percentile of the values above it.
   */
  readonly percentiles?: readonly [lo: number | null, hi: number];
}

/** What a picture of values loses: how many fell below lo, above hi, or were NaN. */
export interface Clipped {
  readonly below: number;
  readonly above: number;
  readonly nan: number;
}

/** What one picture of several maps loses of all their values. */
export interface ClippedOf extends Clipped {
  /** How many values there are. */
  readonly of: number;
}

/** What was read. */
export interface InputFacts {
  /** The path as given, '-' for standard input. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** Channels the first layer reads, after grey conversion. */
  readonly channels: number;
  /** The colours are fed as blue, green, red; absent: as red, green, blue. */
  readonly order?: 'bgr';
  /** How many inputs an array holds; 1 for an image. */
  readonly items: number;
  /** 'RGB', 'gray', 'CMYK' … as stored, or the dtype of an array. */
  readonly colour: string;
  readonly depth: number;
  /** Which page or frame was read, from 1, of a file that holds several; absent: it holds one. */
  readonly page?: number;
  readonly pages?: number;
  /** The samples that became black and white, where the file's type does not say them. */
  readonly range?: Scale;
  /** The size in the file, where the layer reads another: the image was resized or cropped. */
  readonly original?: Size;
}

/** Whether the three channels of an input are red, green and blue. */
export function areColours({ channels, order }: Pick<InputFacts, 'channels' | 'order'>): boolean {
  return channels === 3 && order === undefined;
}

export interface KernelFacts {
  /** How it was named: a built-in, a file without its folder, the inline text, a patch. */
  readonly name: string;
  /** [C/groups, kH, kW]; of a gradient magnitude both kernels, [2, C, kH, kW] */
  readonly shape: readonly number[];
  /** SHA-256 of the float32 weights, little-endian. */
  readonly sha256: string;
  /** What gives its strongest response, for built-in kernels. */
  readonly positive: string | null;
}

/** Whether a kernel cut from the input answers strongest at its own place. */
export interface PatchVerdict {
  /** Null when the patch comes from another image. */
  readonly own: { readonly x: number; readonly y: number; readonly found: boolean } | null;
  /** The strongest response more than half a patch away, and its share of the peak. */
  readonly runnerUp: { readonly x: number; readonly y: number; readonly value: number; readonly share: number } | null;
}

/** One feature map: one channel of the layer's output for one input. */
export interface MapResult {
  readonly name: string;
  /** Which input of an array [N, …]; 0 for an image. */
  readonly item: number;
  readonly kernel: KernelFacts;
  readonly width: number;
  readonly height: number;
  readonly bias: number;
  readonly values: ValueFacts;
  /** The strongest (largest) value; null when no value is finite. */
  readonly peak: Peak | null;
  readonly patch: PatchVerdict | null;
  /** Null when no picture of this map alone was asked for. */
  readonly picture: { readonly scale: Scale; readonly clipped: Clipped; readonly zero: ZeroLevel } | null;
}

/** Where zero fell among the greys. */
export type ZeroLevel = { readonly level: number } | 'below' | 'above';

/** Kernels of one size convolve together; this is what they share. */
export interface BankResult {
  /** [M, C/groups, kH, kW] */
  readonly weight: readonly number[];
  /** Its two kernels make one map: √(x² + y²). Absent where each makes its own. */
  readonly magnitude?: true;
  readonly pads: Pads;
  readonly algorithm: string;
  readonly macs: number;
  readonly unread: { readonly rows: number; readonly columns: number };
  /** Width and height before pooling. */
  readonly convolved: readonly [number, number];
  readonly maps: readonly MapResult[];
}

export interface OutputFile {
  readonly path: string;
  readonly kind: ProductKind;
  /** The network's layer it shows; null for the one layer of `conv`. */
  readonly layer: string | null;
  readonly bytes: number;
  /** A file of this name was there before. */
  readonly replaced?: true;
  /** Of a picture: the one scale of all its values, and what that clipped. */
  readonly scale?: DrawnScale;
}

/** A picture's scale with what it clipped. */
export interface DrawnScale extends Scale {
  readonly colormap: ColormapName;
  readonly clipped: ClippedOf;
}

/** How often values fall where. Zeros stand apart: behind a ReLU most values are exactly 0. */
export interface Histogram {
  /** All values, whatever they are. */
  readonly count: number;
  readonly zeros: number;
  readonly nan: number;
  readonly infinite: number;
  /** Of the finite values that are not 0: the smallest and the largest; NaN when there is none. */
  readonly lo: number;
  readonly hi: number;
  /** How many of those fall into each of equal steps from lo to hi; hi is in the last one. */
  readonly bins: readonly number[];
}

/** What became of one input. */
export interface RunResult {
  readonly input: InputFacts;
  readonly banks: readonly BankResult[];
  readonly outputs: readonly OutputFile[];
  /** Time the engine took. Not part of any stored result: it differs from run to run. */
  readonly engineMs: number;
  /** What went unexpectedly, though it is not an error. */
  readonly warnings: readonly string[];
}

/** One way to compute a convolution, as the planner saw it. */
export interface CandidateFacts {
  readonly name: string;
  /** Where the method comes from. */
  readonly source: string;
  /** Why it cannot be taken, or null. */
  readonly rejected: string | null;
  /** The cost model's estimate, in milliseconds on a common machine; null when rejected. */
  readonly estimateMs: number | null;
  /** The largest error, as a share of Σ|x·w| + |bias| of the output itself, or of the map's largest. */
  readonly tolerance: { readonly ofTerms: number; readonly at: 'output' | 'map'; readonly reason: string };
}

/** The planner's choice and what it takes. */
export interface ChoiceFacts {
  readonly candidates: readonly CandidateFacts[];
  /** What an image of whole numbers takes instead, so that it is exact; absent where the choice is, or weights are not whole. */
  readonly wholeNumbers?: string;
  /** Bands of output rows; 1 for an algorithm that takes whole images. */
  readonly bands: number;
  readonly bandRows: number;
  /** Bytes of packed weights, and of everything a band needs besides. */
  readonly packedBytes: number;
  readonly workspaceBytes: number;
}

/** What a run on one input would compute and write. */
export interface PlannedRun {
  readonly input: InputFacts;
  readonly banks: readonly (Omit<BankResult, 'maps'> & {
    readonly labels: readonly string[];
    readonly choice: ChoiceFacts;
    /** Width and height of its maps. */
    readonly out: readonly [number, number];
  })[];
  readonly outputs: readonly string[];
}

/** One step of the preparation of an image and what it leaves. scaled or normalised: samples have become numbers. */
export interface StepSize {
  readonly name: 'decoded' | 'resized' | 'cropped' | 'letterboxed' | 'ink' | 'fitted' | 'scaled' | 'normalised';
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** The values of one channel. */
export interface ChannelFacts {
  /** red, green, blue, in the order they are fed, or gray */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** A step with its values: whole samples until they become numbers. */
export interface StepFacts extends StepSize {
  /** One for each channel; none for a resized image of which only the crop was made. */
  readonly values: readonly ChannelFacts[];
}

/** How one image became a network's input. */
export interface PreprocessResult {
  readonly input: InputFacts;
  /** "224×224 (shorter side 256, centre crop, mean/std)" */
  readonly preprocess: string;
  readonly plan: PreprocessPlan;
  /** [C, H, W]; [H, W, C] with channels last */
  readonly shape: readonly number[];
  readonly steps: readonly StepFacts[];
  readonly outputs: readonly OutputFile[];
  /** What went unexpectedly, though it is not an error. */
  readonly warnings: readonly string[];
}

/** What the values of one layer look like, channel by channel. */
export interface LayerFacts extends ValueFacts {
  /** Channels, or units of a layer of vectors. */
  readonly channels: number;
  /** Channels that never fire: zero everywhere behind a ReLU. Null where zero does not mean silence, as before the ReLU. */
  readonly dead: number | null;
  /** Which they are. */
  readonly deadChannels: readonly number[] | null;
  /** Share of values at a limit of the activation (sigmoid, tanh, relu6, clip …); null where there is no limit. */
  readonly saturated: number | null;
  /** Pairs of channels that are nearly the same up to scale: correlation above 0.99. Null for layers of vectors. */
  readonly duplicates: readonly (readonly [number, number])[] | null;
}

/** One layer of a run. */
export interface LayerResult {
  readonly name: string;
  readonly kind: string;
  /** As the network makes it, N included. */
  readonly shape: readonly number[];
  /** Its shape is [N, H, W, C]: it is measured and drawn channel by channel all the same. */
  readonly channelsLast?: true;
  readonly dtype: string;
  /** The convolution algorithm that made it, or null. */
  readonly algorithm: string | null;
  readonly facts: LayerFacts;
}

export interface ClassScore {
  readonly index: number;
  readonly label: string;
  /** As the network gives it. */
  readonly score: number;
  /** Softmax over all classes, 0 … 1. */
  readonly probability: number;
}

/** One class's score and its rank among all; 1 is the best. */
export interface RankedClass extends ClassScore {
  readonly rank: number;
  /** How many classes there are. */
  readonly of: number;
}

/** What became of one input of a network. */
export interface NetworkRunResult {
  readonly input: InputFacts;
  /** How the image became the input, in words. */
  readonly preprocess: string;
  readonly layers: readonly LayerResult[];
  /** The best classes of each item; null when they were not asked for. */
  readonly top: readonly (readonly ClassScore[])[] | null;
  /** How many scores of each item are NaN; with one there is no best class. */
  readonly nanScores: readonly NanScores[];
  /** Whether the classes share 100 %: not behind a sigmoid or a ReLU, where each score stands for itself. */
  readonly scoresShare: boolean;
  readonly outputs: readonly OutputFile[];
  /** Time the engine took; differs from run to run. */
  readonly engineMs: number;
  /** What went unexpectedly besides the faults, though it is no error. */
  readonly warnings: readonly string[];
  /** Where NaN, infinities and explosions were born. */
  readonly faults: readonly ValueFault[];
}

/** NaN among the scores of one item: with one there is no best class, for the softmax of all is NaN. */
interface NanScores {
  readonly nan: number;
  readonly of: number;
}

export function nanScores(scores: Float32Array | Float64Array): NanScores {
  return { nan: Array.from(scores).filter(Number.isNaN).length, of: scores.length };
}

/** "every score is NaN", "1 of 1,000 scores is NaN" */
export function nanScoreWords({ nan, of }: NanScores): string {
  if (nan === of) return 'every score is NaN';
  return `${groupDigits(nan)} of ${groupDigits(of)} scores ${nan === 1 ? 'is' : 'are'} NaN`;
}
