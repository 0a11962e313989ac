import { presetArgs } from '../analysis/prepare/preset.js';
import { CnnvizError } from '../core/errors.js';
import { sizeOf } from '../core/tensor.js';
import type { PackedLayer, PackedNetwork, PageData } from './page-data.js';
import { layerLine } from './shell-layer.js';
import {
  DECODE_FLAGS,
  imageWord,
  isOwnScale,
  lineOf,
  lookWords,
  PRESET_FLAGS,
  readArgs,
  refuse,
  type ShellLine,
  WEIGHT_FLAGS,
  wordsOfFlags,
} from './shell-words.js';
import type { PageState } from './state.js';

export type { ShellLine } from './shell-words.js';

/**
 * The command that makes what a page shows.
 * @param bytes the page's own, which an edited kernel may have to be read from; null: a server has them
 */
export function shellLine(data: PageData, state: PageState, bytes: Uint8Array | null = null): ShellLine {
  return told(() => (data.kind === 'layer' ? layerLine(data, state, bytes, 'view') : networkLine(data, state)));
}

/** The command that draws what the shown value sees of the input. */
export function fieldLine(data: PageData, state: PageState, bytes: Uint8Array | null = null): ShellLine {
  return told(() => {
    if (data.kind === 'layer') return layerLine(data, state, bytes, 'field');
    const { layer, at } = state;
    if (layer === null || at === null) refuse('no value of a map is chosen');
    return lineOf(['field', ...said(data, state), '--layer', layer, '--at', `${at.x},${at.y}`]);
  });
}

function told(make: () => ShellLine): ShellLine {
  try {
    return make();
  } catch (error) {
    if (error instanceof CnnvizError) return { refused: error.message };
    throw error;
  }
}

function networkLine(data: PageData, state: PageState): ShellLine {
  const network = data.networks[state.network];
  const layer = network.layers.find(({ name }) => name === state.layer) ?? null;
  const named = layer === null ? [] : ['--layer', nameOf(layer)];
  switch (state.view) {
    case 'graph':
      return summaryLine(data, state, network);
    case 'compare':
      return compareLine(data, state);
    case 'kernels':
      return kernelsLine(state, network, layer);
    case 'classes':
      return lineOf([
        'gradcam',
        ...said(data, state),
        ...(layer && layer.shape.length === 4 ? named : []),
        ...(state.class === null ? [] : ['--class', String(state.class)]),
      ]);
    case 'numbers':
      return layer === null
        ? inputLine(data, state)
        : lineOf(['run', ...said(data, state), '--layers', nameOf(layer), '--histogram']);
    case 'maps':
    case 'map':
      return layer === null ? inputLine(data, state) : mapsLine(data, state, layer);
  }
}

/** A value with its arithmetic, one map in a file of its own, or all in one picture. */
function mapsLine(data: PageData, state: PageState, layer: PackedLayer): ShellLine {
  const { shape } = layer;
  const isVector = shape.length === 2;
  if (state.at !== null) {
    const place = isVector ? [] : ['--at', `${state.at.x},${state.at.y}`];
    const channel = ['--channel', String(state.channel)];
    return lineOf(['explain', ...said(data, state), '--layer', nameOf(layer), ...channel, ...place]);
  }
  const maps = ['run', ...said(data, state), '--layers', nameOf(layer)];
  // maps of one value each are folded into one picture
  const isAlone = state.view === 'map' && sizeOf(shape.slice(2)) > 1 && isOwnScale(state.look, shape[1]);
  if (isAlone) return lineOf([...maps, '--maps', ...lookWords(state.look, false)]);
  return lineOf([...maps, ...lookWords(state.look, true)]);
}

/** The network, the image, and what decides the numbers. @throws CnnvizError for what no flag says */
function said(data: PageData, state: PageState): string[] {
  const network = data.networks[state.network];
  refuseEdits(state);
  const { net, flags } = readArgs(network);
  return [
    net!,
    imageWord(data, state),
    ...wordsOfFlags(flags, WEIGHT_FLAGS),
    ...(state.preset === null ? wordsOfFlags(flags, PRESET_FLAGS) : presetArgs(state.preset)),
    ...wordsOfFlags(flags, DECODE_FLAGS),
    ...wordsOfFlags(flags, ['--exact']),
  ];
}

