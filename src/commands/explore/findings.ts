import type { PackedFinding } from '../../explorer/page-data.js';
import { examineOpened } from '../doctor/examine.js';
import type { ExploredNetwork } from './open-networks.js';
import { asReadBy, type PageImage } from './page-images.js';

/** What `doctor` finds in a network with the images of the page. `isRead`: they were read as this network reads them. */
export async function findingsOf(
  { opened, job }: ExploredNetwork,
  images: readonly PageImage[],
  isRead: boolean,
): Promise<readonly PackedFinding[]> {
  const given = images.map((image) => ({
    path: image.path,
    read: async () => (isRead ? image.source : asReadBy(opened, image)),
  }));
  const { findings } = await examineOpened(opened, job, given, null, { breathe: async () => {}, threads: 1 });
  return findings.map(({ severity, layer, what, fix }) => ({ severity, layer, what, fix }));
}
