import { type AblatedChannel, ablate as ablateChannels } from '../commands/class/ablate-study.js';
import { type ClassSubject, type ImagePlace, openSubject } from '../commands/class/class-command.js';
import { gradcam as gradcamOf } from '../commands/class/gradcam-study.js';
import { occlude as occludeOf } from '../commands/class/occlude-study.js';
import { saliency as saliencyOf } from '../commands/class/saliency-study.js';
import type { Pair } from '../core/geometry.js';
import type { RankedClass } from '../core/result.js';
import { type Tensor, tensor } from '../core/tensor.js';
import {
  type FileLike,
  type ImageLike,
  inLibraryWords,
  type NetworkRunOptions,
  networkJob,
  pause,
  withInput,
  withLabels,
  withRequest,
} from './sources.js';

/** Which class of which network is asked about. */
export interface ClassOptions extends NetworkRunOptions {
  /** Its number, or its name or the beginning of it. Default: the best one. */
  readonly class?: number | string;
  /** Class names in the order of the scores: a list, or a file with one a line. Default: ImageNet's for 1,000 classes. */
  readonly labels?: readonly string[] | FileLike;
}

/** What every answer about a class says. */
interface ClassFound {
  readonly network: string;
  /** The class with its score (a softmax at the end left out), its probability and its rank. */
  readonly class: RankedClass;
  /** What is worth knowing: made-up weights, NaN. */
  readonly notes: readonly string[];
}

/** A place of what the network reads, from the top left; `image`: the pixel of the photograph, null for arrays. */
type Strongest = (ImagePlace & { readonly value: number }) | null;

/** Where a layer speaks for a class. */
export interface Gradcam extends ClassFound {
  readonly layer: string;
  /** [h, w] of the layer: from 0, the larger the more it speaks for the class. */
  readonly map: Tensor;
  /** fields: each value lies in the middle of its receptive field; else they are stretched over the whole input. */
  readonly placed: 'fields' | 'stretched' | 'irregular';
  /** The part of what the network reads that the values divide among them, in its pixels. */
  readonly cells: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Null when nothing speaks for the class. */
  readonly strongest: Strongest;
  /** The channels with the largest weights, largest first. */
  readonly channels: readonly { readonly channel: number; readonly weight: number }[];
}

/**
 * Grad-CAM: a layer's maps, each weighted by how the class's score grows with it, summed up; what is below zero is zero.
 * @param image a photograph, prepared as the network says unless options say otherwise; or an array [C, H, W] as it is
 * @param options `layer`: a layer of maps; default: the last before the pooling over the whole map. `stretch`: the map over
 * the whole input, as published, wherever its fields lie
 * @throws CnnvizError 'usage', 'shape' or 'unsupported'; 'input', 'decode' or 'format' for files
 * Source: Selvaraju et al. 2017, Grad-CAM
 */
export function gradcam(
  network: FileLike,
  image: ImageLike,
  options: ClassOptions & { readonly layer?: string; readonly stretch?: boolean } = {},
): Promise<Gradcam> {
  return withSubject(network, image, options, async (subject, wanted) => {
    const { layer: named = null, stretch = false } = options;
    const { map, layer, placed, cells, strongest, channels, ...found } = await gradcamOf(
      subject,
      wanted,
      named,
      stretch,
      pause,
    );
    const values = tensor(map.values, [map.height, map.width]);
    return { ...classFound(found), layer, map: values, placed, cells, strongest, channels };
  });
}

/** What moves a class's score. */
export interface Saliency extends ClassFound {
  /** The gradient of the score, [C, H, W] of what the network reads. */
  readonly gradient: Tensor;
  /** [H, W]: of each pixel the channel with the largest gradient, its size; with `signed` its value. */
  readonly map: Tensor;
  readonly strongest: Strongest;
}

/**
 * The gradient of one class's score with respect to the input: what a small change of each pixel would do.
 * @param image as for gradcam
 * @throws CnnvizError as gradcam
 * Source: Simonyan et al. 2013, Deep inside convolutional networks
 */
