import { CnnvizError, ofCommand } from '../core/errors.js';
import type { NetworkJob } from '../core/network-job.js';
import { readBytes } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { type OpenedNetwork, openNetwork } from './network.js';
import { type NetworkSession, NetworkSessions } from './network-session.js';
import { checkPlaces, type Product } from './place.js';
import { refusalOf } from './refusal.js';

/** What a network's run needs besides its images: read once, shared by all of them. */
export interface NetworkMaterials {
  readonly opened: OpenedNetwork;
  readonly sessions: NetworkSessions;
  /** Class names that were given; null: ImageNet's for 1,000 classes. */
  readonly labels: readonly string[] | null;
  /** Refuses names of outputs that clash, before the first run. */
  checkPlaces(session: NetworkSession): Promise<void>;
}

/** Opens the network and reads what goes with it. @throws CnnvizError that names the file or flag at fault */
export async function loadNetworkMaterials(
  job: NetworkJob,
  inputs: readonly Input[],
  threads: number,
): Promise<NetworkMaterials> {
  const opened = await openNetwork(job.request);
  let checked: Promise<void> | null = null;
  return {
    opened,
    sessions: new NetworkSessions(opened, { layers: job.layers, exact: job.exact, threads, firstOnly: holdsOne(job) }),
    labels: job.labels === null ? null : await readLabels(job.labels),
    checkPlaces(session) {
      checked ??= checkPlaces(job.output, inputs, productsOfLayers(job, session)).catch((error) => {
        throw ofCommand(error);
      });
      return checked;
    },
  };
}

/** One array file holds one result: of several outputs the first. */
function holdsOne({ output, layers }: NetworkJob): boolean {
  const single = output.target.kind === 'file' || output.target.kind === 'stdout';
  return single && layers.length === 1 && layers[0] === 'output';
}

/** What a job makes of one input; single maps are counted when they are drawn. */
export function productsOfLayers({ output }: NetworkJob, { chosen }: NetworkSession): Product[] {
  return output.products.flatMap((kind) =>
    chosen.map(({ name }) => ({ kind, layer: name, map: kind === 'maps' ? '0' : '' })),
  );
}

/** Class names from a file, one a line. @throws CnnvizError 'usage' when it is no text */
export async function readLabels(path: string): Promise<string[]> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(path));
    return text.replace(/\r?\n$/, '').split(/\r?\n/);
  } catch (error) {
    if (error instanceof CnnvizError) throw refusalOf(path, error);
    throw new CnnvizError('usage', `${path}: class names are not UTF-8`, { cause: error });
  }
}
