import { activationText, type Job, type LayerJob, type PoolJob, paddingText, pairName } from '../core/job.js';

import { formatNumber } from '../core/text.js';
import { contactSheet, type SheetMap, type SheetOptions } from '../draw/contact-sheet.js';
import type { ColouredFigure, FigureLook, FigureOptions } from '../draw/figure.js';
import type { Plane } from '../draw/part.js';
import { type StripRow, type StripStage, strip } from '../draw/strip.js';
import { countMapHalves } from '../engine/map-loops.js';
import { drawnScale, fileOf, finishFigure } from './figure.js';
import type { FeatureMap } from './measure.js';
import { numberedMap } from './place.js';
import { type DrawnBytes, inputPicture, kernelPicture, sourceName } from './planes.js';
import { commandArgs, pictureNote } from './recipe.js';
import type { Source } from './subject.js';

/** The maps of `conv` as one labelled picture. */
export async function drawKernelFigure(
  job: Job,
  source: Source,
  maps: readonly FeatureMap[],
  kind: 'sheet' | 'strip',
  say: (note: string) => void,
): Promise<DrawnBytes> {
  const { scale: scaleRule, colormap, signs = false, each: wanted } = job.picture;
  const name = sourceName(source);
  const said = {
    ...kernelFigureOptions(name, job, source, maps, kind),
    scaleRule,
    colormap,
    signs,
    count: countMapHalves,
  };
  const each = wanted === true || (kind === 'sheet' && differInKind(maps));
  const rows = kind === 'strip' ? stripRows(job, source, maps) : [];
  const sheet = kind === 'sheet' ? sheetMaps(source, maps) : [];
  const input = inputPicture(source, 0).input;
  const draw = (look: FigureLook) =>
    kind === 'sheet' ? contactSheet(sheet, { ...said, look, each, input }) : strip(rows, { ...said, look });
  const args = [...commandArgs(job, source.facts.path), `--${kind}`];
  const noteOf = ({ scale }: ColouredFigure) => pictureNote(kind, source, scale, args);
  const { figure, bytes } = await finishFigure(draw, noteOf, fileOf(job.output, say));
  return each && maps.length > 1 ? { bytes } : { bytes, scale: drawnScale(figure) };
}

/** input ▸ kernel ▸ every step to its map, a row for each map; the layer's parameters stand at the arrows. */
function stripRows(job: Job, source: Source, maps: readonly FeatureMap[]): StripRow[] {
  return maps.map((map) => ({
    ...inputPicture(source, map.result.item),
    kernel: kernelPicture(map),
    stages: stagesOf(job.layer, source, map),
  }));
}

/** The maps of a sheet with their kernels. */
function sheetMaps(source: Source, maps: readonly FeatureMap[]): SheetMap[] {
  return maps.map((map) => ({ ...labelled(source, map), kernel: kernelPicture(map) }));
}

/** What a strip or a sheet says of all its maps. */
function kernelFigureOptions(
  name: string,
  job: Job,
  source: Source,
  maps: readonly FeatureMap[],
  kind: 'sheet' | 'strip',
): Pick<FigureOptions & SheetOptions, 'title' | 'facts'> {
  const { width, height } = source.facts;
  const labels = new Set(maps.map(({ result }) => result.kernel.name));
  const said = labels.size === 1 ? [[...labels][0]] : [`${labels.size} kernels`];
  const facts = [...said, ...layerWords(job.layer)].join('  ·  ');
  if (kind === 'strip') return { title: `${name} through one convolutional layer`, facts };
  const count = labels.size === 1 ? `${[...labels][0]} on ${name}` : `${name}: what ${labels.size} kernels answer to`;
  return { title: count, facts: [`${width} × ${height}`, ...layerWords(job.layer)].join('  ·  ') };
}

/** "stride 2", "padding same", "bias −0.5", "ReLU", "max pooling 2×2": what differs from a plain convolution. */
function layerWords(layer: LayerJob): string[] {
  const { bias, activation, pool } = layer;
  return [
    ...convWords(layer),
    ...(bias === null ? [] : [bias.kind === 'number' ? `bias ${formatNumber(bias.value)}` : 'bias found']),
    ...(activation === null ? [] : [activationWords(activation)]),
    ...(pool === null ? [] : [poolWords(pool, 'pooling ')]),
  ];
}

