import { type ClassReading, topClasses } from '../analysis/best-classes.js';
import { histogramOf } from '../analysis/histogram.js';
import { channelsOf } from '../analysis/layer-facts.js';
import { planesOf } from '../analysis/planes.js';
import { plural } from '../core/geometry.js';
import type { NetworkJob, ScaleRule } from '../core/job.js';
import type { DrawingNote } from '../core/note.js';
import { nanScores, nanScoreWords } from '../core/result.js';
import { formatNumber, groupDigits } from '../core/text.js';
import { VERSION } from '../core/version.js';
import type { Bar } from '../draw/bars.js';
import { type ClassBarsItem, classBars } from '../draw/class-bars.js';
import { contactSheet } from '../draw/contact-sheet.js';
import { histograms, type LayerHistogram } from '../draw/histograms.js';
import { unitBars } from '../draw/unit-bars.js';
import { countMapHalves } from '../engine/map-loops.js';
import { baseName } from '../io/paths.js';
import { drawnScale, encodeFigure, fileOf, finishFigure } from './figure.js';
import type { MeasuredLayer } from './measure.js';
import { type DrawnBytes, inputPicture, sourceName } from './planes.js';
import { layerArgsOf, networkArgs, pictureNote } from './recipe.js';
import type { Source } from './subject.js';

/** What figures of a network's layers are of. */
export interface LayersShown {
  readonly job: NetworkJob;
  readonly network: string;
  readonly source: Source;
  /** Told what a reader of the picture should know of its making. */
  readonly say: (note: string) => void;
}

/** Vectors of more items than this are squares, one a value: bars of all would be a picture nobody opens. */
const MOST_ITEMS = 12;

/** A layer in one labelled picture: its maps; of a vector the best classes, where it is the network's scores, or its units. */
export function drawLayer(shown: LayersShown, layer: MeasuredLayer, reading: ClassReading | null): Promise<DrawnBytes> {
  const { items, channels, size } = channelsOf(layer.value.shape);
  if (size !== 1 || channels * items === 0 || items > MOST_ITEMS) return drawLayerSheet(shown, layer);
  const rows = Array.from({ length: items }, (_, n) => ({
    label: items === 1 ? '' : `item ${n}`,
    values: layer.values.subarray(n * channels, (n + 1) * channels),
  }));
  return reading === null ? drawUnits(shown, layer, rows) : drawClasses(shown, layer, rows, reading);
}

/** The values of one item of a vector. */
interface VectorItem {
  readonly label: string;
  readonly values: Float32Array;
}

async function drawUnits(
  { job, network, source, say }: LayersShown,
  { result: { name } }: MeasuredLayer,
  items: readonly VectorItem[],
): Promise<DrawnBytes> {
  const [{ values }] = items;
  // a long bar takes nothing from the others: no reason to cut it unless somebody says so
  const scaleRule: ScaleRule = job.picture.scale.kind === 'auto' ? { kind: 'minmax' } : job.picture.scale;
  const count = values.length === 1 ? 'one unit' : `${groupDigits(values.length)} units`;
  const facts = [network, sourceName(source), ...madeUp(job)].join('  ·  ');
  const options = { title: `The ${count} of ${name}`, facts, scaleRule };
  const { figure, bytes } = await finishFigure(
    (look) => unitBars(items, { ...options, look }),
    ({ scale }) => pictureNote('sheet', source, scale, layerArgsOf(job, source, name)),
    fileOf(job.output, say),
  );
  return { bytes, scale: drawnScale({ ...figure, colormap: 'gray' }) };
}

/** How many classes are drawn: of one item, and of each of several. */
const BEST = 20;
const BEST_OF_MANY = 5;

async function drawClasses(
  { job, network, source, say }: LayersShown,
  { result: { name } }: MeasuredLayer,
  items: readonly VectorItem[],
  reading: ClassReading,
): Promise<DrawnBytes> {
  const most = items.length === 1 ? BEST : BEST_OF_MANY;
  const blocks = items.map((item) => classItem(item, reading, most));
  const what = blocks.every(({ isShare }) => isShare) ? 'shares' : 'scores';
  const facts = [
    network,
    name,
    `${groupDigits(items[0].values.length)} classes`,
    `${what}, the largest first`,
    ...madeUp(job),
  ];
  const values = blocks.flatMap(({ bars }) => bars.map(({ value }) => value)).filter(Number.isFinite);
  const scale = { lo: Math.min(0, ...values), hi: Math.max(0, ...values) };
  const labels = job.labels === null ? [] : ['--labels', baseName(job.labels)];
  const options = { title: `What does ${network} see in ${sourceName(source)}?`, facts: facts.join('  ·  ') };
  const bytes = await encodeFigure(
    (look) => classBars(blocks, { ...options, look }),
    () => pictureNote('sheet', source, scale, layerArgsOf(job, source, name, labels)),
    fileOf(job.output, say),
  );
  return { bytes, scale: { ...scale, colormap: 'gray', clipped: { below: 0, above: 0, nan: 0, of: values.length } } };
}

