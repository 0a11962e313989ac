import type { CnnvizError } from '../../core/errors.js';
import type { NetworkJob } from '../../core/job.js';
import type { ValuePlace } from '../../core/value-place.js';
import type { Tolerance } from './tolerance.js';

/** npy: exact numbers, a file a stage · png: a grey picture a channel, compared by its decoded pixels */
export type BaselineFormat = 'npy' | 'png';

/** Images whose feature maps are held against stored ones. Plain JSON. */
export interface CheckCase {
  /** What reports call it; '' where there is only one. */
  readonly name: string;
  /** Where it is written, "cases.yaml:3:5", for errors; '' on the command line. */
  readonly place: string;
  /** The network, how images are prepared, which layers are its stages. */
  readonly job: NetworkJob;
  /** Where the arrays that a pipe names lie; '' is the current folder. */
  readonly folder: string;
  /** Files, folders and globs. */
  readonly images: readonly string[];
  readonly recursive: boolean;
  /** The folder of the stored maps. */
  readonly baseline: string;
  readonly tolerance: Tolerance;
}

/** One value that is not what was expected. */
export interface DifferingValue {
  readonly place: ValuePlace;
  readonly expected: number;
  readonly got: number;
  /** |got − expected|; infinite where only one of the two is NaN. */
  readonly abs: number;
  /** Floating-point numbers that lie between, plus one; null where one is NaN or the numbers are whole. */
  readonly ulps: number | null;
  /** Both greys, where the baseline is a picture. */
  readonly greys: readonly [expected: number, got: number] | null;
}

/** How the values of one stage compare with a stored file or two arrays with each other. */
export interface ValuesCheck {
  readonly total: number;
  /** Values that differ by more than the tolerance. */
  readonly differing: number;
  /** Values that differ within the tolerance. */
  readonly tolerated: number;
  /** The first, in the order of items, channels, rows and columns, beyond the tolerance. */
  readonly first: DifferingValue | null;
  /** The one that is furthest off; the first of equals. */
  readonly largest: DifferingValue | null;
}

export type StageStatus = 'identical' | 'within tolerance' | 'different' | 'missing' | 'unreadable';

/** One stage of one image against its baseline. */
export interface StageCheck {
  readonly stage: string;
  readonly status: StageStatus;
  /** As it is stored. */
  readonly shape: readonly number[];
  readonly dtype: string;
  /** The stored files that were compared; of a missing baseline those that were looked for. */
  readonly files: readonly string[];
  /** Null where there was nothing to compare. */
  readonly values: ValuesCheck | null;
  /** Why it cannot be compared, or null. */
  readonly reason: string | null;
}

export type ImageStatus = 'identical' | 'failed' | 'missing';

/** One image of a case. */
export interface ImageCheck {
  readonly case: string;
  /** Its path as found. */
  readonly image: string;
  readonly status: ImageStatus;
  /** In the network's order; empty when the image could not be run. */
  readonly stages: readonly StageCheck[];
  readonly error: CnnvizError | null;
  /** Pictures of the first stage that differs and of the last, as written for the report. */
  readonly pictures: readonly CheckPicture[];
}

export interface CheckPicture {
  readonly stage: string;
  readonly kind: 'expected' | 'got' | 'difference';
  readonly path: string;
  /** Its sides in points, as a page shows it: the file has two pixels for each. */
  readonly width: number;
  readonly height: number;
}

/** What a check found. */
export interface CheckResult {
  readonly images: readonly ImageCheck[];
  /** Stored files that no image of this check produces. */
  readonly extra: readonly string[];
}

export type UpdateStatus = 'new' | 'changed' | 'same';

/** What an update did for one image. */
export interface ImageUpdate {
  readonly case: string;
  readonly image: string;
  readonly stages: readonly {
    readonly stage: string;
    readonly status: UpdateStatus;
    /** Against what was stored before; null when that is new or of another size. */
    readonly values: ValuesCheck | null;
    readonly files: readonly string[];
  }[];
  readonly error: CnnvizError | null;
}

export interface UpdateResult {
  readonly images: readonly ImageUpdate[];
  readonly removed: readonly string[];
  /** Files that no image produces and that stay all the same. */
  readonly left: readonly { readonly path: string; readonly reason: string }[];
}

/** Two files against each other. */
export interface FileComparison {
  readonly a: string;
  readonly b: string;
  readonly status: 'identical' | 'within tolerance' | 'different' | 'only in the first' | 'only in the second';
  /** values: of arrays · pixels: greys or colours of two pictures · map: an array and the picture of a map */
  readonly compared: 'values' | 'pixels' | 'map';
  /** [channels, height, width] of pictures; empty where nothing was compared. */
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: ValuesCheck | null;
  /** Why the two cannot be compared number by number, or null. */
  readonly reason: string | null;
  /** What is worth knowing though it is no difference. */
  readonly notes: readonly string[];
}
