import { groupDigits } from '../core/text.js';
import { type Bar, barRows } from './bars.js';
import { type FigureLook, titledScene } from './figure.js';
import { inGrid, type Part, stacked, textPart } from './part.js';
import type { Scene } from './scene/scene.js';

/** The best classes of one item. */
export interface ClassBarsItem {
  /** '' where there is one item. */
  readonly label: string;
  /** The largest first. */
  readonly bars: readonly Bar[];
  /** How many classes are not drawn. */
  readonly more: number;
  /** What is to be known of its scores: '' or "2 of 10 scores are NaN". */
  readonly note: string;
}

const LENGTH = 400;

/** The best classes as bars, the largest first, with names and numbers; of several items each in a block of its own. */
export function classBars(
  items: readonly ClassBarsItem[],
  { title, facts, look }: { readonly title: string; readonly facts: string; readonly look: FigureLook },
): { readonly scene: Scene } {
  const length = LENGTH * (items.length === 1 ? look.box : look.box / 2);
  const blocks = items.map(({ label, bars, more, note }): Part => {
    const head = label === '' ? [] : [textPart(label, 'name')];
    const lines = [more > 0 ? `… ${groupDigits(more)} more` : '', note].filter(Boolean);
    const drawn = bars.length === 0 ? [] : [barRows(bars, length)];
    return stacked([...head, ...drawn, ...lines.map((line) => textPart(line, 'detail'))], 8, 'left');
  });
  return { scene: titledScene(title, facts, inGrid(blocks, 32), null, look) };
}
