import { channelsOf } from '../../analysis/layer-facts.js';
import type { Frame } from '../../cli/frame.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { NetworkJob } from '../../core/job.js';
import { groupDigits } from '../../core/text.js';
import type { Input } from '../../io/inputs.js';
import { type Style, wouldWrite } from '../../reports/text.js';
import { loadNetworkMaterials, type NetworkMaterials, productsOfLayers } from '../../run/network-session.js';
import { readNetworkSource } from '../../run/network-source.js';
import { placeOf } from '../../run/place.js';

/** Arrays were named for the inputs; outputs are named after the network. */
export function fedInput(network: string): Input {
  const [file] = network.split(/[/\\]/).slice(-1);
  const name = network.includes('|') ? 'pipe' : file.replace(/\.[^.]*$/, '');
  return { path: network, name, ext: '', relative: '' };
}

/** The network with its weights. @throws CnnvizError 'usage' when arrays and images are not what its inputs need */
export async function openRun(
  job: NetworkJob,
  inputs: readonly Input[],
  isFed: boolean,
  { jobs, terminal }: Frame,
): Promise<NetworkMaterials> {
  const materials = await loadNetworkMaterials(job, inputs, jobs);
  checkFeeds(materials, isFed, job.request.network);
  for (const note of materials.opened.notes) terminal.note(`note: ${note}`);
  return materials;
}

function checkFeeds({ opened }: NetworkMaterials, isFed: boolean, network: string): void {
  const missing = isFed ? opened.open : opened.open.slice(1);
  if (missing.length > 0) {
    throw new CnnvizError('usage', `${opened.name}: nothing is given for the input "${missing[0]}"`, {
      fix: `${opened.open.length === 1 ? `name an image: cnnviz run ${quoted(network)} photo.jpg; or ` : ''}add --input ${missing[0]}=FILE.npy`,
    });
  }
  if (!isFed && opened.open.length === 0) {
    throw new CnnvizError('usage', `${opened.name}: arrays are given for every input, and an image too`, {
      fix: 'leave the image or one --input out',
    });
  }
}

function quoted(network: string): string {
  return /[\s|]/.test(network) ? `"${network}"` : network;
}

/** What a run would make of an input. */
interface PlannedNetworkRun {
  readonly input: { readonly path: string; readonly width: number; readonly height: number };
  readonly preprocess: string;
  readonly layers: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Of the whole network. */
  readonly macs: number;
  /** Of maps in files of their own, the first of each layer. */
  readonly outputs: readonly string[];
}

/** Prepares an input and plans the network for it: nothing is computed, nothing is written. */
export async function planRun(job: NetworkJob, materials: NetworkMaterials, input: Input): Promise<PlannedNetworkRun> {
  try {
    const { facts, preprocess, info } = await readNetworkSource(input, job, materials.opened);
    const session = materials.sessions.for(info);
    await materials.checkPlaces(session);
    const { infos } = session.plan.shaped;
    const layers = session.chosen.map(({ name, value }) => ({ name, shape: infos.get(value)!.shape }));
    const vectors = layers.filter(({ shape }) => job.picturesImplied && channelsOf(shape).size === 1);
    const drawn = productsOfLayers(job, session).filter(({ layer }) => !vectors.some(({ name }) => name === layer));
    return {
      input: { path: facts.path, width: facts.width, height: facts.height },
      preprocess,
      layers,
      macs: session.plan.macs,
      outputs: drawn.map((product) => {
        const { shape } = layers.find(({ name }) => name === product.layer)!;
        return placeOf(job.output, input, product.kind === 'maps' ? { ...product, map: firstMap(shape) } : product);
      }),
    };
  } catch (error) {
    throw atPlace(input.path === '-' ? 'standard input' : input.path, error);
  }
}

/** What the first map of a layer is called: a vector is one map. */
function firstMap(shape: readonly number[]): string {
  const { items, size } = channelsOf(shape);
  if (size === 1) return items === 1 ? '' : 'item 0';
  return items === 1 ? '0' : '0.0';
}

/** A planned run in words: layers with their shapes, the cost, what would be written. */
export function describePlannedRun(
  { input, preprocess, layers, macs, outputs }: PlannedNetworkRun,
  job: NetworkJob,
  style: Style,
): string[] {
  const name = input.path === '-' ? 'standard input' : input.path;
  const isMaps = job.output.products.includes('maps');
  return [
    `${style.strong(name)}  ${input.width}×${input.height}   ${preprocess}`,
    ...layers.map((layer) => `  ${layer.name}   [${layer.shape.join(', ')}]`),
    `  ${groupDigits(macs)} MACs = ${groupDigits(2 * macs)} FLOPs (2 per MAC), ${plural(layers.length, 'layer')} asked for`,
    ...outputs.map((path) => `${wouldWrite(path, style)}${isMaps ? ' and those of the other channels' : ''}`),
  ];
}
