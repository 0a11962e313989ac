import type { RankedClass } from '../../core/network-result.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import type { Style } from '../../reports/text.js';

/** A place of the network's input, and of the image it was prepared from. */
interface ReportedPlace {
  readonly x: number;
  readonly y: number;
  readonly image: { readonly x: number; readonly y: number } | null;
}

/** "img.png  451×300 → 224×224 (…)   alexnet" */
export function subjectLine(path: string, size: string, preprocess: string, network: string, style: Style): string {
  const arrow = preprocess.startsWith('an array') ? `  ${preprocess}` : `  ${size} → ${preprocess}`;
  return `${style.strong(path === '-' ? 'standard input' : path)}${arrow}   ${style.dim(network)}`;
}

/** "12.3 %"; nothing beside a NaN or infinite score, where no class has a share. */
export function shareWords(probability: number): string {
  return Number.isNaN(probability) ? '' : `${(100 * probability).toFixed(1)} %`;
}

/** "class 281 tabby, tabby cat   score 3.21, 0.4 %, best of 1,000" */
export function classLine({ index, label, score, probability, rank, of: count }: RankedClass, madeUp: boolean): string {
  const name = label === `class ${index}` ? label : `class ${index} ${label}`;
  const place = rank === 1 ? `best of ${groupDigits(count)}` : `rank ${groupDigits(rank)} of ${groupDigits(count)}`;
  const share = Number.isNaN(probability) ? '' : `, ${shareWords(probability)}`;
  return `  ${name}   score ${formatNumber(score)}${share}, ${place}${madeUp ? ' (made-up weights)' : ''}`;
}

/** "(210, 133) of the image" */
export function placeWords({ x, y, image }: ReportedPlace): string {
  return image ? `(${image.x}, ${image.y}) of the image` : `(${x}, ${y})`;
}
