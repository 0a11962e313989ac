import { animationFiles, animationLookArgs, drawFilms, frameFile, frameNames } from '../../cli/animation.js';
import type { AnsweredFile, Frame } from '../../cli/frame.js';
import { type LivePanel, openPanel } from '../../cli/show/live-panel.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { DrawingNote } from '../../core/note.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { encodePng } from '../../io/encode.js';
import type { TimedFrame } from '../../io/encode-animation.js';
import { baseName, extensionOf, joinPath } from '../../io/paths.js';
import { kindOf } from '../../io/read-files.js';
import { checkPlace } from '../../run/place.js';
import type { Epoch, LearntStep } from './learn.js';
import { filmOf, percent, stepWords, watchFrame } from './watch-figure.js';
import { kernelPixels, panelLines } from './watch-panel.js';
import type { Recorder, Snapshot } from './watch-record.js';

/** How long a frame stands, and the last one. */
const FRAME_MS = 700;
const LAST_MS = 3000;
const ENDINGS = ['.webp', '.gif'];
/** Steps 0 and 2⁰ … 2⁵², the last one and the one that is kept. */
const MOST_FRAMES = 56;

/** Where an animation goes. */
export interface WatchPlace {
  readonly said: string;
  /** A file; or the frames of a folder, as many as there may be. */
  readonly places: readonly string[];
}

/** Where --watch points, checked before any work. @throws CnnvizError 'usage' */
export function watchPlace(said: string | null, out: string, { clobber }: Pick<Frame, 'clobber'>): WatchPlace | null {
  if (said === null) return null;
  const ending = extensionOf(said).toLowerCase();
  const isFolder = /[\\/]$/.test(said) || kindOf(said) === 'a folder' || ending === '';
  if (!isFolder && !ENDINGS.includes(ending)) {
    throw new CnnvizError('usage', `--watch ${said}: an animation is written as .webp or .gif, not ${ending}`, {
      fix: '--watch learn.webp, or a folder for PNG frames: --watch frames/',
    });
  }
  if (said === out) throw new CnnvizError('usage', `${said}: -o and --watch name the same file`);
  const places = isFolder ? frameNames(MOST_FRAMES).map((name) => joinPath(said, name)) : [said];
  for (const place of places) checkPlace(place, [], clobber);
  return { said, places };
}

/** Watches a training while it runs. */
export interface Watcher {
  /** It has a panel on the terminal, which leaves no room for a bar. */
  readonly hasPanel: boolean;
  /** Before the first step that is done now. */
  begin(step: number, epoch: number): Promise<void>;
  step(done: number, facts: LearntStep): Promise<void>;
  /** Before a line is printed. */
  epoch(facts: Epoch): void;
  /** After the last step, weights as they are then. */
  end(step: number, epoch: number): Promise<void>;
  /** The weights that are kept are in their places, and were not those of the last step. */
  kept(step: number, epoch: number): Promise<void>;
}

/**
 * Snapshots at steps 0, 1, 2, 4, 8 … and the last; with a panel on a terminal, and a plain line for each snapshot where
 * one was wished and there is none.
 */