export function saliency(
  network: FileLike,
  image: ImageLike,
  options: ClassOptions & { readonly signed?: boolean } = {},
): Promise<Saliency> {
  return withSubject(network, image, options, async (subject, wanted) => {
    const { gradient, shape, map, strongest, ...found } = await saliencyOf(
      subject,
      wanted,
      options.signed ?? false,
      pause,
    );
    return {
      ...classFound(found),
      gradient: tensor(gradient, shape),
      map: tensor(map.values, [map.height, map.width]),
      strongest,
    };
  });
}

/** How a class fares when a patch is covered. */
export interface Occlusion extends ClassFound {
  /** Left edges of the patches' columns and top edges of their rows, in pixels of what the network reads. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** [height, width] of a patch. */
  readonly size: Pair;
  /** [rows, columns]: the class's score with that patch covered. */
  readonly scores: Tensor;
  /** [rows, columns]: its probability. */
  readonly probabilities: Tensor;
}

/** How a patch is covered. */
export interface OccludePatch {
  /** Of the patch, in pixels of what the network reads. Default: a seventh of the shorter side. */
  readonly size?: number | Pair;
  /** From patch to patch. Default: half of the patch. */
  readonly stride?: number | Pair;
  /** What it is filled with: each channel's mean, mid-grey, or what the network reads as 0. Default 'mean'. */
  readonly fill?: 'mean' | 'gray' | '0';
}

/**
 * Covers the image patch by patch and watches one class: each score has the bits of a run on the covered image.
 * @param image as for gradcam
 * @throws CnnvizError as gradcam
 * Source: Zeiler and Fergus 2014, Visualizing and understanding convolutional networks
 */
export function occlude(
  network: FileLike,
  image: ImageLike,
  options: ClassOptions & OccludePatch = {},
): Promise<Occlusion> {
  const { size, stride, fill = 'mean' } = options;
  const patch = { size: sidesOf(size), stride: sidesOf(stride), fill };
  return withSubject(network, image, options, async (subject, wanted) => {
    const { grid, scores, probabilities, ...found } = await occludeOf(subject, wanted, patch, pause);
    const shape = [grid.ys.length, grid.xs.length];
    return {
      ...classFound(found),
      xs: grid.xs,
      ys: grid.ys,
      size: grid.size,
      scores: tensor(scores, shape),
      probabilities: tensor(probabilities, shape),
    };
  });
}

/** How a class fares without each channel of a layer. */
export interface Ablation extends ClassFound {
  readonly layer: string;
  /** In the order of the channels; `fall`: how much of the score is lost, below zero when the class gains. */
  readonly channels: readonly AblatedChannel[];
}

/**
 * Sets each channel of a layer to a constant, one at a time, and watches one class.
 * @param options `layer`: which; `fill`: '0' or each channel's own mean, default '0'
 * @throws CnnvizError as gradcam; 'usage' when the score does not depend on the layer
 */
export function ablate(
  network: FileLike,
  image: ImageLike,
  options: ClassOptions & { readonly layer: string; readonly fill?: '0' | 'mean' },
): Promise<Ablation> {
  return withSubject(network, image, options, async (subject, wanted) => {
    const { layer, channels, ...found } = await ablateChannels(
      subject,
      wanted,
      options.layer,
      options.fill ?? '0',
      pause,
    );
    return { ...classFound(found), layer, channels };
  });
}

function classFound({ network, class: one, notes }: ClassFound): ClassFound {
  return { network, class: one, notes };
}

function withSubject<T>(
  network: FileLike,
  image: ImageLike,
  options: ClassOptions,
  use: (subject: ClassSubject, wanted: string | null) => Promise<T>,
): Promise<T> {
  const { class: wanted, labels, threads = 1 } = options;
  return inLibraryWords(() =>
    withRequest(network, options, (request) =>
      withLabels(labels, (path) =>
        withInput(image, async (input) => {
          const job = networkJob(request, options, { layers: ['output'], labels: path });
          const subject = await openSubject(job, input, threads);
          return use(subject, wanted === undefined ? null : String(wanted));
        }),
      ),
    ),
  );
}

function sidesOf(side: number | Pair | undefined): Pair | null {
  if (side === undefined) return null;
  return typeof side === 'number' ? [side, side] : side;
}
