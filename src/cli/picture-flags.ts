import { CnnvizError } from '../core/errors.js';
import type { OutputJob, PictureJob } from '../core/job.js';
import { scaleText } from '../core/job-text.js';
import { extensionOf } from '../io/paths.js';
import { flag, under, type ValuesOf } from './flags.js';
import { parseScale } from './parse.js';

/** How values become colours, where maps share one picture. */
export const colourFlags = under('Output:', {
  scale: flag.of(
    '--scale <rule>',
    'auto (few outliers are clipped), minmax, symmetric (zero is mid-grey), LO,HI or p1,p99',
    (_, text) => parseScale(text),
    scaleText,
    'auto',
  ),
  colormap: flag.choice(
    '--colormap <name>',
    'colours of the values',
    ['gray', 'viridis', 'magma', 'diverging'],
    'gray',
  ),
});

/** How maps are written. @param depth help's words for --depth */
export function mapFlags(depth: string) {
  return {
    ...under('Output:', {
      format: flag.choice('--format <format>', 'pictures or exact numbers', ['png', 'npy']),
      depth: flag.choice('--depth <bits>', depth, ['8', '16'], '8'),
    }),
    ...colourFlags,
  };
}

type MapFlags = ValuesOf<ReturnType<typeof mapFlags>>;

/** How maps are drawn. */
export function pictureOf({ scale, depth, colormap }: MapFlags): PictureJob {
  return { scale, depth: depth === '16' ? 16 : 8, colormap };
}

/** Whether maps are written as numbers: --format, or the ending. @throws CnnvizError 'usage' when the two differ */
export function writesNumbers({ format }: Pick<MapFlags, 'format'>, target: OutputJob['target']): boolean {
  const path = target.kind === 'file' || target.kind === 'template' ? target.path : '';
  const ending = /^\.(png|npy)$/.exec(extensionOf(path).toLowerCase())?.[1];
  if (ending !== undefined && format !== null && ending !== format) {
    throw new CnnvizError('usage', `${path}: the ending says ${ending}, --format says ${format}`, {
      fix: 'keep one of them',
    });
  }
  return (format ?? ending) === 'npy';
}
