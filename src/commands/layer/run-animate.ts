import { setTimeout as wait } from 'node:timers/promises';
import { type LookFlags, lookRequest, placeRequest } from '../../cli/look-flags.js';
import { parseJobs, parseNumber } from '../../cli/parse.js';
import { openTerminal, type Terminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { DrawingNote } from '../../core/note.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import type { Breathe } from '../../engine/execute.js';
import { encodePng } from '../../io/encode.js';
import { encodeGif, encodeWebp, type TimedFrame } from '../../io/encode-animation.js';
import { writeAtomic } from '../../io/files.js';
import type { Input } from '../../io/inputs.js';
import { extensionOf, joinPath, safeName } from '../../io/paths.js';
import { placeSingle, writeSingle } from '../../run/place.js';
import { animationJson, describeFrame } from './animate-report.js';
import { type AnimatedRun, animateLayer, drawFrames } from './animate-study.js';

interface AnimateFlags extends LookFlags {
  readonly seconds: string;
  readonly terminal: boolean;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** How far it is, of 1, when the run is planned and when its frames are drawn. */
const DONE = { planned: 0.2, drawn: 0.6 };

/** What work from `from` to `end` tells of itself. */
type Tell = (from: number, end: number) => Breathe;

/** Longer ones would hold thousands of frames. */
const MOST_SECONDS = 60;

/** `cnnviz animate`: flags → one layer or network → its windows, position by position. */
export async function runAnimate(args: readonly string[], flags: AnimateFlags): Promise<void> {
  const { out, clobber, json } = flags;
  const seconds = parseNumber('--seconds', flags.seconds);
  if (!(seconds >= 0.5 && seconds <= MOST_SECONDS)) {
    throw new CnnvizError('usage', `--seconds: expected a number from 0.5 to ${MOST_SECONDS}, got ${flags.seconds}`);
  }
  if (out === '-' && json) {
    throw new CnnvizError('usage', 'stdout can carry the animation or --json, not both', {
      fix: 'write the animation to a file: -o steps.gif',
    });
  }
  const { request, input } = await lookRequest('animate', args, flags);
  const { channel, item } = placeRequest(flags);
  const threads = parseJobs(flags.jobs);
  const terminal = await openTerminal({
    quiet: flags.quiet,
    verbose: flags.verbose,
    reserveStdout: out === '-' || json,
  });
  const bar = terminal.progress(1);
  const tell: Tell = (from, end) => (done) => {
    bar.update(from + (end - from) * done, 0);
    return pause();
  };
  const make = async (): Promise<[AnimatedRun, string[]]> => {
    const context = { threads, breathe: tell(0, DONE.planned) };
    const run = await animateLayer(request, input, { channel, item }, { seconds }, context);
    const isWanted = !flags.terminal && (!json || out !== undefined);
    return [run, isWanted ? await write(run, input, out ?? null, clobber, terminal, tell) : []];
  };
  const [animated, wrote] = await make().finally(() => bar.stop());
  for (const note of animated.run.notes) terminal.note(`note: ${note}`);
  if (flags.terminal) {
    await play(animated, terminal);
    return;
  }
  if (json) await terminal.send(new TextEncoder().encode(`${animationJson(animated.plan, animated.run, wrote)}\n`));
  else if (out !== '-') for (const line of summary(animated, wrote)) terminal.print(line);
}

/** One GIF or WebP, or a folder of frames; gives the paths. */
async function write(
  animated: AnimatedRun,
  input: Input,
  out: string | null,
  clobber: boolean,
  terminal: Terminal,
  tell: Tell,
): Promise<string[]> {
  const note: DrawingNote = { cnnviz: VERSION, picture: 'animation', args: ['animate', ...animated.run.args] };
  const isFolder = out !== null && out !== '-' && out !== '' && (out.endsWith('/') || extensionOf(out) === '');
  const draw = () => drawFrames(animated, tell(DONE.planned, DONE.drawn));
  if (isFolder) return writeFrames(await draw(), out, JSON.stringify(note), clobber, tell(DONE.drawn, 1));
  const name = `${[input.name, animated.run.network, ...layerName(animated)].map(safeName).join('.')}.gif`;
  const path = placeSingle({ out, name, endings: ['.gif', '.webp'], clobber }, input);
  const frames = await draw();
  const bytes =
    extensionOf(path) === '.webp'
      ? await encodeWebp(frames, JSON.stringify(note))
      : await encodeGif(frames, JSON.stringify(note), tell(DONE.drawn, 1));
  await writeSingle(path, bytes, clobber, terminal.send);
  return path === '-' ? [] : [path];
}

/** A kernel's own layer is not named twice. */
function layerName({ run }: AnimatedRun): string[] {
  return run.layer === 'conv' ? [] : [run.layer];
}

async function writeFrames(
  frames: readonly TimedFrame[],
  folder: string,
  note: string,
  clobber: boolean,
  breathe: Breathe,
): Promise<string[]> {
  const digits = String(frames.length).length;
  const paths: string[] = [];
  for (const [f, { image }] of frames.entries()) {
    const path = joinPath(folder, `frame-${String(f + 1).padStart(digits, '0')}.png`);
    await writeAtomic(path, await encodePng(image, note), { clobber });
    paths.push(path);
    await breathe(paths.length / frames.length);
  }
  return paths;
}

function summary({ run, plan }: AnimatedRun, wrote: readonly string[]): string[] {
  const name = run.facts.path === '-' ? 'standard input' : run.facts.path;
  const words = plan.scenes.map(
    ({ name: layer, words: said, map }) => `${layer}: ${said} → ${map.width}×${map.height}`,
  );
  const left = plan.positions - plan.shown;
  const seconds = (plan.delayMs * (plan.shown - plan.scenes.length) + plan.holdMs * plan.scenes.length) / 1000;
  const lines = [
    `${name} → ${run.network}   ${words.join('; ')}`,
    `  ${groupDigits(plan.shown)} steps${left > 0 ? ` of ${groupDigits(plan.positions)} positions (--seconds for more)` : ''}, ${formatNumber(seconds, 3)} s`,
  ];
  if (wrote.length === 1) lines.push(`wrote ${wrote[0]}`);
  else if (wrote.length > 1) lines.push(`wrote ${wrote[0]} … ${wrote.at(-1)}`);
  return lines;
}

/** Prints each step; on a terminal each takes the place of the one before, at the animation's pace. */
async function play({ run, plan }: AnimatedRun, terminal: Terminal): Promise<void> {
  const isLive = process.stdout.isTTY === true;
  for (const scene of plan.scenes) {
    let above = 0;
    for (const [s, step] of scene.steps.entries()) {
      const counted = `step ${s + 1} of ${scene.steps.length}`;
      const isColour = scene.input.isColour;
      const lines = describeFrame(step.explained, scene.map, step.place, counted, isColour, terminal.style);
      if (isLive && above > 0) process.stdout.write(`\u001b[${above}A\u001b[J`);
      above = lines.reduce((sum, line) => sum + terminal.print(line), 0);
      if (isLive) await wait(s === scene.steps.length - 1 ? plan.holdMs : plan.delayMs);
    }
    if (scene.after !== null) terminal.print(`(the map holds ${scene.after} of each sum)`);
  }
  terminal.print(`${run.network}: ${groupDigits(plan.shown)} of ${groupDigits(plan.positions)} positions`);
}

/** Lets signals through between portions of work. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