/** What of a convolution differs from a plain one. */
export function convWords({ stride, padding, paddingMode, dilation, groups, flip }: LayerJob): string[] {
  const isOne = (pair: readonly [number, number]) => pair[0] === 1 && pair[1] === 1;
  return [
    ...(isOne(stride) ? [] : [`stride ${pairName(stride)}`]),
    ...(padding === 0 ? [] : [`padding ${paddingText(padding)}${paddingMode === 'zeros' ? '' : `, ${paddingMode}`}`]),
    ...(isOne(dilation) ? [] : [`dilation ${pairName(dilation)}`]),
    ...(groups === 1 ? [] : [`groups ${groups}`]),
    ...(flip ? ['kernel flipped'] : []),
  ];
}

function activationWords(activation: NonNullable<LayerJob['activation']>): string {
  return activation.name === 'relu' ? 'ReLU' : activationText(activation);
}

function poolWords({ kind, kernelSize: [kH, kW] }: PoolJob, middle: string): string {
  return `${kind} ${middle}${kH}×${kW}`;
}

function labelled(source: Source, { result, values }: FeatureMap) {
  const label = numberedMap(result.name, result.item, source.facts.items);
  return { label, width: result.width, height: result.height, values };
}

/**
 * The values after the convolution, the bias and the activation, and the pooling, each with what was done to get there.
 * The engine adds the bias to the sum at once: what it was without is drawn to within the rounding of taking it off again.
 */
function stagesOf(layer: LayerJob, source: Source, map: FeatureMap): StripStage[] {
  const { result, before } = map;
  const { activation, pool, bias } = layer;
  const item = source.facts.items > 1 ? ` of input ${result.item}` : '';
  const planes = [...before, labelled(source, map)];
  const name = map.kernel.shape.length === 4 ? 'gradient magnitude' : 'convolution';
  const stages: Omit<StripStage, 'map'>[] = [{ step: { above: convWords(layer).join('\n'), below: '' }, words: name }];
  const shown: Plane[] = [bias === null ? planes[0] : withoutBias(planes[0], result.bias)];
  let next = bias === null ? 1 : 0;
  if (bias !== null || activation) {
    const plane = planes[activation ? 1 : 0];
    const words = activation ? activationWords(activation) : '';
    const isRelu = activation?.name === 'relu';
    stages.push({
      step: { above: bias === null ? words : `bias ${formatNumber(result.bias)}`, below: bias === null ? '' : words },
      words: isRelu ? `fires on ${formatNumber(100 * shareAbove(plane.values))} %` : activation ? words : 'with bias',
    });
    shown.push(plane);
    next = activation ? 2 : 1;
  }
  if (pool) {
    const { kernelSize, stride } = pool;
    const own = stride[0] === kernelSize[0] && stride[1] === kernelSize[1] ? '' : `stride ${pairName(stride)}`;
    stages.push({ step: { above: poolWords(pool, ''), below: own }, words: 'pooled' });
    shown.push(planes[next]);
  }
  return stages.map(({ step, words }, s) => ({ step, words: words + item, map: { ...shown[s], label: result.name } }));
}

function withoutBias({ width, height, values }: Plane, bias: number): Plane {
  return { width, height, values: values.map((value) => value - bias) };
}

function shareAbove(values: Float32Array): number {
  return values.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) / values.length;
}

/**
 * Whether kernels differ in kind, so that no one scale suits their maps: those whose weights sum to nothing answer to
 * changes, the others to brightness.
 */
function differInKind(maps: readonly FeatureMap[]): boolean {
  const kinds = new Set(maps.map(({ kernel }) => isBalanced(kernel.data)));
  return kinds.size > 1;
}

function isBalanced(weights: Float32Array): boolean {
  let [sum, size] = [0, 0];
  for (const weight of weights) {
    sum += weight;
    size += Math.abs(weight);
  }
  return Math.abs(sum) <= 1e-6 * size;
}
