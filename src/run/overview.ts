import type { ChosenLayer } from '../analysis/layer-choice.js';
import { type Between, mostVarying, type NetworkStages, type Stage, stagesOf } from '../analysis/network-stages.js';
import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import type { NetworkJob } from '../core/job.js';
import type { DrawingNote } from '../core/note.js';
import { type NetworkRunResult, nanScoreWords } from '../core/result.js';
import { formatNumber, groupDigits } from '../core/text.js';
import { toFloat32, type Value } from '../core/values.js';
import { VERSION } from '../core/version.js';
import { type DrawnOverview, type OverviewBar, overview } from '../draw/overview.js';
import { baseName } from '../io/paths.js';
import type { ShapedModel } from '../layers/infer.js';
import { encodeFigure, fileOf } from './figure.js';
import type { MeasuredLayer } from './measure.js';
import { sourceName } from './planes.js';
import { networkArgs, pictureArgs } from './recipe.js';
import type { Source } from './subject.js';

/** Columns of maps at most, and maps a column. */
const MOST_STAGES = 6;
const MAPS = 4;
/** What happens between two stages is named, one by one, up to here. */
const MOST_WORDS = 2;
/** A network that ends in no more than these values shows them. */
const MOST_VALUES = 5;

/** The layers whose maps an overview shows. */
export function overviewLayers(shaped: ShapedModel): ChosenLayer[] {
  return stagesOf(shaped, MOST_STAGES).stages.map(({ node, value }) => ({
    name: node.outputs[0] === value ? node.name : value,
    value,
    node,
    group: null,
  }));
}

/** What an overview is drawn from. */
export interface OverviewRun {
  readonly network: string;
  readonly source: Source;
  readonly shaped: ShapedModel;
  /** Those of `overviewLayers`. */
  readonly layers: readonly MeasuredLayer[];
  readonly output: Value;
  readonly classes: Pick<NetworkRunResult, 'top' | 'nanScores' | 'scoresShare'>;
}

/** A whole network in one picture, with the command that makes it again. @throws CnnvizError 'usage' without an image */
export function drawOverview(job: NetworkJob, run: OverviewRun, say: (note: string) => void): Promise<Uint8Array> {
  const facts = overviewFacts(job, run);
  const { source, network } = run;
  const own = [
    '--overview',
    ...(job.top === null ? [] : ['--top', String(job.top)]),
    ...(job.labels === null ? [] : ['--labels', baseName(job.labels)]),
  ];
  const args = ['run', ...networkArgs(job, source, own), ...pictureArgs(job.picture, true)];
  const ends = facts.end ? `, then ${facts.end.bars.map(({ label, words }) => `${label} ${words}`).join(', ')}` : '';
  const columns = facts.stages.map(({ name, size }) => `${name} (${size})`).join(', ');
  const alt = `${network} on ${sourceName(source)}: the maps that vary most of ${columns || 'no layer'}${ends}.`;
  const note: DrawingNote = { cnnviz: VERSION, picture: 'overview', alt, args };
  return encodeFigure(
    (look) => overview({ ...facts, look }),
    () => note,
    fileOf(job.output, say),
  );
}

/** Everything that the figure says. */
export function overviewFacts(job: NetworkJob, run: OverviewRun): Omit<DrawnOverview, 'look'> {
  const { network, source, shaped, layers } = run;
  const input = source.drawn();
  if (input === null) {
    throw new CnnvizError('usage', '--overview: the input has no rows and columns to draw', {
      fix: 'name an image, or leave --overview out',
    });
  }
  const found = stagesOf(shaped, MOST_STAGES);
  const names = withoutCommonPath(layers.map(({ result }) => result.name));
  const stages = found.stages.map((stage, i) => ({
    name: names[i],
    size: sizeWords(stage),
    way: wayWords(stage.between),
    maps: mapsOf(layers[i].values, stage),
  }));
  const { scale: scaleRule, colormap, signs = false } = job.picture;
  const facts = factsOf(job, run, found).join('  ·  ');
  return {
    title: `${sourceName(source)} through ${job.request.network.includes('|') ? 'a pipe of layers' : network}`,
    facts,
    input,
    stages,
    end: endOf(run, found),
    scaleRule,
    colormap,
    signs,
  };
}

