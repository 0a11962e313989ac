import type { ExplainedStep } from '../../analysis/explain/explanation.js';
import type { InputFacts } from '../../core/result.js';
import { formatNumber } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import type { Style } from '../../reports/text.js';
import { describeStep, stepJson } from './explain-report.js';

/** What a frame in a terminal shows of a map. */
interface FilledMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Before a map's numbers stands "map". */
const MARGIN = 6;
/** Wider maps are not printed: a row would not fit into a terminal. */
const MOST_COLUMNS = 12;
const MOST_ROWS = 24;

/** One step of a window as text: what is multiplied and added, and the map as far as it is filled. */
export function describeFrame(
  explained: ExplainedStep,
  map: FilledMap,
  place: number,
  counted: string,
  isColour: boolean,
  style: Style,
): string[] {
  const lines = [style.dim(counted), ...describeStep(explained, isColour, false, style), ''];
  if (map.width > MOST_COLUMNS || map.height > MOST_ROWS) return lines;
  const texts = Array.from(map.values, (value) => formatNumber(value, 3));
  const width = Math.max(...texts.map(({ length }) => length));
  if (MARGIN + map.width * (width + 1) > (style.columns ?? Number.POSITIVE_INFINITY)) return lines;
  for (let row = 0; row < map.height; row++) {
    const cells = texts.slice(row * map.width, (row + 1) * map.width).map((text, column) => {
      const at = row * map.width + column;
      if (at > place) return style.dim('·'.padStart(width));
      return at === place ? style.strong(text.padStart(width)) : text.padStart(width);
    });
    lines.push(`  ${row === 0 ? 'map ' : '    '} ${cells.join(' ')}`);
  }
  return lines;
}

/** What --json says of a scene. */
interface SceneFacts {
  readonly name: string;
  readonly words: string;
  readonly after: string | null;
  readonly map: FilledMap;
  readonly steps: readonly {
    readonly x: number;
    readonly y: number;
    readonly value: number;
    readonly explained: ExplainedStep;
  }[];
}

/** The one document of --json: the scenes, each step as `explain` gives it. */
export function animationJson(
  plan: {
    readonly scenes: readonly SceneFacts[];
    readonly delayMs: number;
    readonly holdMs: number;
    readonly positions: number;
    readonly shown: number;
  },
  {
    facts,
    network,
    layer,
    notes,
  }: {
    readonly facts: InputFacts;
    readonly network: string;
    readonly layer: string;
    readonly notes: readonly string[];
  },
  outputs: readonly string[],
): string {
  const { scenes, ...timing } = plan;
  const told = scenes.map(({ name, words, after, map, steps }) => ({
    name,
    words,
    after,
    width: map.width,
    height: map.height,
    values: Array.from(map.values),
    steps: steps.map(({ x, y, value, explained }) => ({ x, y, value, explained: stepJson(explained) })),
  }));
  const document = {
    cnnviz: VERSION,
    command: 'animate',
    input: facts,
    network,
    layer,
    ...timing,
    scenes: told,
    outputs,
    warnings: notes,
  };
  return JSON.stringify(document, null, 2);
}
