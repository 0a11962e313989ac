import type { Tensor } from '../../core/tensor.js';
import type { FigureLook } from '../../draw/figure.js';
import type { Scene } from '../../draw/scene/scene.js';
import type { ArticlePhoto, Check } from './claim.js';
import type { Bilingual, Words } from './language.js';
import type { Layers } from './laws/planes.js';

/** One command that makes pictures, or whose table is the figure. */
export interface FigurePlan {
  /** As typed after `cnnviz`, in the article's folder. */
  readonly args: readonly string[];
  /** The pictures it writes there; none: what it prints is shown. */
  readonly files: readonly string[];
}

/** What a row's commands gave, and what else its checks may look at. */
export interface RowRun {
  readonly photo: ArticlePhoto;
  /** The --json documents of the figures' commands, in order. */
  readonly documents: readonly unknown[];
  /** Those of `facts`, in order. */
  readonly facts: readonly unknown[];
  /** The bytes of a file in the folder. */
  read(file: string): Promise<Uint8Array>;
  /** The photograph in grey, [1, H, W]. */
  grayPhoto(): Promise<Tensor>;
  readonly layers: Layers;
}

/** A row of the article: the commands that make it, and what can be claimed of their numbers. */
export interface RowDefinition {
  /** As the source article's table numbers it: F5, Q2. */
  readonly id: string;
  readonly title: Bilingual;
  /** What the article shows. */
  readonly shows: Bilingual;
  /** The commands of its figures; none for a law, which `article` itself tries. */
  readonly figures: (photo: ArticlePhoto) => readonly FigurePlan[];
  /** A picture that no other command draws: `article` does, from what the engine computes. */
  readonly drawing?: { readonly file: string; readonly draw: (look: FigureLook) => { readonly scene: Scene } };
  /** Further commands whose numbers are needed; they write no picture. */
  readonly facts?: (photo: ArticlePhoto) => readonly (readonly string[])[];
  readonly checks: (run: RowRun) => readonly Check[] | Promise<readonly Check[]>;
  /** One line on what to see. */
  readonly see: (run: RowRun) => Words;
}

export interface SectionDefinition {
  readonly title: Bilingual;
  readonly rows: readonly RowDefinition[];
}

/** Where a text says what is bright: from the smallest value, black, to the largest, white. */
export const GREYS = ['--colormap', 'gray', '--scale', 'minmax'] as const;

/** Handwritten digits, which ship with the package. */
export const SEVEN = 'seven.png';
export const THREE = 'three.png';

/** A kernel that `digits` has learnt, and what that network reads of a seven: for commands of one layer. */
export const LEARNT_KERNEL = 'kernel4.npy';
const READ_SEVEN = 'seven.npy';

/** Writes both, then looks at them: the network's convolution has a border of 2. */
export function learntKernelPlans(file: string, ...args: string[]): FigurePlan[] {
  return [
    picture(LEARNT_KERNEL, 'filters', 'digits', '--kernels', '4'),
    // the pixels from 0 to 1, as the network was trained on
    picture(READ_SEVEN, 'preprocess', SEVEN, '--preset', 'mnist', '--normalize', '0/1'),
    picture(file, 'sweep', READ_SEVEN, '--kernel', LEARNT_KERNEL, '--padding', '2', ...args),
  ];
}

/** For rows without a command of their own: `article` computes them. */
export const NO_FIGURES = (): readonly FigurePlan[] => [];

/** A command that writes one picture: `-o FILE` is added. */
export function picture(file: string, ...args: string[]): FigurePlan {
  return { args: [...args, '-o', file], files: [file] };
}

/** A live figure: a page of `explore`, whose settings the reader moves. The figures above it say the same without scripts. */
export function live(file: string, ...args: string[]): FigurePlan {
  return { args: ['explore', ...args, '-o', file], files: [file] };
}

/** A command whose table is the figure. */
export function table(...args: string[]): FigurePlan {
  return { args, files: [] };
}

/** x,y,w,h of a piece of the photograph, as --patch takes it. */
export function patchText({ patches }: ArticlePhoto, which: 0 | 1 | 2): string {
  const { x, y, width, height } = patches[which].rect;
  return [x, y, width, height].join();
}

/** The name of a piece at the start of a sentence. */
export function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