/** Names without the path of models that all of them share: "sequential_1/model1/out_relu" is out_relu there. */
function withoutCommonPath(names: readonly string[]): readonly string[] {
  const folders = names.map((name) => name.split('/').slice(0, -1));
  const [first = []] = folders;
  const shared = first.findIndex((part, depth) => folders.some((folder) => folder[depth] !== part));
  const depth = names.length < 2 ? 0 : shared < 0 ? first.length : shared;
  return names.map((name) => name.split('/').slice(depth).join('/'));
}

function factsOf(job: NetworkJob, { source }: OverviewRun, { stages, sizes }: NetworkStages): string[] {
  const [shape] = stages.map((stage) => stage.shape);
  const isPart = stages.some((stage) => stage.shape[1] > MAPS);
  const which = isPart ? `the ${MAPS} maps that vary most, each with its number` : 'its maps that vary';
  return [
    source.preprocess,
    ...(job.request.init === null ? [] : [`made-up weights, seed ${job.request.init}`]),
    ...(stages.length === 0 ? [] : [`the last layer of each size, ${which}`]),
    ...(sizes > stages.length ? [`${stages.length} of ${sizes} sizes`] : []),
    ...(shape !== undefined && shape[0] > 1 ? [`the first of ${shape[0]} inputs`] : []),
    ...(stages.length > 1 ? ['each column has a scale of its own'] : []),
  ];
}

function sizeWords({ shape: [, channels, height, width] }: Stage): string {
  return `${plural(channels, 'map')} ${width} × ${height}`;
}

function wayWords({ layers, words }: Between): string[] {
  if (layers === 0) return [];
  return words.length > 0 && words.length <= MOST_WORDS ? [...words] : [plural(layers, 'layer')];
}

function mapsOf(values: Float32Array, { shape }: Stage) {
  const [, , height, width] = shape;
  const size = height * width;
  return mostVarying(values, shape, MAPS).map((channel) => ({
    label: String(channel),
    width,
    height,
    values: values.subarray(channel * size, (channel + 1) * size),
  }));
}

/** What the network ends in: classes with shares or scores, a few values; null: the maps of the last stage. */
function endOf({ shaped, output, classes }: OverviewRun, { stages, after }: NetworkStages): DrawnOverview['end'] {
  const [name] = shaped.model.outputs;
  if (stages.at(-1)?.value === name) return null;
  const way = wayWords(after);
  const { top, nanScores: nan, scoresShare } = classes;
  if (top !== null) {
    const size = `${groupDigits(output.shape[1] ?? 1)} classes`;
    const best = top[0] ?? [];
    if (best.length === 0) return { name: 'no classes', size: nanScoreWords(nan[0]), way, bars: [] };
    const most = Math.max(...best.map(({ score }) => score));
    const bars = best.map(({ label, score, probability }): OverviewBar => {
      if (scoresShare && !Number.isNaN(probability)) {
        return { label, words: `${(100 * probability).toFixed(1)} %`, share: probability };
      }
      const share = Number.isFinite(most) && most > 0 && Number.isFinite(score) ? Math.max(0, score / most) : 0;
      return { label, words: formatNumber(score), share };
    });
    const rest = scoresShare ? 'bars: shares of 100 %' : 'bars: scores, the best one full';
    return { name: `best of ${size}`, size: rest, way, bars };
  }
  const values = toFloat32(output.data);
  const size = output.shape.slice(1).join('×') || '1';
  const shown = values.length <= MOST_VALUES ? [...values].map((value) => formatNumber(value)).join(', ') : '';
  const words = shown === '' ? `${groupDigits(values.length)} values` : shown;
  return { name: `output ${size}`, size: words, way, bars: [] };
}
