import { altOfTop } from '../../cli/alt.js';
import { refuseSwapped } from '../../cli/argument-order.js';
import { type ValuesOf, wordsOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { collectInputs, inputFlags, nothingToDo } from '../../cli/input-flags.js';
import { numbersJob } from '../../cli/network-flags.js';
import { parseWhole } from '../../cli/parse.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { Image } from '../../core/image.js';
import type { NetworkJob } from '../../core/job.js';
import type { DrawingNote } from '../../core/note.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { type FigureLook, titledScene } from '../../draw/figure.js';
import {
  blank,
  boxed,
  framed,
  inGrid,
  type Part,
  sideBySide,
  stacked,
  TYPE,
  textPart,
  widest,
} from '../../draw/part.js';
import type { Scene } from '../../draw/scene/scene.js';
import { shortenMiddle } from '../../draw/scene/typeface.js';
import type { Input } from '../../io/inputs.js';
import { baseName, safeName } from '../../io/paths.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';
import { networkSubject, openNetwork } from '../../run/network.js';
import { requestArgs } from '../../run/recipe.js';
import type { Subject } from '../../run/subject.js';
import { topFlags } from './class-flags.js';
import { cutPatches, type TopPatch, type TopResult, topPatches } from './top-study.js';

/** Without --channel a sheet shows this many channels; --json has all. */
const SHOWN_CHANNELS = 8;
/** The longer side of a patch on the sheet, in points; of one channel's patches; and at least. */
const SIDE = 128;
const ALONE = 176;
const LEAST_SIDE = 100;

/** What `top` was asked. */
interface TopWords {
  readonly net: string;
  readonly images: readonly string[];
  readonly flags: ValuesOf<typeof topFlags & typeof inputFlags>;
}

/** `cnnviz top`, answered: the patches of many images that excite channels most. */
export async function topAnswer({ net, images, flags }: TopWords, frame: Frame): Promise<Answer> {
  refuseSwapped('top', net, images);
  const wanted = flags.channel.map((text) => parseWhole('--channel', text, 0));
  const job = numbersJob(net, flags);
  const inputs = await collectInputs(images, flags, `cnnviz top NET photos/ --layer ${flags.layer}`);
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return {};
    throw nothingToDo(images, flags);
  }
  const opened = networkSubject(await openNetwork(job.request), job);
  // a file that is named is checked before any work; only the network's answer says what the layer is called
  const isNamed = frame.target.kind === 'file' || frame.target.kind === 'stdout';
  let place = isNamed ? frame.place({ name: 'top.png', inputs }) : null;
  const begun = (layer: string, channels: number): void => {
    const shown = shownChannels(layer, channels, wanted);
    if (!isNamed) place = frame.place({ name: sheetName(opened.name, layer, shown), inputs });
  };
  const { bar } = frame.progress(inputs.length);
  const request = { ...flags, job, jobs: frame.jobs, begun };
  const found = await topPatches(opened, inputs, request, (done, failed) => bar.update(done, failed));
  for (const { error } of found.failed) frame.terminal.fail(error);
  const notes = [...found.notes, ...warningLines(found.warnings)];
  if (found.done === 0) return { notes, ok: false };
  const shown = shownChannels(found.layer, found.channels.length, wanted);
  const lines = describe(found, shown, wanted.length > 0);
  const args = [...requestArgs(job.request), ...images.map(baseName), ...argsOf(flags, shown)];
  const alt = altOfTop(found.network, found.layer, found.done, lines.slice(2));
  const figure = { file: frame.figureFile(place), alt, args };
  return {
    notes,
    lines,
    document: () => documentOf(job, found, wanted, place),
    files: place === null ? [] : [{ place, bytes: () => sheetOf(job, opened, inputs, found, shown, figure) }],
    alt,
    ok: found.failed.length === 0,
  };
}

function sheetName(network: string, layer: string, shown: readonly number[]): string {
  const channel = shown.length === 1 ? `.${shown[0]}` : '';
  return `${safeName(network)}.${safeName(layer)}${channel}.top.png`;
}

/** The flags that change the sheet, as they would be typed. */
function argsOf({ weights, init, input, asPrinted, maxPixels, ...flags }: TopWords['flags'], shown: readonly number[]) {
  const filesFrom = flags.filesFrom.map(baseName);
  return wordsOf({ ...topFlags, ...inputFlags }, { ...flags, filesFrom, channel: shown.map(String) });
}

const LISTED_WARNINGS = 3;

function warningLines(warnings: readonly string[]): string[] {
  const more = warnings.length - LISTED_WARNINGS;
  return [
    ...warnings.slice(0, LISTED_WARNINGS),
    ...(more > 0 ? [`and ${groupDigits(more)} more: --json has them`] : []),
  ];
}

