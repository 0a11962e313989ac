import { presetArgs } from '../analysis/prepare/preset.js';
import { activationText, paddingText, pairText, poolText } from '../core/job.js';
import type { Layer } from '../layers/index.js';
import type { PackedNetwork, PageData } from './page-data.js';
import { kernelNow, numbersNow, numberText } from './shell-kernel.js';
import {
  DECODE_FLAGS,
  imageWord,
  isOwnScale,
  lineOf,
  lookWords,
  PRESET_FLAGS,
  readArgs,
  refuse,
  type SaidFlag,
  type ShellLine,
  wordsOfFlags,
} from './shell-words.js';
import type { PageState } from './state.js';

const KERNEL_FLAGS: readonly string[] = ['--kernel', '--patch', '--patch-mode', '--flip'];

/** The command that makes what a page of one layer shows; or, of the shown value, what it sees of the input. */
export function layerLine(
  data: PageData,
  state: PageState,
  bytes: Uint8Array | null,
  what: 'view' | 'field',
): ShellLine {
  const network = data.networks[state.network];
  const { flags } = readArgs(network);
  const { view, layer, at } = state;
  if (view === 'graph' || view === 'classes' || view === 'compare') refuse('one layer alone has none of this');
  if (layer === null) return inputLine(data, state, flags);
  if (view === 'kernels' && what === 'view') return kernelsLine(network, state, flags);
  const last = network.model.nodes.findIndex(({ name }) => name === layer);
  const words = [
    imageWord(data, state),
    ...layerWords(network, state, bytes, last),
    ...pixelWords(network, state, flags),
    ...wordsOfFlags(flags, ['--exact', '--algorithm']),
  ];
  const channels = network.model.constants[0].shape[0];
  const channel = channels > 1 ? ['--channel', String(state.channel)] : [];
  if (what === 'field' && at === null) refuse('no value of a map is chosen');
  if (at !== null)
    return lineOf([what === 'field' ? 'field' : 'explain', ...words, ...channel, '--at', `${at.x},${at.y}`]);
  if (view === 'numbers') return lineOf(['conv', ...words, '--json']);
  const isAlone = channels === 1 || (view === 'map' && isOwnScale(state.look, channels));
  if (isAlone) return lineOf(['conv', ...words, ...lookWords(state.look, false)]);
  if (!isOwnScale(state.look, channels)) {
    refuse('kernels that differ in kind get a scale each from conv --sheet: choose limits, or a scale for each map');
  }
  return lineOf(['conv', ...words, '--sheet', ...lookWords(state.look, true)]);
}

/** Kernels, bias and settings, up to the layer number `last`. @throws CnnvizError for what no flag says */
function layerWords(network: PackedNetwork, state: PageState, bytes: Uint8Array | null, last: number): string[] {
  const [conv, ...others] = network.model.nodes.map(({ name, layer }) => becomes(name, layer, state));
  if (state.edits.some(({ kind }) => kind === 'silence')) refuse('a channel is silenced, which no flag of conv does');
  return [
    ...kernelWords(network, state, bytes),
    ...convWords(conv),
    ...biasWords(network, state, bytes),
    ...others.slice(0, last).flatMap(otherWords),
  ];
}

/** A layer as it was edited. */
function becomes(name: string, layer: Layer, { edits }: PageState): Layer {
  return edits.reduce((now, edit) => (edit.kind === 'layer' && edit.layer === name ? edit.becomes : now), layer);
}

function convWords(layer: Layer): string[] {
  if (layer.kind !== 'conv' && layer.kind !== 'ncc')
    return refuse('the convolution was replaced, which no flag of conv does');
  const { stride, padding, paddingMode, dilation, groups } = layer;
  const isOne = ([a, b]: readonly [number, number]) => a === 1 && b === 1;
  return [
    ...(isOne(stride) ? [] : ['--stride', pairText(stride)]),
    ...(paddingText(padding) === '0' ? [] : ['--padding', paddingText(padding)]),
    ...(paddingMode === 'zeros' ? [] : ['--padding-mode', paddingMode]),
    ...(isOne(dilation) ? [] : ['--dilation', pairText(dilation)]),
    ...(groups === 1 ? [] : ['--groups', String(groups)]),
  ];
}

