import type { Image } from '../core/image.js';
import { commonLevels, type FigureOptions, type LabelledMap, legend, titledScene } from './figure.js';
import { chooseFit, fitWords } from './fit.js';
import { arrowPart } from './marks.js';
import {
  boxed,
  captioned,
  drawText,
  imagePicture,
  lineHeight,
  type Part,
  planePicture,
  sideBySide,
  stacked,
  TYPE,
  textPart,
  widest,
} from './part.js';
import { fillRect, type Scene, strokeRect } from './scene/scene.js';
import { shortenMiddle, textWidth } from './scene/typeface.js';
import { wrapSettings } from './settings.js';

/** A column: a few maps of one layer, with what leads to them. */
export interface OverviewStage {
  /** The layer's name. */
  readonly name: string;
  /** "64 maps 55 × 55" */
  readonly size: string;
  /** What happens on the way to it, a line each. */
  readonly way: readonly string[];
  readonly maps: readonly LabelledMap[];
}

/** A class, or another value the network ends in. */
export interface OverviewBar {
  readonly label: string;
  /** "71.2 %" or a score. */
  readonly words: string;
  /** Of the longest bar there can be, 0 … 1. */
  readonly share: number;
}

export interface DrawnOverview extends FigureOptions {
  readonly facts: string;
  readonly input: Image;
  readonly stages: readonly OverviewStage[];
  /** What the network ends in; null: in the maps of the last stage. */
  readonly end: {
    readonly name: string;
    readonly size: string;
    readonly way: readonly string[];
    readonly bars: readonly OverviewBar[];
  } | null;
}

const GAP = 12;
const INPUT_BOX = 232;
const MAP_BOX = 112;
/** Smaller maps would be lost among the words: then the letters shrink with them. */
const LEAST_BOX = 1;
/** The words on an arrow are broken into lines this wide. */
const WAY_WIDTH = 96;
const NAME_WIDTH = 140;
const BAR_WIDTH = 200;
const BAR_HEIGHT = 12;
const LABEL_WIDTH = 280;

/** A whole network in one picture: the input, a few maps of each stage, what it ends in; between them what happens. */
export function overview(options: DrawnOverview): { readonly scene: Scene } {
  const { title, facts, input, stages, end, look } = options;
  const box = Math.max(LEAST_BOX, look.box);
  const fit = chooseFit(input.width, input.height, INPUT_BOX * box, INPUT_BOX * box);
  const size = `${input.width} × ${input.height}`;
  const picture = captioned(imagePicture(input, fit), [['input', size], ...[fitWords(fit)].filter(Boolean)]);
  const columns = stages.map((stage) => stageParts(stage, options, box));
  const ending = end ? endPart(end, box) : null;
  // pictures on one middle line, captions on one line below them
  const tall = Math.max(picture.height, ending?.height ?? 0, ...columns.map(({ maps }) => maps.height));
  const level = (part: Part) => boxed(part, part.width, tall, 'left', 'middle');
  const parts = [level(picture)];
  for (const [i, { maps, below }] of columns.entries()) {
    parts.push(level(wayPart(stages[i].way)), stacked([level(maps), below], 8, 'left'));
  }
  if (end && ending) parts.push(level(wayPart(end.way)), level(ending));
  return { scene: titledScene(title, facts, sideBySide(parts, GAP, 'top'), null, look) };
}

function wayPart(lines: readonly string[]): Part {
  const words = lines.flatMap((line) => wrapSettings(line, WAY_WIDTH, TYPE.detail.size));
  return arrowPart(
    words.length === 0
      ? null
      : stacked(
          words.map((line) => textPart(line, 'detail')),
          0,
          'centre',
        ),
    null,
  );
}

/** Maps one below the other with their channels; on one scale, which stands below them. */
function stageParts(
  { name, size, maps }: OverviewStage,
  options: FigureOptions,
  box: number,
): { readonly maps: Part; readonly below: Part } {
  const { levels, scale, clipped, colormap } = commonLevels(maps, options.scaleRule, options);
  const { width, height } = maps[0];
  const fit = chooseFit(width, height, MAP_BOX * box, MAP_BOX * box);
  const pictures = maps.map((map, i) =>
    sideBySide([planePicture(map, levels[i], colormap, fit), textPart(map.label, 'detail')], 6, 'bottom'),
  );
  const column = stacked(pictures, 8, 'left');
  const style = TYPE.name;
  const caption = [
    textPart(shortenMiddle(name, Math.max(NAME_WIDTH, column.width), style.size, style.weight), 'name'),
    textPart(size, 'detail'),
    ...[fitWords(fit)].filter(Boolean).map((words) => textPart(words, 'detail')),
  ];
  const key = legend('', scale, colormap, clipped, Math.max(MAP_BOX, column.width - 24));
  return { maps: column, below: stacked([stacked(caption, 0, 'left'), key], 8, 'left') };
}

/** Bars from the best to the worst, each with its name above and its number behind it. */
function endPart({ name, size, bars }: NonNullable<DrawnOverview['end']>, box: number): Part {
  const full = BAR_WIDTH * Math.max(0.5, Math.min(2, box));
  const numbers = widest(bars.map(({ words }) => textPart(words, 'name')));
  const rows = bars.map(({ label, words, share }, i): Part => {
    const style = i === 0 ? TYPE.name : TYPE.body;
    const text = shortenMiddle(label, Math.max(LABEL_WIDTH, full + numbers), style.size, style.weight);
    const line = lineHeight(style);
    return {
      width: Math.max(textWidth(text, style.size, style.weight), full + 8 + numbers),
      height: line + 4 + line,
      draw: (marks, x, y) => {
        drawText(marks, x, y, text, style);
        const top = y + line + 4;
        const down = (line - BAR_HEIGHT) / 2;
        fillRect(marks, x, top + down, full * share, BAR_HEIGHT, i === 0 ? 'accent' : 'second');
        strokeRect(marks, x, top + down, full, BAR_HEIGHT, 'hairline');
        drawText(marks, x + full + 8 + numbers, top, words, style, 'end');
      },
    };
  });
  const caption = stacked(
    [textPart(shortenMiddle(name, LABEL_WIDTH, TYPE.name.size, 'bold'), 'name'), textPart(size, 'detail')],
    0,
    'left',
  );
  return stacked([...rows, caption], 12, 'left');
}
