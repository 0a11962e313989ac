import { CnnvizError } from '../core/errors.js';
import { type OutputJob, type PictureJob, scaleText } from '../core/job.js';
import { PART_FORMATS, PART_SIZE } from '../core/part.js';
import { extensionOf } from '../io/paths.js';
import { flag, under, type ValuesOf } from './flags.js';
import type { Frame } from './frame.js';
import { lookFlags } from './look-flags.js';
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
    'colours of the values; auto: grey, and in figures blue and orange where there are negative ones',
    ['auto', 'gray', 'viridis', 'magma', 'diverging'],
    'auto',
  ),
});

/** What results are written as. */
export const formatFlags = under('Output:', {
  format: flag.choice('--format <format>', 'of each image: pictures, drawings, exact numbers; or of many in one file', [
    'png',
    'svg',
    'npy',
    ...PART_FORMATS,
  ]),
  partSize: flag.whole('--part-size <n>', 'images in a file of many', 1, String(PART_SIZE)),
});

/** How maps are written. @param depth help's words for --depth */
export function mapFlags(depth: string) {
  return {
    ...under('Output:', {
      ...formatFlags,
      depth: flag.choice('--depth <bits>', depth, ['8', '16'], '8'),
    }),
    ...colourFlags,
  };
}

/** Each map of a sheet on a scale of its own. */
export const eachFlag = flag.on(
  '--each',
  'each map of a sheet on a scale of its own (default: where kernels differ in kind)',
);

type MapFlags = ValuesOf<ReturnType<typeof mapFlags>>;

/** The colours that --colormap asks for. `isFigure`: several maps share a labelled picture. */
export function coloursOf(
  colormap: ValuesOf<typeof colourFlags>['colormap'],
  isFigure: boolean,
): Pick<PictureJob, 'colormap' | 'signs'> {
  if (colormap !== 'auto') return { colormap };
  return isFigure ? { colormap: 'gray', signs: true } : { colormap: 'gray' };
}

/** How maps are drawn. */
export function pictureOf(
  { scale, depth, colormap, each }: MapFlags & { readonly each: boolean },
  isFigure: boolean,
): PictureJob {
  return { scale, depth: depth === '16' ? 16 : 8, ...coloursOf(colormap, isFigure), ...(each ? { each } : {}) };
}

/** Whether maps are written as numbers: --format, or the ending. @throws CnnvizError 'usage' when the two differ */
export function writesNumbers({ format }: Pick<MapFlags, 'format'>, target: OutputJob['target']): boolean {
  const path = target.kind === 'file' || target.kind === 'template' ? target.path : '';
  const ending = /^\.(png|svg|npy)$/.exec(extensionOf(path).toLowerCase())?.[1];
  if (ending !== undefined && format !== null && ending !== format) {
    throw new CnnvizError('usage', `${path}: the ending says ${ending}, --format says ${format}`, {
      fix: 'keep one of them',
    });
  }
  // tables of numbers; samples of a WebDataset are pictures
  return ['npy', 'npz', 'parquet'].includes(format ?? ending ?? '');
}

/** Whether figures are written as SVG: --format, or the ending. */
export function writesDrawing({ format }: { readonly format: string | null }, target: OutputJob['target']): boolean {
  const path = target.kind === 'file' || target.kind === 'template' ? target.path : '';
  return format === 'svg' || extensionOf(path).toLowerCase() === '.svg';
}

/**
 * How a job's figures are written, where it is not as usual. `isFigure`: what is written is a labelled picture.
 * @throws CnnvizError 'usage' where a look or an SVG is asked for, and what is written is none
 */
export function figureOf(
  { look, target, typed }: Pick<Frame, 'look' | 'target' | 'typed'>,
  format: string | null,
  isFigure: boolean,
  fix: string,
): Pick<OutputJob, 'figure'> {
  const path = target.kind === 'file' || target.kind === 'template' ? target.path : '';
  const svg = writesDrawing({ format }, target);
  const asked = Object.entries(lookFlags)
    .find(([key]) => typed.has(key))?.[1]
    .spec.split(' ')[0];
  if (!isFigure && (svg || asked !== undefined)) {
    throw new CnnvizError(
      'usage',
      `${asked ?? (format === 'svg' ? '--format svg' : path)} is for labelled pictures: here each value is a pixel`,
      { fix },
    );
  }
  return svg || asked !== undefined ? { figure: { look, svg } } : {};
}
