import type { Answer, Frame } from '../../cli/frame.js';
import { networkName } from '../../cli/network-flags.js';
import { joinedBytes } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { formatBytes, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { deflate } from '../../engine/deflate/deflate.js';
import type { PageData } from '../../explorer/page-data.js';
import { writeAtomic } from '../../io/files.js';
import { sha256 } from '../../io/hash.js';
import { stem } from '../../io/paths.js';
import { openPage } from '../../io/web/open-page.js';
import { BYTES_PATH, servePage } from '../../io/web/serve-page.js';
import { type Asked, readAsked } from './asked.js';
import type { ExploreValues } from './explore-flags.js';
import { firstSight } from './first-sight.js';
import { pageHtml } from './page-html.js';
import { programsFor } from './page-programs.js';
import { type PageSubject, readSubject } from './page-subject.js';
import { readStored } from './stored-bytes.js';

/** `cnnviz explore`, answered: a page as a file, or served until Ctrl-C. */
export async function exploreAnswer(words: readonly string[], flags: ExploreValues, frame: Frame): Promise<Answer> {
  refuseNoPlace(flags, frame);
  const asked = readAsked(words, flags, frame);
  const place = flags.serve
    ? null
    : frame.place({ name: `${nameOf(asked)}.explore.html`, inputs: [], always: 'with --json' });
  const subject = await readSubject(asked, flags, frame.typed);
  if (place === null) return serve(subject, flags, frame);
  const { store, weightBytes, notes } = subject;
  refuseLarge((weightBytes * 4) / 3, 'at least ', subject, flags);
  const data = await subject.examined();
  const whole = store.whole();
  const bytes = { weights: whole.subarray(0, weightBytes), pixels: deflated(whole.subarray(weightBytes)) };
  const first = await firstSight(data, store);
  const page = pageHtml(programsFor(data), {
    title: titleOf(data),
    data: { ...data, first, bytes: { kind: 'inside' } },
    bytes,
    origin: null,
  });
  refuseLarge(page.length, '', subject, flags);
  const hash = sha256(page);
  return {
    lines: subjectLines(subject),
    document: () => ({
      ...documentOf(subject, frame),
      page: { path: place, bytes: page.length, sha256: hash },
      stored: { weights: weightBytes, pixels: store.length - weightBytes, pixelsPacked: bytes.pixels.length },
      warnings: notes,
    }),
    files: [
      {
        place,
        facts: `${formatBytes(page.length)}, opens without a server${data.draws ? '; draw on it' : ''}`,
        ...(place === '-'
          ? { bytes: () => page }
          : {
              write: async () => {
                await writeAtomic(place, page, { clobber: frame.clobber });
                if (flags.open) await show(place, frame);
              },
            }),
      },
    ],
    notes,
  };
}

/** The page from here: the server keeps the process alive until a signal ends it. */
async function serve(subject: PageSubject, { port, open }: ExploreValues, frame: Frame): Promise<Answer> {
  const { store, notes } = subject;
  const data = await subject.examined();
  const first = await firstSight(data, store);
  const { address } = await servePage(
    {
      page: (origin) =>
        pageHtml(programsFor(data), {
          title: titleOf(data),
          data: { ...data, first, bytes: { kind: 'served', path: BYTES_PATH } },
          bytes: null,
          origin,
        }),
      length: store.length,
      read: (at, length) => readStored(store, at, length),
    },
    port,
  );
  if (open) void show(address, frame);
  return {
    lines: [...subjectLines(subject), 'served to this machine alone; Ctrl-C ends it'],
    // without it nobody could look at it, -q or not
    findings: [address],
    document: () => ({ ...documentOf(subject, frame), address, warnings: notes }),
    notes,
  };
}

async function show(place: string, { terminal }: Frame): Promise<void> {
  const why = await openPage(place);
  if (why !== null) terminal.note(`note: --open: ${why}; open it yourself: ${place}`);
}

/** @throws CnnvizError 'usage' for flags that exclude each other */
function refuseNoPlace({ serve, open, port }: ExploreValues, { out, target }: Frame): void {
  if (serve && out !== null) {
    throw new CnnvizError('usage', '--serve writes no file, -o names one', { fix: 'keep one of them' });
  }
  if (!serve && port !== null) throw new CnnvizError('usage', '--port goes with --serve', { fix: 'add --serve' });
  if (open && target.kind === 'stdout') {
    throw new CnnvizError('usage', '--open shows a file, -o - writes none', { fix: '-o FILE.html' });
  }
}

/** `about`: "at least " before the pixels are packed. @throws CnnvizError 'unsupported' for a page that is larger than was allowed */
function refuseLarge(
  size: number,
  about: string,
  { store, weightBytes }: PageSubject,
  { maxSize, layers }: ExploreValues,
): void {
  if (size <= maxSize) return;
  const pixels = about === '' ? '' : `, and ${formatBytes(store.length - weightBytes)} of pixels come on top, packed`;
  const parts = `${formatBytes(weightBytes)} of weights are a third more as text${pixels}`;
  const others = layers.length > 0 ? '' : "; --layers 'NAMES' leaves the others out";
  throw new CnnvizError(
    'unsupported',
    `the page would have ${about}${formatBytes(size)} (${parts}), more than ${formatBytes(maxSize)}`,
    {
      fix: `--serve shows it without a file${others}; --max-size ${allowedSize(size, store.length - weightBytes)}M allows it`,
      scope: 'command',
    },
  );
}

/** Megabytes that surely hold a page: its pixels unpacked, as text, and its programs. */
function allowedSize(size: number, pixelBytes: number): number {
  return Math.ceil((size + (pixelBytes * 4) / 3) / 1e6) + 1;
}

/** What the page is named after: the image, or the network where none is named. */
function nameOf(asked: Asked): string {
  const [image] = asked.images;
  if (image !== undefined) return image === '-' ? 'stdin' : stem(image.replace(/[\\/]+$/, ''));
  return asked.kind === 'networks' ? networkName(asked.networks[0]) : 'layer';
}

function titleOf({ networks, images }: Pick<PageData, 'networks' | 'images'>): string {
  const names = [...new Set(networks.map(({ name }) => name))].join(' and ');
  return images.length === 1 ? `${names} – ${images[0].name}` : names;
}

/** "digits  10 layers, 61,706 parameters; 10 images" */
function subjectLines({ data: { networks, images } }: PageSubject): string[] {
  return networks.map(({ name, layers, moment }) => {
    const params = layers.reduce((sum, layer) => sum + layer.params, 0);
    const what = `${plural(layers.length, 'layer')}, ${groupDigits(params)} parameters; ${plural(images.length, 'image')}`;
    return `${name}${moment === null ? '' : ` (${moment})`}  ${what}`;
  });
}

function documentOf({ data: { kind, together, networks, images, draws } }: PageSubject, { name }: Frame): object {
  return {
    cnnviz: VERSION,
    command: name,
    kind,
    together,
    networks: networks.map(({ name, moment, layers }) => ({
      name,
      moment,
      layers: layers.map(({ name, shape, params }) => ({ name, shape, params })),
    })),
    images: images.map((image) => image.name),
    draws,
  };
}

/** A stream of zlib, the same everywhere. */
function deflated(bytes: Uint8Array): Uint8Array {
  const fill = (target: Uint8Array, from: number) => target.set(bytes.subarray(from, from + target.length));
  return joinedBytes(Array.from(deflate(bytes.length, fill, ''), (piece) => piece.bytes.slice()));
}