function refuseEdits({ edits }: PageState): void {
  const words = {
    weight: 'a weight was changed: no flag changes one number of a network',
    kernel: 'a kernel was changed: no flag changes one of a network',
    layer: 'a layer was changed: no flag changes one of a network; a network file can',
    silence: 'a channel is silenced: cnnviz ablate silences them one after another, no command does it here',
  };
  const [first] = edits;
  if (first !== undefined) refuse(words[first.kind]);
}

/** What the first layer reads. */
function inputLine(data: PageData, state: PageState): ShellLine {
  const { preset } = data.networks[state.network];
  const { flags } = readArgs(data.networks[state.network]);
  if (state.image !== null && data.images[state.image].kind === 'array') {
    refuse('the input is an array, taken as it is: it is its own file');
  }
  return lineOf([
    'preprocess',
    imageWord(data, state),
    ...presetArgs(state.preset ?? preset),
    ...wordsOfFlags(flags, DECODE_FLAGS),
    '--audit',
  ]);
}

function kernelsLine(state: PageState, network: PackedNetwork, layer: PackedLayer | null): ShellLine {
  refuseEdits(state);
  if (layer === null || layer.weight === null) refuse('this layer has no kernels');
  const { net, flags } = readArgs(network);
  return lineOf(['filters', net!, ...wordsOfFlags(flags, WEIGHT_FLAGS), '--layers', nameOf(layer)]);
}

function summaryLine(data: PageData, state: PageState, network: PackedNetwork): ShellLine {
  refuseEdits(state);
  const { net, flags } = readArgs(network);
  const file = `${network.name.replace(/[^\w.-]+/g, '_')}.svg`;
  return lineOf([
    'summary',
    net!,
    ...wordsOfFlags(flags, ['--as-printed']),
    ...sizeWords(data, state, network),
    '-o',
    file,
  ]);
}

/** The size of an input that the network does not say: that of the image, where nothing is done to it. */
function sizeWords({ images }: PageData, { image, preset: chosen }: PageState, network: PackedNetwork): string[] {
  if (network.input !== null) return [];
  const one = image === null ? null : images[image];
  const { geometry, preprocess } = chosen ?? network.preset;
  if (one?.kind === 'array') return ['--size', one.shape.slice(-3).join()];
  if (one === null || geometry.resize !== null)
    refuse('the network says no size of its input, and no flag says this one');
  const [height, width] = geometry.crop ?? [one!.height, one!.width];
  return ['--size', [preprocess.gray ? 1 : one!.channels, height, width].join()];
}

function compareLine(data: PageData, state: PageState): ShellLine {
  refuseEdits(state);
  const [a, b] = data.networks.slice(0, 2).map(readArgs);
  if (b === undefined) refuse('one network alone is compared with none');
  const full = ({ net, flags }: typeof a) => {
    const [, weights = null] = flags.find(([flag]) => flag === '--weights') ?? [];
    return weights === null ? net! : `${net}@${weights}`;
  };
  const seeds = new Set([a, b].flatMap(({ flags }) => wordsOfFlags(flags, ['--init'])));
  const rest = [...PRESET_FLAGS, ...DECODE_FLAGS, '--exact', '--as-printed'];
  return lineOf([
    'compare',
    full(a),
    full(b),
    imageWord(data, state),
    ...seeds,
    ...(state.preset === null ? wordsOfFlags(a.flags, rest) : presetArgs(state.preset)),
  ]);
}

/** Commas part the names of layers on the command line. */
function nameOf({ name }: PackedLayer): string {
  if (name.includes(',')) refuse('the layer has a comma in its name, where a shell line has the next name');
  return name.startsWith('-') ? refuse('the layer’s name begins like a flag') : name;
}
