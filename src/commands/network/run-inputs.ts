import type { Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkJob } from '../../core/job.js';
import type { Input } from '../../io/inputs.js';
import { loadNetworkMaterials, type NetworkMaterials } from '../../run/network-session.js';

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
