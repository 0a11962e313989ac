import { channelsOf } from '../../analysis/layer-facts.js';
import type { Frame } from '../../cli/frame.js';
import { CnnvizError, ofCommand } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { NetworkJob } from '../../core/job.js';
import { groupDigits } from '../../core/text.js';
import type { Input } from '../../io/inputs.js';
import { type Style, wouldWrite } from '../../reports/text.js';
import { checkPlaces, placeOf } from '../../run/place.js';
import { type NetworkWork, openNetworkWork, productsOfLayers } from '../../run/run.js';
import { atInput, readSource } from '../../run/source.js';
import type { Subject } from '../../run/subject.js';

/** Arrays were named for the inputs; outputs are named after the network. */
export function fedInput(network: string): Input {
  const [file] = network.split(/[/\\]/).slice(-1);
  const name = network.includes('|') ? 'pipe' : file.replace(/\.[^.]*$/, '');
  return { path: network, name, ext: '', relative: '' };
}

/** The network with its weights. @throws CnnvizError 'usage' when arrays and images are not what its inputs need */
export async function openRun(job: NetworkJob, isFed: boolean, { terminal }: Frame): Promise<NetworkWork> {
  const work = await openNetworkWork(job);
  checkFeeds(work.subject, isFed, job.request.network);
  for (const note of work.subject.notes) terminal.note(`note: ${note}`);
  return work;
}

function checkFeeds(opened: Subject, isFed: boolean, network: string): void {
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
export interface PlannedNetworkRun {
  readonly input: { readonly path: string; readonly width: number; readonly height: number };
  readonly preprocess: string;
  readonly layers: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Of the whole network. */
  readonly macs: number;
  /** Of maps in files of their own, the first of each layer. */
  readonly outputs: readonly string[];
}

/** Prepares each input and plans the network for it: nothing is computed, nothing is written. */
export function runPlanner(
  job: NetworkJob,
  { runs, subject }: NetworkWork,
  inputs: readonly Input[],
): (input: Input) => Promise<PlannedNetworkRun> {
  let checked: Promise<void> | null = null;
  return (input) =>
    atInput(input, async () => {
      const source = await readSource(input, subject);
      const { chosen, shaped, plan } = runs.for(source);
      const products = productsOfLayers(job, chosen);
      checked ??= checkPlaces(job.output, inputs, products).catch((error) => {
        throw ofCommand(error);
      });
      await checked;
      const layers = chosen.layers.map(({ name, value }) => ({ name, shape: shaped.infos.get(value)!.shape }));
      const vectors = layers.filter(({ shape }) => job.picturesImplied && channelsOf(shape).size === 1);
      const drawn = products.filter(({ layer }) => !vectors.some(({ name }) => name === layer));
      const { path, width, height } = source.facts;
      return {
        input: { path, width, height },
        preprocess: source.preprocess,
        layers,
        macs: plan!.macs,
        outputs: drawn.map((product) => {
          const layer = layers.find(({ name }) => name === product.layer);
          const isMaps = product.kind === 'maps' && layer !== undefined;
          return placeOf(job.output, input, isMaps ? { ...product, map: firstMap(layer.shape) } : product);
        }),
      };
    });
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
