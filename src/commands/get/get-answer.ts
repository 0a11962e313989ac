import type { Answer, Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/names.js';
import { formatBytes, shellWord } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { existingFile, fileIdentity } from '../../io/files.js';
import { sha256OfFile } from '../../io/hash.js';
import { baseName, isAddress, joinPath, safeName } from '../../io/paths.js';
import { shippedFile } from '../../io/shipped-files.js';
import { download, type Fetched, type Wanted } from '../../io/web/download.js';
import { OTHER_WAY } from '../../io/web/request.js';
import { cachedFile, cacheFolder, hubFolder } from '../../io/weight-cache.js';
import { BUILTIN_NETWORKS, builtinName } from '../../models/networks/index.js';
import {
  addressOf,
  PUBLISHED,
  PUBLISHED_LICENCE,
  type PublishedWeights,
  publishedAs,
  publishedFor,
  SHIPPED,
  shippedFor,
} from '../../models/networks/published.js';
import { tableLines } from '../../reports/table.js';
import { hasHash } from '../../run/found-weights.js';
import { isOtherSize } from '../../run/network.js';

/** A server that is silent for so long is given up. */
const SILENCE_MS = 30_000;

/** What the flags say of a file that is not published for a built-in network. */
interface OtherFile {
  readonly sha256: string | null;
  readonly maxBytes: number;
}

/** A file that is to be here in the end, and what to do with it then. */
interface Order {
  readonly wanted: Wanted;
  readonly network: string | null;
  readonly next: string;
}

/** `get --list`, answered: the table, with what is here of it. */
export async function listAnswer({ style }: Frame): Promise<Answer> {
  const rows = PUBLISHED.map((one) => ({ ...one, path: cachedFile(one.file), hub: joinPath(hubFolder(), one.file) }));
  const found = await Promise.all(
    rows.map(async (one) => ({ ...one, isInHub: one.path === null && (await existingFile(one.hub)) })),
  );
  const others = BUILTIN_NETWORKS.map(({ name }) => name).filter((name) => !publishedFor(name) && !shippedFor(name));
  const shipped = SHIPPED.map((one) => ({ ...one, path: shippedFile(one.file) }));
  const head = ['network', 'size', 'SHA-256', 'file', ''];
  const lines = found.map(({ network, bytes, sha256, file, path, isInHub }) => [
    network,
    formatBytes(bytes),
    `${sha256.slice(0, 8)}…`,
    file,
    path === null ? (isInHub ? 'PyTorch has it' : '') : 'is here',
  ]);
  const look = { indent: 0, gap: 2, isLeft: (column: number) => column !== 1, names: 1 };
  return {
    lines: [
      ...tableLines([head, ...lines], look, style.columns).flat(),
      '',
      `from ${addressOf({ file: '' })}`,
      `into ${cacheFolder()}`,
      `licence: ${PUBLISHED_LICENCE}`,
      ...shipped.map(({ network, licence }) => `${network} ships with the package: nothing to fetch (${licence})`),
      `torchvision publishes none for ${others.join(' and ')}`,
    ],
    document: () => ({
      cnnviz: VERSION,
      command: 'get',
      folder: cacheFolder(),
      weights: found.map(({ network, file, bytes, bytesOff, sha256, path, isInHub, hub }) => ({
        network,
        file,
        url: addressOf({ file }),
        bytes,
        bytesOff,
        sha256,
        licence: PUBLISHED_LICENCE,
        path: path ?? (isInHub ? hub : null),
      })),
      shipped,
    }),
  };
}

/** `get NAME` and `get URL`, answered: the file is here, with the right hash. */
export async function getAnswer(what: string, other: OtherFile, frame: Frame): Promise<Answer> {
  const order = orderOf(what, other, frame);
  const { wanted, network } = order;
  const { path } = wanted;
  const there = await here(wanted, network);
  if (there !== null) return answered(order, { ...there, state: there.path === path ? 'here' : 'hub' }, frame);
  const isThere = fileIdentity(path) !== null;
  if (isThere && !frame.clobber) {
    throw new CnnvizError('usage', `${path}: exists already with another SHA-256, and --no-clobber was given`, {
      fix: 'leave --no-clobber out',
    });
  }
  if (frame.dryRun)
    return answered(
      order,
      { path, bytes: wanted.size?.bytes ?? null, sha256: wanted.sha256, state: 'would fetch' },
      frame,
    );
  const { bar } = frame.progress(1);
  let before: number | null = null;
  const fetched = await download(wanted, {
    env: process.env,
    silenceMs: SILENCE_MS,
    progress: async (done, total) => {
      before ??= done;
      if (total !== null) bar.update(done / total, 0, before / total);
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
  });
  return answered(order, { ...fetched, path, state: isThere ? 'replaced' : 'wrote' }, frame);
}

/** @throws CnnvizError 'usage' for what cannot be fetched */
function orderOf(what: string, { sha256, maxBytes }: OtherFile, { clobber }: Frame): Order {
  if (isAddress(what)) return orderOfAddress(what, sha256, maxBytes, clobber);
  const own = builtinName(what);
  const published = own === null ? null : publishedFor(own);
  if (own !== null && shippedFor(own) !== null) {
    throw new CnnvizError('usage', `${own} ships with the package: there is nothing to fetch`, {
      fix: `cnnviz run ${own} photo.jpg`,
    });
  }
  if (published === null) throw noWeights(what, own);
  if (sha256 !== null) {
    throw new CnnvizError('usage', `--sha256 is for an address: what ${own} must be is known`, { fix: 'leave it out' });
  }
  const { file, bytes, bytesOff } = published;
  return {
    wanted: {
      address: new URL(addressOf(published)),
      path: joinPath(cacheFolder(), file),
      sha256: published.sha256,
      size: { bytes, off: bytesOff },
      mostBytes: bytes + bytesOff,
      clobber,
    },
    network: own,
    next: `cnnviz run ${own} photo.jpg`,
  };
}

function noWeights(what: string, own: string | null): CnnvizError {
  if (own === 'alexnet-2012') {
    return new CnnvizError('usage', 'torchvision publishes no weights for alexnet-2012', {
      fix: 'its successor with one group has some: cnnviz get alexnet',
    });
  }
  if (own !== null) {
    return new CnnvizError('usage', `torchvision publishes no weights for ${own}`, {
      fix: `made-up ones show how it goes: cnnviz run ${own} photo.jpg --init seed:1`,
    });
  }
  const names = PUBLISHED.map(({ network }) => network);
  const near = nearestName(
    what,
    names.filter((name) => !isOtherSize(what, name)),
  );
  return new CnnvizError('usage', `no weights are known for "${what}"`, {
    fix: near
      ? `did you mean ${near}?`
      : `there are some for ${names.join(', ')}; any other file by its address: cnnviz get https://… --sha256 HEX`,
  });
}

/** A file of anybody's: its hash is all that is known of it. */
function orderOfAddress(text: string, sha256: string | null, mostBytes: number, clobber: boolean): Order {
  const address = addressIn(text);
  if (!/^https?:$/.test(address.protocol)) {
    throw new CnnvizError('usage', `${text}: only https is fetched, and http with a hash`, {
      fix: OTHER_WAY,
    });
  }
  if (address.username !== '' || address.password !== '') {
    throw new CnnvizError('usage', `${address.host}: an address with a name or a password, which is not supported`, {
      fix: OTHER_WAY,
    });
  }
  if (sha256 === null) {
    throw new CnnvizError('usage', `${text}: nothing says what the file must be`, {
      fix: 'add what its publisher says it is: --sha256 HEX',
    });
  }
  const file = safeName(decodeURIComponent(baseName(address.pathname)));
  const published = publishedAs(file);
  if (published !== null && !sha256.startsWith(published.sha256)) {
    throw new CnnvizError(
      'usage',
      `${file}: this name is that of the weights of ${published.network}, with another SHA-256`,
      {
        fix: `the published file comes by its name: cnnviz get ${published.network}`,
      },
    );
  }
  return {
    wanted: { address, path: joinPath(cacheFolder(), file), sha256, size: null, mostBytes, clobber },
    network: published?.network ?? null,
    next: published
      ? `cnnviz run ${published.network} photo.jpg`
      : `cnnviz weights ${shellWord(joinPath(cacheFolder(), file))}`,
  };
}

/** @throws CnnvizError 'usage' */
function addressIn(text: string): URL {
  try {
    const address = new URL(text);
    decodeURIComponent(address.pathname);
    if (/[^/]$/.test(address.pathname)) return address;
  } catch {
    // said below
  }
  throw new CnnvizError('usage', `${text}: not the address of a file`, { fix: 'such as https://example.org/net.pth' });
}

interface Here {
  readonly path: string;
  readonly bytes: number | null;
  readonly sha256: string;
}

/** The file where it lies already, its hash checked now; null when it must be fetched. */
async function here({ path, sha256 }: Wanted, network: string | null): Promise<Here | null> {
  const published: PublishedWeights | null = network === null ? null : publishedFor(network);
  const places = [path, ...(published ? [joinPath(hubFolder(), published.file)] : [])];
  for (const place of places) {
    if ((await existingFile(place)) && (await hasHash(place, { sha256 }))) {
      return { path: place, bytes: null, sha256: await sha256OfFile(place) };
    }
  }
  return null;
}

type State = 'here' | 'hub' | 'would fetch' | 'wrote' | 'replaced';

function answered(
  { wanted, network, next }: Order,
  { path, bytes, sha256, state, resumed = 0 }: Here & Partial<Pick<Fetched, 'resumed'>> & { readonly state: State },
  { style }: Frame,
): Answer {
  const size = bytes === null ? '' : `  ${formatBytes(bytes)}`;
  const rest = resumed === 0 ? '' : `, ${formatBytes(resumed)} of it from an earlier attempt`;
  const first: Readonly<Record<State, string>> = {
    here: `${style.strong(path)} is here already, SHA-256 checked: nothing was fetched`,
    hub: `${style.strong(path)}, which PyTorch has fetched, is used; SHA-256 checked: nothing was fetched`,
    'would fetch': `would fetch ${wanted.address.href}${size}\n`,
    wrote: `wrote ${style.strong(path)}${size}, SHA-256 checked${rest}`,
    replaced: `replaced ${style.strong(path)}${size}, SHA-256 checked${rest}`,
  };
  const lines = state === 'would fetch' ? [first[state].trim(), `would write ${style.strong(path)}`] : [first[state]];
  const licence = network === null ? [] : [`  licence: ${PUBLISHED_LICENCE}`];
  return {
    lines: [...lines, ...licence, ...(state === 'would fetch' ? [] : [`  next: ${next}`])],
    document: () => ({
      cnnviz: VERSION,
      command: 'get',
      network,
      url: wanted.address.href,
      path,
      bytes,
      sha256,
      licence: network === null ? null : PUBLISHED_LICENCE,
      state,
    }),
  };
}
