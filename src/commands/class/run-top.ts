import { altOfTop } from '../../cli/alt.js';
import { refuseSwapped } from '../../cli/argument-order.js';
import { EXIT } from '../../cli/exit.js';
import { collectInputs, type InputFlags, nothingToDo } from '../../cli/input-flags.js';
import { networkJob, type PresetFlags, type WeightFlags } from '../../cli/network-flags.js';
import { parseJobs, parseWhole } from '../../cli/parse.js';
import type { PictureFlags } from '../../cli/picture-flags.js';
import { showPictures } from '../../cli/show/show.js';
import { openTerminal, type Terminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { Image } from '../../core/image.js';
import type { NetworkJob } from '../../core/job.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { titledImage } from '../../draw/map-figure.js';
import {
  FAINT,
  framed,
  INK,
  imagePicture,
  inGrid,
  type Part,
  sideBySide,
  stacked,
  textPart,
  widest,
} from '../../draw/part.js';
import { shortenMiddle } from '../../draw/text.js';
import { encodePng } from '../../io/encode.js';
import { writeAtomic } from '../../io/files.js';
import type { Input } from '../../io/inputs.js';
import { baseName, safeName } from '../../io/paths.js';
import { checkPlace } from '../../run/place.js';
import { NOTHING_DRAWN } from './class-command.js';
import { cutPatches, type TopPatch, type TopResult, topPatches } from './top-study.js';

interface TopFlags extends PresetFlags, WeightFlags, InputFlags, PictureFlags {
  readonly layer: string;
  readonly channel: readonly string[];
  readonly count: string;
  readonly perImage: string;
  readonly out?: string;
  readonly clobber: boolean;
  readonly jobs: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Without --channel a sheet shows this many channels; --json has all. */
const SHOWN_CHANNELS = 8;
/** The longer side of a patch on the sheet. */
const SIDE = 128;

/** `cnnviz top`: the patches of many images that excite channels most. */
export async function runTop(network: string, images: readonly string[], flags: TopFlags): Promise<void> {
  refuseSwapped('top', network, images);
  const { json, quiet, out, clobber } = flags;
  const wanted = flags.channel.map((text) => parseWhole('--channel', text, 0));
  const request = {
    layer: flags.layer,
    count: parseWhole('--count', flags.count, 1),
    perImage: parseWhole('--per-image', flags.perImage, 1),
    threads: parseJobs(flags.jobs),
  };
  if (out !== undefined && out !== '-' && !/\.png$/i.test(out)) {
    throw new CnnvizError('usage', `${out}: a sheet of patches is a .png`, {
      fix: '-o top.png; --json has the numbers',
    });
  }
  if (out === '-' && json) {
    throw new CnnvizError('usage', 'stdout can carry the sheet or --json, not both', {
      fix: 'write it to a file: -o top.png',
    });
  }
  const { out: _, ...rest } = flags;
  const job = networkJob(network, { ...rest, ...NOTHING_DRAWN });
  const terminal = await openTerminal({ quiet, reserveStdout: json || out === '-' });
  const inputs = await collectInputs(images, flags, `cnnviz top NET photos/ --layer ${flags.layer}`);
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(images, flags);
  }
  if (out !== undefined && out !== '-') checkPlace(out, inputs, clobber);
  const bar = terminal.progress(inputs.length);
  const found = await topPatches(job, inputs, request, async (done, failed) => {
    bar.update(done, failed);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }).finally(() => bar.stop());
  for (const { error } of found.failed) terminal.fail(error);
  for (const note of found.notes) terminal.note(`note: ${note}`);
  for (const line of warningLines(found.warnings)) terminal.note(`note: ${line}`);
  if (found.done > 0) {
    const shown = shownChannels(found, wanted);
    const lines = describe(found, shown, wanted.length > 0);
    for (const line of lines) terminal.print(line);
    let path: string | null = null;
    if (!json || out !== undefined) path = await writeSheet({ job, inputs, found, shown, out, clobber }, terminal);
    if (flags.alt) terminal.print(altOfTop(found.network, found.layer, found.done, lines.slice(2)));
    if (path !== null && path !== '-') await showPictures([path], flags.show, terminal);
    if (json) await terminal.send(new TextEncoder().encode(`${documentOf(job, found, wanted, path)}\n`));
  }
  process.exitCode = found.failed.length > 0 ? EXIT.failed : EXIT.done;
}

const LISTED_WARNINGS = 3;

function warningLines(warnings: readonly string[]): string[] {
  const more = warnings.length - LISTED_WARNINGS;
  return [
    ...warnings.slice(0, LISTED_WARNINGS),
    ...(more > 0 ? [`and ${groupDigits(more)} more: --json has them`] : []),
  ];
}

function shownChannels({ channels, layer }: TopResult, wanted: readonly number[]): number[] {
  const beyond = wanted.find((channel) => channel >= channels.length);
  if (beyond !== undefined) {
    throw new CnnvizError(
      'usage',
      `--channel ${beyond}: ${layer} has ${plural(channels.length, 'channel')}, 0 … ${channels.length - 1}`,
    );
  }
  return wanted.length > 0 ? [...wanted] : [...channels.keys()].slice(0, SHOWN_CHANNELS);
}

function describe(
  { network, layer, shape, channels, fieldSize, done }: TopResult,
  shown: readonly number[],
  named: boolean,
): string[] {
  const lines = [
    `${plural(done, 'image')} through ${network}`,
    `  ${layer} [${shape.slice(1).join(', ')}]: a place sees ${fieldSize[1]}×${fieldSize[0]} pixels of what the network reads`,
  ];
  for (const channel of shown) {
    const best = channels[channel]
      .slice(0, 3)
      .map(
        (patch) =>
          `${formatNumber(patch.value)} ${baseName(patch.path)} ${middleWords(patch)}${patch.border ? ' at the border' : ''}`,
      );
    lines.push(
      `  channel ${channel}   ${best.join('   ') || 'no number'}${channels[channel].length > 3 ? '   …' : ''}`,
    );
  }
  if (!named && channels.length > shown.length)
    lines.push(`  ${groupDigits(channels.length - shown.length)} channels more: --channel n, or --json for all`);
  return lines;
}

function middleOf({ field }: TopPatch): { x: number; y: number } {
  return { x: Math.round(field.x + field.width / 2 - 0.5), y: Math.round(field.y + field.height / 2 - 0.5) };
}

function middleWords(patch: TopPatch): string {
  const { x, y } = middleOf(patch);
  return `(${x}, ${y})`;
}

interface Sheet {
  readonly job: NetworkJob;
  readonly inputs: readonly Input[];
  readonly found: TopResult;
  readonly shown: readonly number[];
  readonly out: string | undefined;
  readonly clobber: boolean;
}

async function writeSheet({ job, inputs, found, shown, out, clobber }: Sheet, terminal: Terminal): Promise<string> {
  const patches = shown.flatMap((channel) => found.channels[channel]);
  const cut = await cutPatches(job, inputs, patches, SIDE);
  const rows = shown.map((channel) => ({
    label: `channel ${channel}`,
    patches: found.channels[channel].map((patch) => ({
      image: cut.get(patch) ?? null,
      lines: [formatNumber(patch.value), baseName(patch.path), middleWords(patch)] as const,
    })),
  }));
  const title = `${found.network} ${found.layer}${shown.length === 1 ? `, channel ${shown[0]}` : ''}: what excites it most`;
  const made = job.request.init === null ? '' : 'made-up weights; ';
  const facts = `${made}${plural(found.done, 'image')}; patches of ${found.fieldSize[1]}×${found.fieldSize[0]} pixels of what the network reads`;
  const bytes = await encodePng(patchSheet(rows, SIDE, title, facts), noteOf(job, found, shown));
  if (out === '-') {
    await terminal.send(bytes);
    return out;
  }
  const channel = shown.length === 1 ? `.${shown[0]}` : '';
  const path = out ?? `${safeName(found.network)}.${safeName(found.layer)}${channel}.top.png`;
  await writeAtomic(path, bytes, { clobber });
  terminal.print(`wrote ${terminal.style.strong(path)}`);
  return path;
}

/** The sheet's recipe; the images are a folder's, which is not named. */
function noteOf(job: NetworkJob, { layer, channels }: TopResult, shown: readonly number[]): string {
  const values = shown.flatMap((channel) => channels[channel].map(({ value }) => value));
  const [lo, hi] = [Math.min(...values), Math.max(...values)];
  const args = ['top', baseName(job.request.network), '--layer', layer, '--channel', shown.join(',')];
  if (job.request.init !== null) args.push('--init', `seed:${job.request.init}`);
  if (job.request.asPrinted) args.push('--as-printed');
  return JSON.stringify({ cnnviz: VERSION, picture: 'patches', lo, hi, args });
}

function documentOf(job: NetworkJob, found: TopResult, wanted: readonly number[], output: string | null): string {
  const { layer, shape, fieldSize, channels, done, failed, warnings } = found;
  const patches = channels.flatMap((best, channel) =>
    wanted.length > 0 && !wanted.includes(channel)
      ? []
      : [
          {
            channel,
            patches: best.map((patch) => ({
              value: patch.value,
              path: patch.path,
              map: patch.map,
              middle: middleOf(patch),
              field: patch.field,
            })),
          },
        ],
  );
  const head = { cnnviz: VERSION, command: 'top', network: job.request.network, madeUpWeights: job.request.init };
  const errors = failed.map(({ path, error }) => ({ path, code: error.code, message: error.message }));
  return JSON.stringify(
    { ...head, layer, shape, fieldSize, done, failed: errors, channels: patches, output, warnings },
    null,
    2,
  );
}

const GAP = 10;
/** Patches in a row, where one channel has the sheet for itself. */
const COLUMNS = 3;
const AS_IT_IS = { zoom: 1, shrink: 1 };

/** One patch with what is said below it: value, name, place. */
interface LabelledPatch {
  /** Null: the input was an array, and there is nothing to see. */
  readonly image: Image | null;
  readonly lines: readonly [value: string, ...rest: string[]];
}

interface PatchRow {
  readonly label: string;
  readonly patches: readonly LabelledPatch[];
}

/** The patches of channels: one channel in a square, several in a row each. */
function patchSheet(rows: readonly PatchRow[], side: number, title: string, facts: string): Image {
  const cells = rows.map(({ patches }) => patches.map((patch) => cell(patch, side)));
  const figure =
    rows.length === 1
      ? inGrid(cells[0], GAP, Math.min(cells[0].length, COLUMNS))
      : stacked(
          rows.map(({ label }, r) => labelledRow(label, cells[r], rows)),
          GAP,
          'left',
        );
  return titledImage(
    title,
    facts,
    figure,
    textPart('value, image, middle of the patch in the image; black lies beyond its edge', FAINT),
  );
}

function labelledRow(label: string, cells: readonly Part[], rows: readonly PatchRow[]): Part {
  const width = widest(rows.map((row) => textPart(row.label)));
  return sideBySide([{ ...textPart(label), width }, ...cells], GAP, 'top');
}

function cell({ image, lines }: LabelledPatch, side: number): Part {
  const empty = framed({ width: side, height: side, draw: () => {} });
  const picture = image ? imagePicture(image, AS_IT_IS) : empty;
  const words = lines.map((line, i) => textPart(shortenMiddle(line, side, 1), i === 0 ? INK : FAINT));
  const part = stacked([picture, ...words], 3, 'left');
  return { ...part, width: Math.max(part.width, side + 2) };
}
