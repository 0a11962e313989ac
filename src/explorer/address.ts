import type { ColormapName, ImagePreset, ScaleRule } from '../core/job.js';
import { mapsShape } from '../core/value-place.js';
import { shapeOfConstant } from './edits.js';
import { checkedLayer } from './layer-check.js';
import type { Look, PackedLayer, PackedNetwork, PageData } from './page-data.js';
import { checkedPreset } from './preset-check.js';
import type { Edit } from './protocol.js';
import type { PageState, View } from './state.js';

const VIEWS: Readonly<Record<View, true>> = {
  maps: true,
  map: true,
  kernels: true,
  numbers: true,
  graph: true,
  classes: true,
  compare: true,
};
const COLORMAPS: Readonly<Record<ColormapName, true>> = { gray: true, viridis: true, magma: true, diverging: true };
export const COLORMAP_NAMES = Object.keys(COLORMAPS) as readonly ColormapName[];
/** An address is typed, and sent by strangers: more numbers of a kernel are not taken. */
const MOST_NUMBERS = 10_000;

export const START_LOOK: Look = { scale: { kind: 'auto' }, colormap: 'gray', each: false };

/** What a page shows when its address says nothing. */
export function startState({ networks, images, first, together }: PageData): PageState {
  const [network] = networks;
  return {
    network: 0,
    image: images.length > 0 ? 0 : null,
    layer: first?.layer ?? network.layers[0]?.name ?? null,
    channel: 0,
    at: null,
    view: together === 'compared' ? 'compare' : together === 'film' ? 'kernels' : 'maps',
    look: START_LOOK,
    preset: null,
    edits: [],
    class: null,
  };
}

/** The state as the text behind "#": what is as the page begins is left out. */
export function writeAddress(state: PageState, data: PageData): string {
  const start = startState(data);
  const said = new URLSearchParams();
  const say = (name: string, value: string | number, isSaid: boolean): void => {
    if (isSaid) said.append(name, String(value));
  };
  say('network', state.network, state.network !== start.network);
  say('image', state.image ?? 'none', state.image !== start.image);
  say('layer', state.layer ?? '', state.layer !== start.layer);
  say('channel', state.channel, state.channel !== start.channel);
  if (state.at) say('at', `${state.at.x},${state.at.y}`, true);
  say('view', state.view, state.view !== start.view);
  say('scale', scaleText(state.look.scale), state.look.scale.kind !== START_LOOK.scale.kind);
  say('colormap', state.look.colormap, state.look.colormap !== START_LOOK.colormap);
  say('each', 1, state.look.each);
  if (state.class !== null) say('class', state.class, true);
  if (state.preset) say('preset', JSON.stringify(state.preset), true);
  for (const edit of state.edits) said.append(...editText(edit));
  return said.toString();
}

