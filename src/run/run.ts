import { chainBehind } from '../analysis/explain/chain.js';
import { type Bound, planRun, runSubject, type Shaped, type SubjectRun, shapeOf } from '../analysis/kept-run.js';
import { type ChosenLayer, chooseLayers, chooseOneLayer } from '../analysis/layer-choice.js';
import type { LayerRun } from '../analysis/layer-run.js';
import type { NetworkJob, OutputJob } from '../core/job.js';
import type { InputFacts, NetworkRunResult, OutputFile, RunResult } from '../core/result.js';
import { sizeOf } from '../core/tensor.js';
import { faultWords } from '../core/values.js';
import type { EngineInput } from '../engine/input.js';
import { SpareArrays } from '../engine/spare-arrays.js';
import type { Input } from '../io/inputs.js';
import type { ShapedModel } from '../layers/infer.js';
import type { Model } from '../layers/model.js';
import { followingCount } from './banks.js';
import type { BoundKernels, KernelSubject } from './kernels.js';
import { layersPage } from './layers-page.js';
import { type DrawnProduct, drawKernelMaps, drawLayers } from './maps.js';
import { measureBanks, measureLayers } from './measure.js';
import type { OverviewRun } from './overview.js';
import { type Delivery, deliver, type Product, placeOf, refuseForeignPages } from './place.js';
import { sourceName } from './planes.js';
import { networkArgs } from './recipe.js';
import { type Choice, type Choose, doorsOf, type RunContext, Runs } from './runs.js';
import { type LayerRequest, openRequest, type SeenView, shape, viewOf } from './shape.js';
import { atInput, readSource } from './source.js';
import type { Source, Subject } from './subject.js';

/** A finished run with the input it is of. */
export interface Run<B extends Bound = Bound, C extends Choice = Choice> extends SubjectRun<B> {
  readonly chosen: C;
  readonly source: Source;
  /** Time the engine took; differs from run to run. */
  readonly engineMs: number;
}

/** Runs a subject on one input, read or to be read, and keeps what is chosen of it. */
export async function run<B extends Bound, C extends Choice>(
  subject: Subject<B>,
  input: Input | Source,
  choose: Choose<B, C>,
  context: RunContext,
): Promise<Run<B, C>> {
  const source = 'facts' in input ? input : await readSource(input, subject);
  return runShaped(subject, source, shapeOf(subject, source), choose, context);
}

async function runShaped<B extends Bound, C extends Choice>(
  subject: Subject<B>,
  source: Source,
  shape: Shaped<B>,
  choose: Choose<B, C>,
  context: RunContext,
): Promise<Run<B, C>> {
  const { options } = subject;
  const chosen = choose(shape);
  const planned = planRun(shape, chosen.keep, options);
  const start = performance.now();
  const done = await runSubject(subject, planned, source, options, doorsOf(context));
  return { ...done, chosen, source, engineMs: performance.now() - start };
}

/** Layers that were chosen by name. */
export interface LayerChoice extends Choice {
  readonly layers: readonly ChosenLayer[];
}

/**
 * Chooses layers by names and globs, and the outputs with them. `firstOnly`: of several layers the first; `parts`: modules
 * that an exporter took apart are told layer by layer.
 */
export function layersNamed(
  names: readonly string[],
  { firstOnly = false, parts = false }: { readonly firstOnly?: boolean; readonly parts?: boolean } = {},
): Choose<Bound, LayerChoice> {
  return ({ shaped }) => {
    const layers = chooseLayers(shaped, names, '--layers', parts).slice(0, firstOnly ? 1 : undefined);
    return { layers, keep: [...layers.map(({ value }) => value), ...computedOutputs(shaped)] };
  };
}

/** The outputs, but for those that depend on what cannot be computed. */
function computedOutputs({ model, refused }: ShapedModel): string[] {
  return model.outputs.filter((value) => !refused.has(value));
}

/** A run of which one layer is looked at, with what its pictures say of it. */
export type SeenLayer = LayerRun & SeenView;

/**
 * Runs kernels or a network once and keeps what an explanation of the layer reads.
 * @param channel which kernel's map, or which channel of the layer; null: not said
 * @throws CnnvizError as `conv` and `run` do; 'usage' when a pattern names several layers
 */
export async function lookAtLayer(
  request: LayerRequest,
  input: Input,
  channel: number | null,
  context: RunContext,
): Promise<SeenLayer> {
  const subject = await openRequest(request, channel ?? 0);
  const shaped = await atInput(input, () => shape(subject, input));
  const look = async (): Promise<SeenLayer> => {
    const choose = ({ shaped }: Shaped) => {
      const layer = chooseOneLayer(shaped, request.layer);
      return { layer, keep: chainBehind(shaped.model, layer.value).keep };
    };
    const done = await runShaped(subject, shaped.source, shaped, choose, context);
    const { source, bound, plan, read, chosen } = done;
    const view = viewOf(request, subject, source, bound, chosen.layer);
    return {
      ...view,
      plan,
      read,
      channel: 'channel' in bound ? bound.channel : channel,
      notes: [
        ...view.notes,
        ...done.faults.map(faultWords),
        ...(request.kind === 'network' ? grayNotes(source.facts) : []),
      ],
    };
  };
  return request.kind === 'layer' ? atInput(input, look) : look();
}

