import type { Image } from '../core/image.js';
import { shortenMiddle } from './font.js';
import { titledImage } from './map-figure.js';
import { FAINT, framed, INK, inGrid, type Part, sideBySide, stacked, textPart, widest } from './part.js';
import { imagePicture } from './pictures.js';

const GAP = 10;
/** Patches in a row, where one channel has the sheet for itself. */
const COLUMNS = 3;
const AS_IT_IS = { zoom: 1, shrink: 1 };

/** One patch with what is said below it: value, name, place. */
export interface LabelledPatch {
  /** Null: the input was an array, and there is nothing to see. */
  readonly image: Image | null;
  readonly lines: readonly [value: string, ...rest: string[]];
}

export interface PatchRow {
  readonly label: string;
  readonly patches: readonly LabelledPatch[];
}

/** The patches of channels: one channel in a square, several in a row each. */
export function patchSheet(rows: readonly PatchRow[], side: number, title: string, facts: string): Image {
  const cells = rows.map(({ patches }) => patches.map((patch) => cell(patch, side)));
  const figure =
    rows.length === 1
      ? inGrid(cells[0], GAP, Math.min(cells[0].length, COLUMNS))
      : stacked(
          rows.map(({ label }, r) => labelledRow(label, cells[r], rows)),
          GAP,
          'left',
        );
  return titledImage(
    title,
    facts,
    figure,
    textPart('value, image, middle of the patch in the image; black lies beyond its edge', FAINT),
  );
}

function labelledRow(label: string, cells: readonly Part[], rows: readonly PatchRow[]): Part {
  const width = widest(rows.map((row) => textPart(row.label)));
  return sideBySide([{ ...textPart(label), width }, ...cells], GAP, 'top');
}

function cell({ image, lines }: LabelledPatch, side: number): Part {
  const empty = framed({ width: side, height: side, draw: () => {} });
  const picture = image ? imagePicture(image, AS_IT_IS) : empty;
  const words = lines.map((line, i) => textPart(shortenMiddle(line, side, 1), i === 0 ? INK : FAINT));
  const part = stacked([picture, ...words], 3, 'left');
  return { ...part, width: Math.max(part.width, side + 2) };
}
