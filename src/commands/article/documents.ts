import type { FieldAxis } from '../../analysis/receptive-field.js';
import type { BankResult, MapResult, RunResult } from '../../core/result.js';
import type { SweepCell, SweepMap, SweepResult } from '../../core/sweep.js';

/*
 * The --json documents of the commands, as far as the rows read them. They come from this same version of the program;
 * one that lacks what is read here is a fault of the program.
 */

/** The banks of maps of `conv` on one image. */
function banksOf(document: unknown): readonly BankResult[] {
  return (document as { results: readonly RunResult[] }).results[0].banks;
}

export function mapsOf(document: unknown): readonly MapResult[] {
  return banksOf(document).flatMap(({ maps }) => maps);
}

/** A sweep's document: the facts of a map stand beside its cell's parameters. */
type SweepDocument = Omit<SweepResult, 'cells'> & {
  readonly cells: readonly (Omit<SweepCell, 'map'> & Partial<SweepMap>)[];
};

export function sweepOf(document: unknown): SweepDocument {
  return document as SweepDocument;
}

/** The cells of a sweep that have a map; on a small photograph some do not fit. */
export function filledCells(document: unknown): (Omit<SweepCell, 'map'> & { readonly map: SweepMap })[] {
  return sweepOf(document).cells.flatMap((cell) =>
    cell.refusal === null ? [{ ...cell, map: cell as Omit<SweepCell, 'map'> & SweepMap }] : [],
  );
}

export interface SummaryDocument {
  readonly layers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly words: string;
    readonly outShape: readonly number[];
    readonly params: number;
    readonly macs: number;
    readonly field: readonly [FieldAxis, FieldAxis] | null;
  }[];
  readonly params: number;
  readonly macs: number;
  readonly field: readonly [FieldAxis, FieldAxis] | null;
}

export function summaryOf(document: unknown): SummaryDocument {
  return document as SummaryDocument;
}

interface ExplainDocument {
  readonly x: number;
  readonly y: number;
  readonly stored: number;
  readonly explained: number;
  readonly same: boolean;
  readonly difference: number;
  readonly bound: number;
  readonly algorithm: string;
  readonly steps: readonly {
    readonly step: string;
    readonly explained: number;
    readonly sum: number;
    readonly bias: number;
    readonly channels: readonly { readonly channel: number; readonly sum: number }[];
  }[];
}

export function explanationOf(document: unknown): ExplainDocument {
  return document as ExplainDocument;
}

export interface FieldDocument {
  readonly inputSize: { readonly x: number; readonly y: number };
  readonly outSize: { readonly x: number; readonly y: number };
  readonly size: { readonly x: number; readonly y: number };
  readonly overlap: { readonly x: number; readonly y: number };
  readonly skipped: { readonly x: number; readonly y: number };
  readonly sum: number;
  readonly unread: number;
  /** How many outputs read each pixel, row by row. */
  readonly readers: readonly (readonly number[])[];
}

export function fieldOf(document: unknown): FieldDocument {
  return document as FieldDocument;
}

interface NetworkDocument {
  readonly results: readonly {
    readonly layers: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly min: number;
      readonly max: number;
      readonly firing: number;
      readonly count: number;
    }[];
    readonly top: readonly { readonly label: string; readonly probability: number }[] | null;
  }[];
}

export function networkRunOf(document: unknown): NetworkDocument['results'][number] {
  return (document as NetworkDocument).results[0];
}