/** What is worth knowing of an image that has one channel in its file and three in the network. */
function grayNotes({ colour, channels }: InputFacts): string[] {
  return colour === 'gray' && channels === 3 ? ['a gray image is read as three equal channels; --gray reads one'] : [];
}

/** What a command makes of each of its inputs: the same for kernels and networks, but for what it tells. */
export interface Work<R> {
  readonly subject: Subject;
  run(source: Source, context: WorkContext, input: Input): Promise<Made<R>>;
}

interface Made<R> {
  readonly products: AsyncIterable<DrawnProduct>;
  /** What is made once the others are written, of where they are; its own place comes with it. */
  readonly last?: ((outputs: readonly OutputFile[], place: (product: Product) => string) => DrawnProduct) | null;
  /** What is told of it once its files are written. */
  readonly answer: (outputs: readonly OutputFile[]) => R;
}

/** What the work on one input finds around it. */
export interface WorkContext extends RunContext, Delivery {}

/**
 * One input through a subject: decode → preprocess → bind, plan and execute → measure → draw → write.
 * @throws CnnvizError with the input's name in front
 */
export function runInput<R>(work: Work<R>, input: Input, output: OutputJob, context: WorkContext): Promise<R> {
  return atInput(input, async () => {
    const source = await readSource(input, work.subject);
    context.record?.read(source.sha256);
    const { products, last = null, answer } = await work.run(source, context, input);
    const outputs: OutputFile[] = [];
    for await (const product of products) outputs.push(await deliver(product, input, output, context));
    if (last) {
      const product = last(outputs, (one) => placeOf(output, input, one));
      outputs.unshift(await deliver(product, input, output, context));
    }
    return answer(outputs);
  });
}

/** `conv`: every map of every kernel. */
export function kernelWork(subject: KernelSubject): Work<RunResult> {
  const spare = new SpareArrays();
  return {
    subject,
    async run(source, context) {
      const out = new Map<string, Float32Array>();
      // a strip shows every step
      const steps = subject.job.output.products.includes('strip') ? followingCount(subject.job.layer) : 0;
      const choose = ({ bound, shaped }: Shaped<BoundKernels>) => {
        const kept = bound.branches.map((branch) => valuesBefore(shaped.model, branch, steps));
        const keep = [...bound.branches, ...kept.flat()];
        for (const name of keep) out.set(name, spare.take(sizeOf(shaped.infos.get(name)!.shape)));
        return { keep, kept };
      };
      const found = await run(subject, source, choose, { ...context, watch: false, out });
      // pixels or an array as float32: kernels are fed nothing else
      const notes: string[] = [];
      const measured = measureBanks(found, source.x as EngineInput, found.chosen.kept);
      const { maps, products } = drawKernelMaps(subject.job, source, measured, (note) => notes.push(note));
      return {
        products,
        answer: (outputs) => {
          // all pictures are written
          spare.give(out.values());
          return {
            input: source.facts,
            banks: measured.map((bank, b) => ({ ...bank.result, maps: maps[b].map(({ result }) => result) })),
            outputs,
            engineMs: found.engineMs,
            warnings: [...source.warnings, ...notes],
          };
        },
      };
    },
  };
}

/** The values that `count` steps before one read, the first one first: a chain. */
function valuesBefore({ nodes }: Model, value: string, count: number): string[] {
  const names: string[] = [];
  for (let at = value; names.length < count; ) {
    at = nodes.find(({ outputs }) => outputs.includes(at))!.inputs[0]!;
    names.unshift(at);
  }
  return names;
}

/** A network's run over many images: its layers, its plans and the names of its classes. */
export interface NetworkWork {
  readonly runs: Runs<Bound, LayerChoice>;
  readonly subject: Subject;
  /** Class names that were given, or that the network's file has; null: ImageNet's for 1,000 classes. */
  readonly labels: readonly string[] | null;
}

/** Opens a network and reads what goes with it. @throws CnnvizError that names the file or flag at fault */
export async function openNetworkWork(job: NetworkJob): Promise<NetworkWork> {
  const { networkSubject, openNetwork, readLabels } = await import('./network.js');
  const opened = await openNetwork(job.request);
  const subject = networkSubject(opened, job);
  const choose = isOverview(job) ? await stageLayers() : layersNamed(job.layers, { firstOnly: holdsOne(job) });
  const runs = new Runs(subject, choose);
  const labels = job.labels === null ? (opened.classes ?? null) : await readLabels(job.labels);
  return { runs, subject, labels };
}

function isOverview({ output }: NetworkJob): boolean {
  return output.products.includes('overview');
}

/** The layers that an overview shows, and the outputs with them. */
async function stageLayers(): Promise<Choose<Bound, LayerChoice>> {
  const { overviewLayers } = await import('./overview.js');
  return ({ shaped }) => {
    const layers = overviewLayers(shaped);
    return { layers, keep: [...layers.map(({ value }) => value), ...shaped.model.outputs] };
  };
}

