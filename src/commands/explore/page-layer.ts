import { planRun, runSubject, shapeOf } from '../../analysis/kept-run.js';
import { presetOfJob } from '../../analysis/prepare/network-input.js';
import { CnnvizError } from '../../core/errors.js';
import { biasText, type Job } from '../../core/job.js';
import { PRESETS } from '../../core/preset.js';
import { toFloat32 } from '../../core/values.js';
import type { ByteStore } from '../../explorer/byte-store.js';
import { packModel } from '../../explorer/pack.js';
import type { PackedNetwork } from '../../explorer/page-data.js';
import { numberText } from '../../explorer/shell-kernel.js';
import { baseName } from '../../io/paths.js';
import { evaluate } from '../../layers/evaluate.js';
import { inferShapes } from '../../layers/infer.js';
import { constantOf, type Model, type ModelNode } from '../../layers/model.js';
import { parsePipe } from '../../models/networks/index.js';
import type { KernelSubject } from '../../run/kernels.js';
import { layerArgs, pixelArgs } from '../../run/recipe.js';
import type { Source } from '../../run/subject.js';
import type { ExploredNetwork } from './open-networks.js';
import { pageLayers } from './page-layers.js';

const POOLS: readonly string[] = ['max_pool', 'avg_pool', 'gauss_pool'];

/** What kernels or a pipe say beside the model. */
type Said = Pick<PackedNetwork, 'name' | 'preset' | 'exact' | 'args' | 'notes'> & {
  /** What its kernels are called; empty: the reader gave them no names. */
  readonly kernels: readonly string[];
};

/**
 * The kernels of a job as one layer whose settings can be changed. A bias that is found from the first image's maps is a
 * number from there on.
 * @throws CnnvizError 'usage' for kernels of several sizes or a gradient's magnitude: these are several layers
 */
export async function packKernels(
  subject: KernelSubject,
  sources: readonly Source[],
  store: ByteStore,
): Promise<PackedNetwork> {
  const { job, options, mapNames } = subject;
  const [source] = sources;
  const shape = shapeOf(subject, source);
  const { banks, branches } = shape.bound;
  const odd = banks.find(({ kind }) => kind === 'gradient') ?? banks[1];
  if (odd) {
    const [{ label }] = odd.maps;
    const isMagnitude = odd.kind === 'gradient';
    throw new CnnvizError(
      'usage',
      isMagnitude
        ? `${label} is a gradient magnitude: two convolutions and a root, not one layer`
        : `${label} is of another size than ${banks[0].maps[0].label}: a page shows one layer`,
      { fix: isMagnitude ? `-k ${label}-x -k ${label}-y` : 'make a page of each size' },
    );
  }
  const found =
    shape.bound.settle === null
      ? shape
      : await runSubject(subject, planRun(shape, branches, options), source, options, DOORS);
  const { geometry = PRESETS.none.geometry, preprocess } = job;
  const said = {
    name: mapNames.length === 1 ? mapNames[0] : `${mapNames[0]} … ${mapNames.at(-1)}`,
    preset: { geometry, preprocess },
    exact: options.exact,
    args: [...kernelArgs(job, sources), ...biasArgs(job, found.bound.model), ...pixelArgs(job)],
    notes: [...subject.notes, ...found.bound.notes],
    kernels: mapNames,
  };
  return packLayer(found.bound.model, source, said, store);
}

const DOORS = { breathe: () => undefined, team: null, watch: false };

/** What makes the kernels again; of several images, which one a patch was cut from. */
function kernelArgs({ layer, geometry }: Job, sources: readonly Source[]): string[] {
  const kernels = layer.kernels.map((kernel) =>
    kernel.kind === 'patch' && kernel.image === null && sources.length > 1 && !geometry
      ? { ...kernel, image: sources[0].facts.path }
      : kernel,
  );
  return layerArgs({
    ...layer,
    kernels,
    stride: [1, 1],
    padding: 0,
    paddingMode: 'zeros',
    dilation: [1, 1],
    groups: 1,
    bias: null,
    activation: null,
    pool: null,
  });
}

/** A bias that is the same for all maps as a number; another in the words it was given in. */
function biasArgs({ layer: { bias } }: Pick<Job, 'layer'>, model: Model): string[] {
  return bias === null ? [] : ['--bias', oneNumber(model) ?? biasText(bias, baseName)];
}

function oneNumber({ constants, nodes: [{ inputs }] }: Model): string | null {
  const numbers = toFloat32(constants.get(inputs[2]!)!.load().data);
  return numbers.every((value) => value === numbers[0]) ? numberText(numbers[0]) : null;
}