/** The best classes of one item; their shares where they have some, else their scores. */
function classItem(
  { label, values }: VectorItem,
  { names, kind, share }: ClassReading,
  most: number,
): ClassBarsItem & { readonly isShare: boolean } {
  const nan = nanScores(values);
  const best = topClasses(values, most, kind, names);
  const isShare = share && best.every(({ probability }) => !Number.isNaN(probability));
  const bars = best.map(({ label: own, score, probability }, i): Bar => {
    if (!isShare) return { label: own, value: score, detail: '' };
    const text = `${(100 * probability).toFixed(1)} %`;
    const detail = kind === 'probabilities' ? '' : `score ${formatNumber(score)}`;
    return { label: own, value: probability, text, detail, paint: i === 0 ? 'accent' : 'frame' };
  });
  const more = values.length - nan.nan - bars.length;
  return { label, bars, more, note: nan.nan === 0 ? '' : nanScoreWords(nan), isShare };
}

/** Of few values few steps are filled. */
const MOST_STEPS = 64;
const LEAST_STEPS = 8;

/** How large the activations of all layers are, in one picture. */
export function drawHistograms(
  { job, network, source, say }: LayersShown,
  layers: readonly MeasuredLayer[],
): Promise<Uint8Array> {
  const drawn = layers.map(({ values, value: { shape }, result: { name, facts } }): LayerHistogram => {
    const { channels, size } = channelsOf(shape);
    const what = size === 1 ? 'unit' : 'map';
    const sides = size === 1 ? '' : ` ${[...shape].slice(-2).reverse().join(' × ')}`;
    const { dead, saturated } = facts;
    const silent = dead === null || dead === 0 ? '' : `${groupDigits(dead)} of ${plural(channels, what)} never fire`;
    const full = saturated === null || saturated === 0 ? '' : `${formatNumber(100 * saturated)} % saturated`;
    const words = [silent, full].filter(Boolean);
    return {
      name,
      size: `${plural(channels, what)}${sides}`,
      facts: words,
      histogram: histogramOf(values, stepsFor(values.length)),
    };
  });
  const facts = [sourceName(source), plural(layers.length, 'layer'), 'each over its own range', ...madeUp(job)].join(
    '  ·  ',
  );
  const options = { title: `How large are the activations of ${network}?`, facts };
  const args = ['run', ...networkArgs(job, source, ['--layers', job.layers.join(',')]), '--histogram'];
  const note: DrawingNote = { cnnviz: VERSION, picture: 'histogram', alt: `${options.title} ${facts}.`, args };
  return encodeFigure(
    (look) => histograms(drawn, { ...options, look }),
    () => note,
    fileOf(job.output, say),
  );
}

function stepsFor(count: number): number {
  return Math.max(LEAST_STEPS, Math.min(MOST_STEPS, Math.ceil(2 * Math.sqrt(count))));
}

function madeUp({ request }: NetworkJob): string[] {
  return request.init === null ? [] : ['made-up weights'];
}

/** All channels of a layer in one labelled picture. */
async function drawLayerSheet({ job, network, source, say }: LayersShown, layer: MeasuredLayer): Promise<DrawnBytes> {
  const { maps, folded } = planesOf(layer);
  const { channels } = channelsOf(layer.value.shape);
  const { name } = layer.result;
  const vector = folded === null ? [] : [`${groupDigits(channels)} values, ${folded} a row`];
  const { scale: scaleRule, colormap, signs = false, each = false } = job.picture;
  const facts = [sourceName(source), ...madeUp(job), ...vector].join('  ·  ');
  const input = source.picture ? { input: inputPicture(source, 0).input } : {};
  const { figure, bytes } = await finishFigure(
    (look) =>
      contactSheet(maps, {
        title: `${network} ${name}`,
        facts,
        scaleRule,
        colormap,
        signs,
        each,
        ...input,
        count: countMapHalves,
        look,
      }),
    ({ scale }) => pictureNote('sheet', source, scale, layerArgsOf(job, source, name)),
    fileOf(job.output, say),
  );
  return each && maps.length > 1 ? { bytes } : { bytes, scale: drawnScale(figure) };
}