/** @throws CnnvizError 'usage' for a channel that the layer does not have */
function shownChannels(layer: string, channels: number, wanted: readonly number[]): number[] {
  const beyond = wanted.find((channel) => channel >= channels);
  if (beyond !== undefined) {
    throw new CnnvizError(
      'usage',
      `--channel ${beyond}: ${layer} has ${plural(channels, 'channel')}, 0 … ${channels - 1}`,
    );
  }
  return wanted.length > 0
    ? [...wanted]
    : Array.from({ length: Math.min(channels, SHOWN_CHANNELS) }, (_, channel) => channel);
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

/** How the sheet is written. `args`: all that is typed behind the command's name. */
interface SheetFile {
  readonly file: FigureFile;
  readonly alt: string;
  readonly args: readonly string[];
}

async function sheetOf(
  job: NetworkJob,
  opened: Subject,
  inputs: readonly Input[],
  found: TopResult,
  shown: readonly number[],
  { file, alt, args }: SheetFile,
): Promise<Uint8Array> {
  const patches = shown.flatMap((channel) => found.channels[channel]);
  const cut = await cutPatches(opened, inputs, patches, 2 * (shown.length === 1 ? ALONE : SIDE));
  const rows = shown.map((channel) => ({
    label: `channel ${channel}`,
    patches: found.channels[channel].map((patch) => ({
      image: cut.get(patch) ?? null,
      lines: [formatNumber(patch.value), baseName(patch.path), `at ${middleWords(patch)}`] as const,
    })),
  }));
  const { network, layer, fieldSize, done } = found;
  const what = shown.length === 1 ? `channel ${shown[0]} of ${layer}` : `the channels of ${layer}`;
  const facts = [
    network,
    ...(job.request.init === null ? [] : ['made-up weights']),
    plural(done, 'image'),
    `patches of ${fieldSize[1]}×${fieldSize[0]} pixels of what the network reads`,
  ].join('  ·  ');
  const values = patches.map(({ value }) => value);
  const [lo, hi] = [Math.min(...values), Math.max(...values)];
  const note: DrawingNote = { cnnviz: VERSION, picture: 'patches', alt, lo, hi, args: ['top', ...args] };
  return encodeFigure(
    (look) => patchSheet(rows, `What excites ${what} most?`, facts, look),
    () => note,
    file,
  );
}

function documentOf(job: NetworkJob, found: TopResult, wanted: readonly number[], output: string | null): object {
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
  return { ...head, layer, shape, fieldSize, done, failed: errors, channels: patches, output, warnings };
}

const GAP = 16;
/** Patches in a row, where one channel has the sheet for itself. */
const COLUMNS = 3;
const MEANING = 'value, image, middle of the patch in the image; black lies beyond its edge';

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
export function patchSheet(
  rows: readonly PatchRow[],
  title: string,
  facts: string,
  look: FigureLook,
): { readonly scene: Scene } {
  const side = Math.max(LEAST_SIDE, Math.round((rows.length === 1 ? ALONE : SIDE) * look.box));
  const cells = rows.map(({ patches }) => patches.map((patch) => cell(patch, side)));
  const figure =
    rows.length === 1
      ? inGrid(cells[0], GAP, Math.max(1, Math.min(cells[0].length, COLUMNS)), GAP + 8)
      : stacked(
          rows.map(({ label }, r) => labelledRow(label, cells[r], rows)),
          GAP + 8,
          'left',
        );
  return { scene: titledScene(title, facts, figure, textPart(MEANING, 'detail'), look) };
}

function labelledRow(label: string, cells: readonly Part[], rows: readonly PatchRow[]): Part {
  const width = widest(rows.map((row) => textPart(row.label, 'name')));
  const none = cells.length === 0 ? [textPart('no number', 'detail')] : [];
  return sideBySide([{ ...textPart(label, 'name'), width }, ...cells, ...none], GAP, 'top');
}

/** A patch on the place of the largest there can be: one beside it does not move. */
function cell({ image, lines }: LabelledPatch, side: number): Part {
  const picture = image ? patchPicture(image, side) : framed(blank(side, side));
  const words = lines.map((line, i) => {
    const style = i === 0 ? TYPE.name : TYPE.detail;
    return textPart(shortenMiddle(line, side, style.size, style.weight), style);
  });
  return stacked([boxed(picture, side + 2, side + 2, 'left', 'top'), stacked(words, 1, 'left')], 6, 'left');
}

function patchPicture(image: Image, side: number): Part {
  const scale = side / Math.max(image.width, image.height);
  const [width, height] = [image.width, image.height].map((length) => Math.max(1, Math.round(length * scale)));
  return framed({
    width,
    height,
    draw: (marks, x, y) => {
      marks.push({ kind: 'image', x, y, width, height, image });
    },
  });
}
