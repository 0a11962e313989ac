import { presetOfJob } from '../../analysis/prepare/network-input.js';
import { oneLayerJob } from '../../cli/layer-flags.js';
import { requestOf } from '../../cli/network-flags.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { VERSION } from '../../core/version.js';
import { ByteStore } from '../../explorer/byte-store.js';
import type { PackedNetwork, PageData } from '../../explorer/page-data.js';
import { openKernels } from '../../run/kernels.js';
import { openNetwork } from '../../run/network.js';
import type { Asked } from './asked.js';
import type { ExploreValues } from './explore-flags.js';
import { findingsOf } from './findings.js';
import { MOST_BOXES } from './graph-boxes.js';
import { openNetworks } from './open-networks.js';
import { asReadBy, type PageImage, packImages, readImages, shippedDigits } from './page-images.js';
import { packKernels, packPipe } from './page-layer.js';
import { packNetwork } from './page-network.js';

/** What a page shows, before its bytes have a place. */
export interface PageSubject {
  readonly data: Omit<PageData, 'first' | 'bytes'>;
  readonly store: ByteStore;
  /** Bytes of weights; the others are pixels. */
  readonly weightBytes: number;
  /** What outputs are named after, and what they must not replace. */
  readonly images: readonly PageImage[];
  readonly notes: readonly string[];
  /** The data with what `doctor` finds in the networks, which takes as long as some runs of them. */
  readonly examined: () => Promise<PageSubject['data']>;
}

/** Reads all that a page is to show. @throws CnnvizError that names the file or flag at fault */
export async function readSubject(
  asked: Asked,
  flags: ExploreValues,
  typed: ReadonlySet<string>,
): Promise<PageSubject> {
  const store = new ByteStore();
  if (asked.kind === 'layer') {
    const subject = await openKernels(oneLayerJob({ ...flags, algorithm: null }));
    const images = await readImages(asked.images, subject);
    refuseUnlike(images);
    const network = await packKernels(
      subject,
      images.map(({ source }) => source),
      store,
    );
    return finish([network], images, store, { kind: 'layer', together: 'alone', draws: false });
  }
  if (asked.images.length === 0 && flags.input.length === 1)
    return readSubject(...(await asImage(asked, flags)), typed);
  const opened = await openNetworks(asked, flags, typed);
  const [first] = opened;
  const isDigit = presetOfJob(first.job, first.opened).digit === true;
  if (asked.images.length === 0 && !isDigit) {
    throw new CnnvizError('usage', `${first.opened.name} needs an image`, {
      fix: 'cnnviz explore NET photo.jpg',
    });
  }
  const images =
    asked.images.length > 0 ? await readImages(asked.images, first.opened) : await shippedDigits(first.opened);
  const [{ source }] = images;
  if (opened.length === 1 && asked.checkpoints.length === 0) {
    const layer = await packPipe(first, source, store);
    if (layer) return finish([layer], images, store, { kind: 'layer', together: 'alone', draws: false });
  }
  const isFilm = asked.checkpoints.length > 0;
  const networks: PackedNetwork[] = [];
  for (const one of opened) {
    const own = one === first ? source : asReadBy(one.opened, images[0]);
    networks.push(await packNetwork(one, own, store));
  }
  const together = isFilm ? 'film' : networks.length === 2 ? 'compared' : 'alone';
  const subject = finish(networks, images, store, { kind: 'network', together, draws: isDigit });
  if (isFilm) return subject;
  const examined = async () => {
    const own: PackedNetwork[] = [];
    for (const [i, one] of opened.entries()) {
      own.push({ ...networks[i], findings: await findingsOf(one, images, one === first) });
    }
    return { ...subject.data, networks: own };
  };
  return { ...subject, examined };
}

/** The array of the one input that is fed, as the image of the page. @throws CnnvizError where no input is called so */
async function asImage(
  asked: Extract<Asked, { kind: 'networks' }>,
  flags: ExploreValues,
): Promise<[Asked, ExploreValues]> {
  const request = requestOf(asked.networks[0], flags);
  await openNetwork(request);
  return [
    { ...asked, images: request.inputs.map(({ path }) => path) },
    { ...flags, input: [] },
  ];
}

function finish(
  networks: readonly PackedNetwork[],
  images: readonly PageImage[],
  store: ByteStore,
  how: Pick<PageData, 'kind' | 'together' | 'draws'>,
): PageSubject {
  const weightBytes = store.length;
  const data = { cnnviz: VERSION, ...how, networks, images: packImages(images, store) };
  const read = images.filter(({ isShipped }) => !isShipped).flatMap(({ source }) => source.warnings);
  const notes = [...new Set([...networks.flatMap((one) => [...one.notes, ...manyNote(one)]), ...read])];
  return { data, store, weightBytes, images, notes, examined: async () => data };
}

/** Kernels of one page read so many channels: what cuts or repeats a kernel for another image is the command line. */
function refuseUnlike(images: readonly PageImage[]): void {
  const channels = ({ source }: PageImage) => source.info!.shape[1];
  const [first] = images;
  const other = images.find((image) => channels(image) !== channels(first));
  if (other === undefined) return;
  const [a, b] = [first, other].map((image) => `${image.path} has ${plural(channels(image), 'channel')}`);
  throw new CnnvizError('usage', `${a}, ${b}: the kernels of a page read one or the other`, {
    fix: '--gray makes one of each, --rgb three',
  });
}

function manyNote({ layers }: PackedNetwork): string[] {
  if (layers.length <= MOST_BOXES) return [];
  return [`${layers.length} layers: the graph is drawn for ${MOST_BOXES} at most; the list folds by names`];
}