/** A pipe that is one layer, with kernels that `conv` takes; null: it is a network. */
export async function packPipe(
  { opened, job }: ExploredNetwork,
  source: Source,
  store: ByteStore,
): Promise<PackedNetwork | null> {
  const { network } = job.request;
  if (!network.includes('|') && !/^\s*conv\b/.test(network)) return null;
  const [kernel, bias] = parsePipe(network).layers[0].parameters.map((one) => one?.source);
  const { model, notes } = shapeOf(opened, source).bound;
  if (!kernel || !isOneLayer(model)) return null;
  const words = kernelWord(kernel);
  const preset = presetOfJob(job, opened);
  if (words === null || preset.digit) return null;
  const { geometry, preprocess } = preset;
  const isSized = geometry.resize !== null || geometry.crop !== null;
  // a pipe reads three channels of a gray file
  const decode = preprocess.gray ? job.decode : { ...job.decode, rgb: true as const };
  const exact = job.exact ? ['--exact'] : [];
  const [{ inputs }] = model.nodes;
  const number = inputs[2] ? (oneNumber(model) ?? (bias?.kind === 'array' ? baseName(bias.path) : null)) : '0';
  if (number === null) return null;
  const biased = number === '0' ? [] : ['--bias', number];
  const said = {
    name: 'pipe',
    preset,
    exact: opened.options.exact,
    args: ['--kernel', words, ...biased, ...exact, ...pixelArgs({ preprocess, decode, ...(isSized && { geometry }) })],
    notes: [...opened.notes, ...notes],
    kernels: [],
  };
  return packLayer(model, source, said, store);
}

type KernelOfPipe = NonNullable<ReturnType<typeof parsePipe>['layers'][number]['parameters'][number]>['source'];

function kernelWord(kernel: KernelOfPipe): string | null {
  if (kernel.kind === 'builtin-kernel') return kernel.name;
  if (kernel.kind === 'inline-kernel') return kernel.text;
  return kernel.kind === 'array' ? baseName(kernel.path) : null;
}

/** A convolution, perhaps an activation, perhaps a pool, one after another. */
function isOneLayer({ inputs: [{ name: input }], nodes }: Model): boolean {
  const kinds = nodes.map(({ layer }) => layer.kind);
  const [conv, ...rest] = kinds;
  const isChain = nodes.every((node, i) => node.inputs[0] === (i === 0 ? input : nodes[i - 1].outputs[0]));
  const after = rest[0] === 'activation' ? rest.slice(1) : rest;
  return isChain && conv === 'conv' && (after.length === 0 || (after.length === 1 && POOLS.includes(after[0])));
}

async function packLayer(
  model: Model,
  source: Source,
  { kernels, ...said }: Said,
  store: ByteStore,
): Promise<PackedNetwork> {
  const whole = wholeLayer(model);
  const input = { ...source.info!, value: null };
  const shaped = inferShapes(whole, new Map([[whole.inputs[0].name, input]]), evaluate);
  const chosen = whole.nodes.map((node) => ({ name: node.name, value: node.outputs[0], node, group: null }));
  const values = chosen.map(({ value }) => value);
  const layers = await pageLayers(shaped, chosen);
  const channels = source.info!.shape[1];
  const reads = { channels, declared: null, preset: said.preset };
  return {
    ...said,
    preset: presetOfJob({ preset: null }, { name: said.name, input: null, ...reads }),
    reads,
    asked: null,
    model: packModel(whole, values, store),
    input: null,
    dtype: 'float32',
    labels: null,
    hasModules: false,
    layers: layers.map((layer) => ({ ...layer, ...(kernels.length > 0 && { channels: kernels }) })),
    moment: null,
    findings: null,
  };
}

/** The layer with a bias, an activation and a pool, each of which does nothing where none was asked for. */
function wholeLayer({ inputs, constants, nodes }: Model): Model {
  const [conv, ...others] = nodes;
  const [x, weight, own = null] = conv.inputs;
  const bias = own ?? `${conv.name}.bias`;
  const M = constants.get(weight!)!.shape[0];
  const zeros = constantOf({ dtype: 'float32', shape: [M], data: new Float32Array(M) });
  const activation = others.find(({ layer }) => layer.kind === 'activation');
  const pool = others.find(({ layer }) => POOLS.includes(layer.kind));
  const chain: ModelNode[] = [{ ...conv, inputs: [x, weight, bias] }];
  for (const [name, node] of [['activation', activation] as const, ['pool', pool] as const]) {
    const [before] = chain.at(-1)!.outputs;
    chain.push(
      node ? { ...node, inputs: [before] } : { name, layer: { kind: 'identity' }, inputs: [before], outputs: [name] },
    );
  }
  return {
    inputs,
    constants: own === null ? new Map([...constants, [bias, zeros]]) : constants,
    nodes: chain,
    outputs: chain.at(-1)!.outputs,
  };
}
