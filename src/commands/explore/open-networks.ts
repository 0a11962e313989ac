import type { OpenedNetwork } from '../../analysis/prepare/network-input.js';
import { numbersJob } from '../../cli/network-flags.js';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkJob } from '../../core/job.js';
import { bringsNumbers } from '../../run/found-weights.js';
import { networkSubject, openNetwork, readLabels } from '../../run/network.js';
import type { Subject } from '../../run/subject.js';
import { digitFor } from '../network/compare-networks.js';
import type { Asked } from './asked.js';
import { type Checkpoint, findCheckpoints } from './checkpoints.js';
import type { ExploreValues } from './explore-flags.js';

/** A network with its weights, ready for images. */
export interface ExploredNetwork {
  readonly opened: OpenedNetwork & Subject;
  readonly job: NetworkJob;
  /** Class names that were given, or that its file has; null: ImageNet's for 1,000 classes. */
  readonly labels: readonly string[] | null;
  /** How far its training was; null: it is no checkpoint of several. */
  readonly moment: string | null;
  /** How images are prepared is taken over from the network it is compared with. */
  readonly isTaken: boolean;
}

/**
 * Opens what is shown: one network, two that are compared, the checkpoints of one.
 * @throws CnnvizError that names the file or flag at fault
 */
export async function openNetworks(
  { networks, checkpoints }: Extract<Asked, { kind: 'networks' }>,
  flags: ExploreValues,
  typed: ReadonlySet<string>,
): Promise<ExploredNetwork[]> {
  // unit is what stands without the flag, of one layer; a network says its own
  const asked = { ...flags, pixels: typed.has('pixels') ? flags.pixels : null };
  const labels = flags.labels === null ? null : await readLabels(flags.labels);
  const open = async (network: string, { path, moment }: Partial<Checkpoint>): Promise<ExploredNetwork> => {
    const weights = path ?? asked.weights;
    const init = networks.length === 2 && (await bringsNumbers(network)) ? null : asked.init;
    const job = numbersJob(network, { ...asked, weights, init }, { layers: layersOf(flags), exact: flags.exact });
    const opened = await openNetwork(job.request);
    refuseMore(opened);
    return {
      opened: networkSubject(opened, job),
      job,
      labels: labels ?? opened.classes ?? null,
      moment: moment ?? null,
      isTaken: false,
    };
  };
  if (checkpoints.length > 0) {
    const found = await findCheckpoints(checkpoints);
    const all: ExploredNetwork[] = [];
    for (const one of found) all.push(await open(networks[0], one));
    return all;
  }
  const one = await open(networks[0], {});
  return networks.length === 1 ? [one] : alike(one, await open(networks[1], {}));
}

/** What --layers says. */
export function layersOf({ layers }: ExploreValues): readonly string[] {
  return layers.length > 0 ? layers : ['all'];
}

/** Two networks see one image in the same way: as the first says, unless the second declares its own input. */
function alike(a: ExploredNetwork, b: ExploredNetwork): ExploredNetwork[] {
  const [one, two] = [a.opened, b.opened];
  const preset = digitFor(one, two) ?? two.preset ?? one.preset;
  return [
    withPreset(a, one.preset ?? two.preset),
    withPreset(b, two.declared || digitFor(one, two) ? preset : (one.preset ?? two.preset)),
  ];
}

function withPreset(network: ExploredNetwork, preset: OpenedNetwork['preset']): ExploredNetwork {
  const { opened, job } = network;
  const isTaken = JSON.stringify(preset) !== JSON.stringify(opened.preset);
  return { ...network, opened: networkSubject({ ...opened, preset }, job), isTaken };
}

/** A page feeds one image to one input. */
function refuseMore({ name, open, fed }: OpenedNetwork): void {
  if (open.length === 1 && fed.size === 0) return;
  throw new CnnvizError(
    'usage',
    `${name}: a page feeds one input, which an image or an array is; it has ${open.length + fed.size}`,
    {
      fix: 'cnnviz run takes several: --input NAME=FILE.npy',
    },
  );
}
