import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shapeOf } from '../../src/analysis/kept-run.js';
import { chooseLayers } from '../../src/analysis/layer-choice.js';
import { summarizeModel } from '../../src/analysis/network-summary.js';
import { presetOfJob } from '../../src/analysis/prepare/network-input.js';
import type { NetworkJob, PresetChoice } from '../../src/core/job.js';
import { ByteStore } from '../../src/explorer/byte-store.js';
import { openEngine } from '../../src/explorer/engine/open-engine.js';
import { packArray, packImage, packModel, type ReadBytes } from '../../src/explorer/pack.js';
import type { Look, PackedImage, PackedNetwork, PageData } from '../../src/explorer/page-data.js';
import type { Edit, ExplorerEngine, Situation } from '../../src/explorer/protocol.js';
import { decodeImage } from '../../src/io/decode.js';
import { imagenetLabels } from '../../src/models/imagenet-labels.js';
import { npyToValue, readNpy } from '../../src/models/npy.js';
import { networkSubject, openNetwork } from '../../src/run/network.js';
import { sourceOf } from '../../src/run/source.js';
import type { Source } from '../../src/run/subject.js';

const MODELS = fileURLToPath(new URL('../../fixtures/models/onnx/', import.meta.url));
const IMAGES = fileURLToPath(new URL('../../fixtures/images/', import.meta.url));

export const image = (name: string): string => join(IMAGES, name);
export const onnx = (name: string): string => join(MODELS, name);

const DECODE: NetworkJob['decode'] = { maxPixels: 1e8, background: null };
export const GRAY: Look = { scale: { kind: 'auto' }, colormap: 'gray', each: false };

/** What a page is asked to be made of. */
export interface Asked {
  readonly network: string;
  readonly init?: number;
  readonly images: readonly string[];
  /** All of them by default. */
  readonly layers?: readonly string[];
  readonly preset?: PresetChoice | null;
  readonly exact?: boolean;
}

/** A page with its engine, and what the command line opens for the same words. */
export interface Page {
  readonly data: PageData;
  readonly bytes: Uint8Array;
  readonly read: ReadBytes;
  readonly engine: ExplorerEngine;
  readonly subject: Awaited<ReturnType<typeof subjectOf>>;
  readonly sources: readonly Source[];
}

async function subjectOf({ network, init, preset = null, exact = false }: Asked) {
  const request = { network, weights: null, init: init ?? null, inputs: [] };
  return networkSubject(await openNetwork(request), { request, decode: DECODE, preset, exact });
}

/** A page as `explore` packs it, without boxes. */
export async function pageOf(...networks: readonly Asked[]): Promise<Page> {
  const store = new ByteStore();
  const packed: PackedNetwork[] = [];
  const [asked] = networks;
  const subject = await subjectOf(asked);
  const sources: Source[] = [];
  for (const path of asked.images) {
    sources.push(await sourceOf({ path }, readFileSync(path), '', subject));
  }
  for (const one of networks) {
    const own = await subjectOf(one);
    packed.push(
      packNetwork(one, own, await sourceOf({ path: one.images[0] }, readFileSync(one.images[0]), '', own), store),
    );
  }
  const images: PackedImage[] = [];
  for (const path of asked.images) images.push(await packedImage(path, store));
  const data: PageData = {
    cnnviz: 'test',
    kind: 'network',
    networks: packed,
    together: networks.length === 1 ? 'alone' : 'compared',
    images,
    draws: false,
    first: null,
    bytes: { kind: 'inside' },
  };
  // as a page gets it: through JSON
  const sent: PageData = JSON.parse(JSON.stringify(data));
  const bytes = store.whole();
  const read: ReadBytes = ({ at, length }) => bytes.subarray(at, at + length);
  return { data: sent, bytes, read, engine: openEngine(sent, read), subject, sources };
}

function packNetwork(asked: Asked, subject: Page['subject'], source: Source, store: ByteStore): PackedNetwork {
  const { bound, shaped } = shapeOf(subject, source);
  const layers = chooseLayers(shaped, asked.layers ?? ['all']);
  const summaries = new Map(summarizeModel(shaped).layers.map((one) => [one.name, one]));
  const { preset = null, exact = false } = asked;
  const count = shaped.infos.get(shaped.model.outputs[0])!.shape.at(-1);
  return {
    name: subject.name,
    model: packModel(
      shaped.model,
      layers.map(({ value }) => value),
      store,
    ),
    input: subject.input,
    dtype: source.info!.dtype,
    preset: presetOfJob({ preset }, subject),
    reads: { channels: subject.channels, declared: subject.declared, preset: subject.preset },
    asked: preset,
    exact: exact || subject.options.exact,
    labels: subject.classes ?? (count === 1000 ? imagenetLabels() : null),
    layers: layers.map(({ name, value, node }) => {
      const summary = summaries.get(name);
      return {
        name,
        value,
        words: summary?.words ?? name,
        shape: shaped.infos.get(value)!.shape,
        params: summary?.params ?? 0,
        macs: summary?.macs ?? 0,
        from: summary?.from ?? [],
        sees: null,
        weight: node?.inputs[1] ?? null,
        box: null,
      };
    }),
    args: [asked.network],
    moment: null,
    notes: [...subject.notes, ...bound.notes],
    findings: null,
    hasModules: false,
  };
}

async function packedImage(path: string, store: ByteStore): Promise<PackedImage> {
  const bytes = readFileSync(path);
  const name = path.split('/').at(-1)!;
  if (path.endsWith('.npy')) return packArray(npyToValue(readNpy(bytes)), { name, path }, store);
  const { image: decoded, facts } = await decodeImage(bytes, DECODE, null, false);
  return packImage(decoded, { name, path, colour: facts.colour }, store);
}

export const situation = (edits: readonly Edit[] = [], index = 0, network = 0): Situation => ({
  network,
  image: { kind: 'own', index },
  preset: null,
  edits,
});
