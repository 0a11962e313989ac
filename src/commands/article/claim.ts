import type { PatchRect } from '../../core/job.js';
import { type Bilingual, inLanguage, type Words } from './language.js';

/** A piece of the photograph that the article's rows look for. */
export interface NamedPatch {
  readonly name: Bilingual;
  readonly rect: PatchRect;
}

/** The photograph the article is about, as it lies in the folder. */
export interface ArticlePhoto {
  /** Its name there: the commands name it like this. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Where it came from, when it is not the drawing that ships: how its reader called it, and its size there. */
  readonly own: { readonly name: string; readonly width: number; readonly height: number } | null;
  /** The three pieces; the second is the one strides, biases and pools are tried on. */
  readonly patches: readonly [NamedPatch, NamedPatch, NamedPatch];
  /** Four biases for the second piece's map, falling: one that helps it fire, none, two thresholds. */
  readonly biases: readonly [number, number, number, number];
}

/** A picture of the page. */
export interface ArticlePicture {
  /** Its path within the folder. */
  readonly file: string;
  /** Pixels; null for a drawing that scales. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** A sentence for those who cannot see it. */
  readonly alt: Words;
}

/** What one command made. */
export interface ArticleFigure {
  /** The command as a shell takes it, in the folder. */
  readonly command: Words;
  readonly pictures: readonly ArticlePicture[];
  /** What it printed, where that is the figure; else null. */
  readonly text: string | null;
}

/** One row of the article, made. */
export interface ArticleRow {
  readonly id: string;
  readonly title: Bilingual;
  /** What the article shows. */
  readonly shows: Bilingual;
  /** What to see, from the numbers of this run. */
  readonly see: Words;
  readonly figures: readonly ArticleFigure[];
  readonly checks: readonly Check[];
  /** Why it could not be made; null when it was. */
  readonly failure: Words | null;
}

interface ArticleSection {
  readonly title: Bilingual;
  readonly rows: readonly ArticleRow[];
}

/** The whole article, made. */
export interface Article {
  readonly photo: ArticlePhoto;
  /** The photograph with its pieces framed. */
  readonly pieces: ArticlePicture;
  readonly sections: readonly ArticleSection[];
}

/** Something that was measured on the spot, beside what it should be. */
export interface Check {
  /** What is claimed, in words. */
  readonly what: Words;
  readonly expected: Words;
  readonly measured: Words;
  readonly holds: boolean;
  /** law: true of every input, or the engine is wrong · finding: true of some pictures and not of others */
  readonly kind: 'law' | 'finding';
}

/** A claim that holds for every input, or something is broken. */
export function law(what: Words, expected: Words, measured: Words, holds: boolean): Check {
  return { what, expected, measured, holds, kind: 'law' };
}

/** A claim about one picture. */
export function finding(what: Words, expected: Words, measured: Words, holds: boolean): Check {
  return { what, expected, measured, holds, kind: 'finding' };
}

/** A claim that two texts are one: numbers that must be exact are compared as they are written. */
export function equal(what: Words, expected: Words, measured: Words): Check {
  return law(what, expected, measured, inLanguage(expected, 'en') === inLanguage(measured, 'en'));
}