/** What an address says of a page. What cannot be read, or names what the page has not, is left out. */
export function readAddress(text: string, data: PageData): PageState {
  const said = new URLSearchParams(text.replace(/^#/, ''));
  const start = startState(data);
  const index = wholeBelow(said.get('network'), data.networks.length) ?? start.network;
  const network = data.networks[index];
  const layer = layerOf(said, network, start.layer);
  const maps = layer && layer.shape.length > 0 && layer.shape.length <= 4 ? mapsShape(layer.shape) : null;
  const view = said.get('view');
  const colormap = said.get('colormap');
  return {
    network: index,
    image: said.get('image') === 'none' ? null : (wholeBelow(said.get('image'), data.images.length) ?? start.image),
    layer: layer?.name ?? null,
    channel: wholeBelow(said.get('channel'), maps?.channels ?? 0) ?? 0,
    at: maps && !maps.isVector ? placeOf(said.get('at')) : null,
    view: view !== null && Object.hasOwn(VIEWS, view) ? (view as View) : start.view,
    look: {
      scale: readScale(said.get('scale')) ?? START_LOOK.scale,
      colormap:
        colormap !== null && Object.hasOwn(COLORMAPS, colormap) ? (colormap as ColormapName) : START_LOOK.colormap,
      each: said.get('each') === '1',
    },
    preset: readPreset(said.get('preset')),
    edits: readEdits(said, network),
    class: wholeBelow(said.get('class'), Number.MAX_SAFE_INTEGER),
  };
}

function layerOf(said: URLSearchParams, { layers }: PackedNetwork, start: string | null): PackedLayer | undefined {
  const name = said.get('layer');
  if (name === '') return undefined;
  const own = (one: string | null) => layers.find((layer) => layer.name === one);
  return own(name) ?? own(start) ?? layers[0];
}

function wholeBelow(text: string | null, end: number): number | null {
  if (text === null || !/^\d{1,15}$/.test(text)) return null;
  return Number(text) < end ? Number(text) : null;
}

/** A place may lie outside of the map as it is in the file, and inside of the one that edits make. */
function placeOf(text: string | null): PageState['at'] {
  const found = /^(\d{1,6}),(\d{1,6})$/.exec(text ?? '');
  return found && { x: Number(found[1]), y: Number(found[2]) };
}

export function scaleText(scale: ScaleRule): string {
  if (scale.kind === 'fixed') return `${scale.lo},${scale.hi}`;
  return scale.kind === 'percentiles' ? `p${scale.lo},p${scale.hi}` : scale.kind;
}

/** "auto", "minmax", "symmetric", "−1,1", "p1,p99"; null for anything else. */
export function readScale(text: string | null): ScaleRule | null {
  if (text === 'auto' || text === 'minmax' || text === 'symmetric') return { kind: text };
  const [, p, a, q, b] = /^(p?)(-?[\d.]+(?:e[-+]?\d+)?),(p?)(-?[\d.]+(?:e[-+]?\d+)?)$/i.exec(text ?? '') ?? [];
  const [lo, hi] = [Number(a), Number(b)];
  if (p !== q || !Number.isFinite(lo) || !Number.isFinite(hi) || lo > hi) return null;
  if (p === '') return { kind: 'fixed', lo, hi };
  return lo >= 0 && hi <= 100 ? { kind: 'percentiles', lo, hi } : null;
}

function editText(edit: Edit): [name: string, value: string] {
  switch (edit.kind) {
    case 'weight':
      return ['weight', `${edit.index}:${edit.value}:${edit.constant}`];
    case 'silence':
      return ['silence', `${edit.channel}:${edit.layer}`];
    case 'layer':
      return ['set', JSON.stringify([edit.layer, edit.becomes])];
    case 'kernel':
      return ['kernel', JSON.stringify([edit.constant, edit.shape, edit.data])];
  }
}

function readEdit(name: string, value: string): Edit | null {
  if (name === 'weight') {
    const [, index, number, constant] = /^(\d{1,15}):(-?[\d.]+(?:e[-+]?\d+)?):(.+)$/is.exec(value) ?? [];
    const weight = Number(number);
    return constant && Number.isFinite(weight)
      ? { kind: 'weight', constant, index: Number(index), value: weight }
      : null;
  }
  if (name === 'silence') {
    const [, channel, layer] = /^(\d{1,15}):(.+)$/s.exec(value) ?? [];
    return layer ? { kind: 'silence', layer, channel: Number(channel) } : null;
  }
  const found = name === 'set' || name === 'kernel' ? readJson(value) : null;
  if (!Array.isArray(found) || typeof found[0] !== 'string') return null;
  if (name === 'kernel') return kernelOf(found[0], found[1], found[2]);
  const becomes = checkedLayer(found[1]);
  return becomes && { kind: 'layer', layer: found[0], becomes };
}

function kernelOf(constant: string, shape: unknown, data: unknown): Edit | null {
  if (!Array.isArray(shape) || shape.length !== 4 || !Array.isArray(data) || data.length > MOST_NUMBERS) return null;
  const size = shape.reduce((product, side) => product * (Number.isInteger(side) && side > 0 ? side : 0), 1);
  if (size === 0 || size !== data.length || !data.every(Number.isFinite)) return null;
  return { kind: 'kernel', constant, shape, data };
}

function readEdits(said: URLSearchParams, network: PackedNetwork): Edit[] {
  const edits: Edit[] = [];
  for (const [name, value] of said) {
    const edit = readEdit(name, value);
    if (edit && isOf(edit, network, edits)) edits.push(edit);
  }
  return edits;
}

/** Whether the page has what an edit changes; a weight may be one of a kernel that was put in before. */
function isOf(edit: Edit, network: PackedNetwork, before: readonly Edit[]): boolean {
  const { layers, model } = network;
  if (edit.kind === 'layer') return layers.some(({ name }) => name === edit.layer);
  if (edit.kind === 'silence') {
    const layer = layers.find(({ name }) => name === edit.layer);
    const isMaps = layer !== undefined && layer.shape.length > 0 && layer.shape.length <= 4;
    return isMaps && edit.channel < mapsShape(layer.shape).channels;
  }
  const constant = model.constants.find(({ name }) => name === edit.constant);
  if (!constant || edit.kind === 'kernel') return constant !== undefined;
  const shape = shapeOfConstant(network, before, edit.constant);
  return edit.index < shape.reduce((product, side) => product * side, 1);
}

function readPreset(text: string | null): ImagePreset | null {
  return text === null ? null : checkedPreset(readJson(text));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