/** One array file holds one result: of several outputs the first. */
function holdsOne({ output, layers }: NetworkJob): boolean {
  const single = output.target.kind === 'file' || output.target.kind === 'stdout';
  return single && layers.length === 1 && layers[0] === 'output';
}

/** `run`: layers of a network and its classes. `mayWrite` refuses names of outputs, once they are known. */
export function networkWork(
  { runs, subject, labels }: NetworkWork,
  job: NetworkJob,
  mayWrite: (products: readonly Product[]) => Promise<void>,
): Work<NetworkRunResult> {
  return {
    subject,
    async run(source, context, input) {
      const found = await runs.run(source, context, async ({ chosen }) => {
        const products = productsOfLayers(job, chosen);
        await mayWrite(products);
        await refuseForeignPages(job.output, input, products);
      });
      const { bestClasses, classesShare, classReading } = await import('../analysis/best-classes.js');
      const layers = measureLayers(found, found.chosen.layers);
      const classes = bestClasses(found, job.top, labels);
      const { facts, preprocess, warnings } = source;
      const notes: string[] = [];
      const say = (note: string) => void notes.push(note);
      const scoresShare = classesShare(found);
      const { shaped, read } = found;
      const seen = () => {
        const output = read(shaped.model.outputs[0]);
        return { network: subject.name, source, shaped, layers, output, classes: { ...classes, scoresShare } };
      };
      return {
        products: isOverview(job)
          ? overviewProduct(job, seen(), say)
          : inOrder(
              productsOfLayers(job, found.chosen),
              drawLayers(
                job,
                subject.name,
                source,
                layers,
                (name) => {
                  const layer = found.chosen.layers.find((one) => one.name === name);
                  return layer ? classReading(found, layer.value, labels) : null;
                },
                say,
              ),
            ),
        last: isIndexed(job, found.chosen)
          ? (outputs, place) => {
              const args = ['run', ...networkArgs(job, source, ['--layers', job.layers.join(',')])];
              const shown = layers.map(({ result }) => result);
              const page = { network: subject.name, source: sourceName(source), args, layers: shown, outputs };
              return { ...INDEX, bytes: new TextEncoder().encode(layersPage(page, place(INDEX))) };
            }
          : null,
        answer: (outputs) => ({
          input: facts,
          preprocess,
          layers: layers.map(({ result }) => result),
          ...classes,
          scoresShare,
          outputs,
          engineMs: found.engineMs,
          warnings: [...found.bound.notes, ...warnings, ...notes],
          faults: found.faults,
        }),
      };
    },
  };
}

/** The one picture of a whole network. */
const OVERVIEW: Product = { kind: 'overview', layer: 'overview', map: '' };

async function* overviewProduct(
  job: NetworkJob,
  seen: OverviewRun,
  say: (note: string) => void,
): AsyncGenerator<DrawnProduct> {
  const { drawOverview } = await import('./overview.js');
  yield { ...OVERVIEW, bytes: await drawOverview(job, seen, say) };
}

/** What a job makes of one input; single maps are counted when they are drawn. */
export function productsOfLayers(job: NetworkJob, chosen: LayerChoice): Product[] {
  const { layers } = chosen;
  const digits = Math.max(3, String(layers.length).length);
  const isNumbered = areMany(job, chosen);
  const products = job.output.products.flatMap((kind): Product[] => {
    if (kind === 'overview') return [OVERVIEW];
    if (kind === 'histogram') return [{ kind, layer: null, map: kind }];
    return layers.map(({ name }, i) => {
      const index = String(i + 1).padStart(digits, '0');
      return { kind, layer: name, map: kind === 'maps' ? '0' : '', index, isNumbered };
    });
  });
  return isIndexed(job, chosen) ? [...products, INDEX] : products;
}

/** So many layers are found again by their names. */
const FEW_LAYERS = 12;

/** The page of all layers that a job draws. */
const INDEX: Product = { kind: 'index', layer: null, map: 'index' };

/** Whether layers were not named one by one, and are many: their files stand in the network's order then. */
function areMany({ layers: patterns }: NetworkJob, { layers }: LayerChoice): boolean {
  return layers.length > FEW_LAYERS && patterns.some((pattern) => pattern === 'all' || /[*?[]/.test(pattern));
}

/** Whether there is a page of the layers: of all that a network has, and of many. */
function isIndexed(job: NetworkJob, chosen: LayerChoice): boolean {
  const { products, target, parts } = job.output;
  if (!products.includes('sheet') || parts !== undefined || target.kind === 'file' || target.kind === 'stdout')
    return false;
  return job.layers.includes('all') || areMany(job, chosen);
}

/** Products with the order of their layers. */
async function* inOrder(
  planned: readonly Product[],
  products: AsyncIterable<DrawnProduct>,
): AsyncGenerator<DrawnProduct> {
  const orders = new Map(planned.map(({ layer, index, isNumbered }) => [layer, { index, isNumbered }]));
  for await (const product of products) yield { ...product, ...orders.get(product.layer) };
}