/** An activation or a pool. */
function otherWords(layer: Layer): string[] {
  switch (layer.kind) {
    case 'identity':
      return [];
    case 'activation': {
      const { name, parameters } = layer;
      const [parameter = null] = parameters;
      if (name === 'relu') return ['--relu'];
      return [
        '--activation',
        activationText({ name: name as Parameters<typeof activationText>[0]['name'], parameter }),
      ];
    }
    case 'max_pool':
    case 'avg_pool':
    case 'gauss_pool': {
      const { kernelSize, stride, pads, ceilMode } = layer;
      const isPlain = pads.every((side) => side === 0) && !ceilMode;
      const isDilated = layer.kind === 'max_pool' && layer.dilation.some((side) => side !== 1);
      const isDivided = layer.kind === 'avg_pool' && layer.divisorOverride !== null;
      if (!isPlain || isDilated || isDivided) refuse('the pool has settings that --pool has not');
      const kind = layer.kind === 'max_pool' ? 'max' : layer.kind === 'avg_pool' ? 'avg' : 'gauss';
      const sigma = layer.kind === 'gauss_pool' ? layer.sigma : null;
      return ['--pool', poolText({ kind, kernelSize, stride, pads, sigma })];
    }
    default:
      return refuse(`the layer was replaced by ${layer.kind}, which no flag of conv is`);
  }
}

/** As they were named; edited ones in full. */
function kernelWords(network: PackedNetwork, state: PageState, bytes: Uint8Array | null): string[] {
  const { flags } = readArgs(network);
  const texts = kernelNow(network, state.edits, bytes);
  if (texts === null) return wordsOfFlags(flags, KERNEL_FLAGS);
  if (flags.some(([flag, value]) => flag === '--patch-mode' && value === 'ncc')) {
    refuse('a patch that is compared by correlation was edited: no flag gives its numbers');
  }
  return texts.flatMap((text) => ['--kernel', text]);
}

function biasWords(network: PackedNetwork, state: PageState, bytes: Uint8Array | null): string[] {
  const { model } = network;
  const bias = model.nodes[0].inputs[2]!;
  const [, said = null] = readArgs(network).flags.find(([flag]) => flag === '--bias') ?? [];
  const isNumber = said === null || Number.isFinite(Number(said));
  const isEdited = state.edits.some((edit) => edit.kind === 'weight' && edit.constant === bias);
  if (!isEdited) {
    const isFound = !isNumber && !said.endsWith('.npy');
    if (isFound && (state.image !== 0 || state.preset !== null || state.edits.length > 0)) {
      refuse('the bias was found from the first image as it was: a number of its own says it for others');
    }
    return said === null ? [] : ['--bias', said];
  }
  const [M] = model.constants.find(({ name }) => name === bias)!.shape;
  const base = isNumber ? new Float32Array(M).fill(Number(said ?? 0)) : null;
  const numbers = numbersNow(network, bias, state.edits, bytes, base);
  if (numbers.some((value) => value !== numbers[0]))
    refuse('each map has a bias of its own: --bias takes them from a file');
  return numbers[0] === 0 ? [] : ['--bias', numberText(numbers[0])];
}

/** How pixels become numbers, in the words of conv. */
function pixelWords({ preset }: PackedNetwork, state: PageState, flags: readonly SaidFlag[]): string[] {
  const decode = wordsOfFlags(flags, DECODE_FLAGS);
  if (state.preset === null) return [...wordsOfFlags(flags, PRESET_FLAGS), ...decode];
  if (state.preset.digit) refuse('a digit is prepared as MNIST: conv has no flag for it');
  if (state.preset.preprocess.channels) refuse('colours are fed as blue, green, red: conv has no flag for it');
  if (state.preset.geometry.fit) refuse('the image is fitted into a size: conv stretches or crops it');
  // "--preset none" stands in front, which is all that conv does
  const words = presetArgs(state.preset ?? preset).slice(2);
  return [...words, ...(state.preset.preprocess.gray ? decode.filter((word) => word !== '--rgb') : decode)];
}

function inputLine(data: PageData, state: PageState, flags: readonly SaidFlag[]): ShellLine {
  if (state.image !== null && data.images[state.image].kind === 'array')
    refuse('the input is an array, taken as it is: it is its own file');
  const { preset } = data.networks[state.network];
  const decode = wordsOfFlags(flags, DECODE_FLAGS).filter((word) => word !== '--rgb');
  return lineOf(['preprocess', imageWord(data, state), ...presetArgs(state.preset ?? preset), ...decode, '--audit']);
}

/** Kernels that have names are drawn by their names. */
function kernelsLine(network: PackedNetwork, state: PageState, flags: readonly SaidFlag[]): ShellLine {
  const [{ inputs }] = network.model.nodes;
  const isEdited = state.edits.some(
    (edit) => (edit.kind === 'weight' || edit.kind === 'kernel') && edit.constant === inputs[1],
  );
  const said = flags.filter(([flag]) => KERNEL_FLAGS.includes(flag));
  const names = said.flatMap(([flag, value]) => (flag === '--kernel' ? value!.split(',') : [flag]));
  if (isEdited || names.length === 0 || !names.every((name) => /^[a-z][a-z0-9-]*$/i.test(name))) {
    refuse('no command draws a kernel that has no name; the map is drawn by the line of its layer');
  }
  return lineOf(['kernels', ...names, '-o', 'kernels.png']);
}