export function openWatcher(recorder: Recorder, frame: Frame, wishesPanel: boolean): Watcher {
  const { watched } = recorder;
  const { terminal, json } = frame;
  const { screen } = terminal;
  const panel: LivePanel | null = wishesPanel && screen?.isTty ? openPanel(terminal) : null;
  const losses: number[] = [];
  let since = { loss: 0, right: 0, images: 0 };
  let heldOut: Snapshot['heldOut'] = null;
  let last = -1;
  const take = async (step: number, epoch: number, isKept = false) => {
    const snapshot = await recorder.take(step, epoch, isKept);
    last = step;
    heldOut = snapshot.heldOut ?? heldOut;
    if (wishesPanel && panel === null && !json) terminal.print(stepWords(snapshot, watched).join('  '));
    return snapshot;
  };
  const content = (step: number, epoch: number, kernels: Float32Array) => {
    const { loss, right, images } = since;
    if (images > 0) losses.push(loss / images);
    since = { loss: 0, right: 0, images: 0 };
    const drawn = kernelPixels(kernels, watched.kernelShape, screen!.columns);
    const said = { step, steps: watched.steps, epoch, loss: losses.at(-1) ?? Number.NaN, losses };
    const words = drawn
      ? [
          `${watched.layer}: ${plural(drawn.shown, 'kernel')}, blue −${formatNumber(drawn.reach)} … orange ${formatNumber(drawn.reach)}`,
        ]
      : [];
    return {
      lines: [...panelLines({ ...said, accuracy: images > 0 ? right / images : Number.NaN, heldOut }), ...words],
      picture: drawn?.picture ?? null,
    };
  };
  return {
    hasPanel: panel !== null,
    begin: async (step, epoch) => {
      await take(step, epoch);
    },
    async step(done, { epoch, loss, right, images }) {
      recorder.count({ loss, right, images });
      since = { loss: since.loss + loss * images, right: since.right + right, images: since.images + images };
      if (recorder.isWanted(done)) await take(done, epoch);
      await panel?.draw(() => content(done, epoch, recorder.kernels()));
    },
    epoch(facts) {
      heldOut = facts.heldOut ?? heldOut;
      panel?.clear();
    },
    async end(step, epoch) {
      if (last !== step) await take(step, epoch);
      if (since.images > 0) await panel?.drawNow(content(step, epoch, recorder.kernels()));
      if (frame.show !== null) panel?.clear();
    },
    async kept(step, epoch) {
      await take(step, epoch, true);
    },
  };
}

/** What was watched, as files, as one picture, and in words. */
export interface Watching {
  readonly files: readonly AnsweredFile[];
  readonly picture: () => Promise<Uint8Array>;
  readonly alt: string;
  /** For --json. */
  readonly document: object;
}

/** Draws what was recorded. @param args the training's own words */
export async function drawWatched(
  { watched }: Recorder,
  place: WatchPlace | null,
  args: readonly string[],
  frame: Frame,
): Promise<Watching> {
  const film = filmOf(watched);
  const count = watched.snapshots.length;
  const file = frameFile(frame);
  const alt = altOf(watched);
  const own = place === null ? [] : ['--watch', placeName(place.said)];
  const note: DrawingNote = {
    cnnviz: VERSION,
    picture: 'training',
    alt,
    args: [...args, ...own, ...animationLookArgs(frame)],
  };
  const draw = async (): Promise<TimedFrame[]> => {
    const one = { count, frames: (look: Parameters<typeof watchFrame>[1]) => (s: number) => watchFrame(film, look, s) };
    const [images] = await drawFilms([one], file, () => undefined);
    return images.map((image, s) => ({ image, delayMs: s === count - 1 ? LAST_MS : FRAME_MS }));
  };
  const drawn = place === null ? [] : await draw();
  const files = place === null ? [] : await animationFiles(drawn, place.places, JSON.stringify(note), () => undefined);
  return {
    files,
    picture: async () => encodePng((drawn.at(-1) ?? (await draw()).at(-1)!).image, JSON.stringify(note)),
    alt,
    document: {
      outputs: files.map((one) => one.place),
      snapshots: watched.snapshots.map(({ step, epoch, training, heldOut, isKept }) => ({
        step,
        epoch,
        training,
        heldOut,
        isKept,
      })),
    },
  };
}

function placeName(said: string): string {
  return /[\\/]$/.test(said) ? `${baseName(said.replace(/[\\/]+$/, ''))}/` : baseName(said);
}

function altOf({ network, layer, snapshots }: Recorder['watched']): string {
  const [first, last] = [snapshots[0], snapshots.at(-1)!];
  const right = last.heldOut
    ? `; ${first.heldOut ? `from ${percent(first.heldOut)} ` : ''}to ${percent(last.heldOut)} of held-out images right`
    : '';
  return `Animation in ${plural(snapshots.length, 'frame')}: the kernels of ${layer} of ${network} from step ${groupDigits(first.step)} to ${groupDigits(last.step)} on one scale, the maps of one image, loss and accuracy${right}.`;
}
