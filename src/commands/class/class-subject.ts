import { atPlace, CnnvizError } from '../../core/errors.js';
import type { NetworkJob } from '../../core/job.js';
import type { RankedClass } from '../../core/network-result.js';
import { toOriginal } from '../../core/preprocess-geometry.js';
import type { Input } from '../../io/inputs.js';
import { type OpenedNetwork, openNetwork } from '../../run/network.js';
import { readLabels } from '../../run/network-session.js';
import { type NetworkSource, readNetworkSource } from '../../run/network-source.js';

/** A network and the one image a class is asked about. */
export interface ClassSubject {
  readonly opened: OpenedNetwork;
  readonly source: NetworkSource;
  /** Class names from a file; null: ImageNet's for 1,000 classes. */
  readonly labels: readonly string[] | null;
  /** [C, H, W] of what the network reads. */
  readonly size: readonly [number, number, number];
  readonly threads: number;
}

/**
 * Opens the network and prepares the image. @throws CnnvizError that names the file at fault; 'usage' when what the
 * network reads is no single image
 */
export async function openSubject(job: NetworkJob, input: Input, threads: number): Promise<ClassSubject> {
  const opened = await openNetwork(job.request);
  const labels = job.labels === null ? null : await readLabels(job.labels);
  const source = await readNetworkSource(input, job, opened).catch((error) => {
    throw atPlace(input.path === '-' ? 'standard input' : input.path, error);
  });
  const shape = source.info?.shape ?? [];
  if (opened.open.length !== 1 || shape.length !== 4 || shape[0] !== 1) {
    throw new CnnvizError('usage', `${input.path}: expected one image, got an array [${shape.join(', ')}]`, {
      fix: 'one image at a time, as [1, C, H, W]; other inputs as --input NAME=FILE.npy',
    });
  }
  const size = shape.slice(1) as unknown as ClassSubject['size'];
  return { opened, source, labels, size, threads };
}

/** A place of what the network reads, and where that lies in the image. */
export interface ImagePlace {
  readonly x: number;
  readonly y: number;
  /** Null for arrays, which are taken as they are. */
  readonly image: { readonly x: number; readonly y: number } | null;
}

/** The pixel of the image that a pixel of the network's input shows the middle of. */
export function imagePlace({ picture }: NetworkSource, x: number, y: number): ImagePlace {
  if (!picture) return { x, y, image: null };
  const { x: across, y: down } = toOriginal(x, y, picture.plan);
  return { x, y, image: { x: Math.round(across), y: Math.round(down) } };
}

/** What every answer about a class says first. */
export interface ClassAnswer {
  readonly network: string;
  readonly class: RankedClass;
  readonly notes: readonly string[];
}
