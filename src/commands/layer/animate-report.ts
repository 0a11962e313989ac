import { setTimeout as wait } from 'node:timers/promises';
import type { ExplainedStep } from '../../analysis/explain/explanation.js';
import { isUnfilled, type ScenePlan } from '../../analysis/scenes.js';
import { altOfAnimation } from '../../cli/alt.js';
import { animationFiles, animationLookArgs, frameFile, frameNames } from '../../cli/animation.js';
import type { Answer, AnsweredFile, Frame } from '../../cli/frame.js';
import type { DrawingNote } from '../../core/note.js';
import type { Area } from '../../core/preprocess-geometry.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import type { Breathe } from '../../engine/execute.js';
import { encodePng } from '../../io/encode.js';
import { safeName } from '../../io/paths.js';
import type { Style } from '../../reports/text.js';
import type { FigureFile } from '../../run/figure.js';
import { type AnimatedRun, animateLayer, drawFrames } from './animate-study.js';
import { describeStep, stepJson } from './explain-report.js';
import { type Look, mapArgs } from './look-command.js';

/** Which map, and how it is shown. */
interface AnimateValues {
  readonly channel: number | null;
  readonly item: number;
  readonly seconds: number;
  readonly region: Area | null;
  readonly terminal: boolean;
}

/** The usual length of an animation, as its flag says. */
const USUAL_SECONDS = 12;
/** How far it is, of 1, when the run is planned and when its frames are drawn. */
const DONE = { planned: 0.2, drawn: 0.6 };

/** `cnnviz animate`, answered: the windows behind one map, position by position. */
export async function animateAnswer(look: Look, flags: AnimateValues, frame: Frame): Promise<Answer> {
  const { input, request } = look;
  const { terminal, seconds, region } = flags;
  const { breathe } = frame.progress(1);
  const part =
    (from: number, end: number): Breathe =>
    (done) =>
      breathe(from + (end - from) * done);
  // other places have the layer's name in them
  const named = frame.target.kind === 'file' ? frame.place({ name: 'animation.gif', inputs: [input] }) : null;
  const context = { threads: frame.jobs, breathe: part(0, DONE.planned) };
  const animated = await animateLayer(request, input, flags, { seconds, region }, context);
  const { run, plan } = animated;
  const own = [
    ...(seconds === USUAL_SECONDS ? [] : ['--seconds', String(seconds)]),
    ...(region === null ? [] : ['--region', `${region.x},${region.y},${region.width},${region.height}`]),
  ];
  const args = ['animate', ...run.args, ...mapArgs(look, flags), ...own];
  const alt = altOfAnimation(run.facts, run, plan);
  const figure = frameFile(frame);
  const note: DrawingNote = {
    cnnviz: VERSION,
    picture: 'animation',
    alt,
    args: [...args, ...animationLookArgs(frame)],
  };
  const files = await filesOf(
    animated,
    look,
    { named, figure, note: JSON.stringify(note), isPlayed: terminal },
    frame,
    part,
  );
  const isLive = terminal && frame.terminal.isWatched && !frame.json && !frame.quiet;
  if (isLive) await play(animated, frame);
  const played = terminal && !isLive ? stepLines(animated, frame.style) : [];
  return {
    lines: [...played, ...(terminal ? [playedWords(animated)] : summary(animated))],
    document: () =>
      animationDocument(
        animated,
        region,
        files.map(({ place }) => place),
      ),
    files,
    picture: async () =>
      encodePng((await drawFrames(animated, figure, part(0, 1))).at(-1)!.image, JSON.stringify(note)),
    alt,
    notes: isLive ? [] : run.notes,
  };
}

/** Where an animation goes, and how. */
interface Wanted {
  readonly named: string | null;
  readonly figure: FigureFile;
  readonly note: string;
  /** It is played in the terminal. */
  readonly isPlayed: boolean;
}

/** One GIF or WebP, or a folder of frames; nothing where it is played or told as JSON, unless a place is named. */
async function filesOf(
  animated: AnimatedRun,
  { input }: Look,
  { named, figure, note, isPlayed }: Wanted,
  frame: Frame,
  part: (from: number, end: number) => Breathe,
): Promise<AnsweredFile[]> {
  const { run, plan } = animated;
  const draw = () => drawFrames(animated, figure, part(DONE.planned, DONE.drawn));
  const encoded = part(DONE.drawn, 1);
  if (frame.target.kind === 'folder') {
    const places = frameNames(plan.shown).map((name) => frame.place({ name, inputs: [input] })!);
    return animationFiles(await draw(), places, note, encoded);
  }
  // a kernel's own layer is not named twice
  const layer = run.layer === 'conv' ? [] : [run.layer];
  const name = `${[input.name, run.network, ...layer].map(safeName).join('.')}.gif`;
  const place = named ?? frame.place({ name, layer: run.layer, inputs: [input], always: !isPlayed });
  if (place === null) return [];
  return animationFiles(await draw(), [place], note, encoded);
}

function summary({ run, plan }: AnimatedRun): string[] {
  const name = run.facts.path === '-' ? 'standard input' : run.facts.path;
  const words = plan.scenes.map(
    ({ name: layer, words: said, map }) => `${layer}: ${said} → ${map.width}×${map.height}`,
  );
  const left = plan.positions - plan.shown;
  const seconds = (plan.delayMs * (plan.shown - plan.scenes.length) + plan.holdMs * plan.scenes.length) / 1000;
  return [
    `${name} → ${run.network}   ${words.join('; ')}`,
    `  ${groupDigits(plan.shown)} ${plan.shown === 1 ? 'step' : 'steps'}${left > 0 ? ` of ${groupDigits(plan.positions)} positions (--seconds for more)` : ''}, ${formatNumber(seconds, 3)} s`,
  ];
}

function playedWords({ run, plan }: AnimatedRun): string {
  return `${run.network}: ${groupDigits(plan.shown)} of ${groupDigits(plan.positions)} positions`;
}

type Scene = ScenePlan['scenes'][number];

/** Every step, one below the other. */
function stepLines({ plan }: AnimatedRun, style: Style): string[] {
  return plan.scenes.flatMap((scene) => [
    ...scene.steps.flatMap((_, s) => stepOf(scene, s, style)),
    ...afterWords(scene),
  ]);
}

/** On a terminal each step takes the place of the one before, at the animation's pace. */
async function play({ run, plan }: AnimatedRun, { terminal, style }: Frame): Promise<void> {
  for (const note of run.notes) terminal.note(`note: ${note}`);
  for (const scene of plan.scenes) {
    let above = 0;
    for (const s of scene.steps.keys()) {
      terminal.takeBack(above);
      above = stepOf(scene, s, style).reduce((sum, line) => sum + terminal.print(line), 0);
      await wait(s === scene.steps.length - 1 ? plan.holdMs : plan.delayMs);
    }
    for (const line of afterWords(scene)) terminal.print(line);
  }
}

function stepOf(scene: Scene, s: number, style: Style): string[] {
  const { explained, place } = scene.steps[s];
  const counted = `step ${s + 1} of ${scene.steps.length}`;
  return describeFrame(explained, scene, place, counted, style);
}

function afterWords({ after }: Scene): string[] {
  return after === null ? [] : [`(the map holds ${after} of each sum)`];
}

/** Before a map's numbers stands "map". */
const MARGIN = 6;
/** Wider maps are not printed: a row would not fit into a terminal. */
const MOST_COLUMNS = 12;
const MOST_ROWS = 24;

/** One step of a window as text: what is multiplied and added, and the map as far as it is filled. */
function describeFrame(
  explained: ExplainedStep,
  { map, region, input }: Pick<Scene, 'map' | 'region' | 'input'>,
  place: number,
  counted: string,
  style: Style,
): string[] {
  const lines = [style.dim(counted), ...describeStep(explained, input.isColour, false, style), ''];
  if (map.width > MOST_COLUMNS || map.height > MOST_ROWS) return lines;
  const texts = Array.from(map.values, (value) => formatNumber(value, 3));
  const width = Math.max(...texts.map(({ length }) => length));
  if (MARGIN + map.width * (width + 1) > (style.columns ?? Number.POSITIVE_INFINITY)) return lines;
  for (let row = 0; row < map.height; row++) {
    const cells = texts.slice(row * map.width, (row + 1) * map.width).map((text, column) => {
      const at = row * map.width + column;
      if (isUnfilled({ map, region }, at, place)) return style.dim('·'.padStart(width));
      return at === place ? style.strong(text.padStart(width)) : text.padStart(width);
    });
    lines.push(`  ${row === 0 ? 'map ' : '    '} ${cells.join(' ')}`);
  }
  return lines;
}

/** The document of --json: the scenes, each step as `explain` gives it. */
function animationDocument({ plan, run }: AnimatedRun, region: Area | null, outputs: readonly string[]): object {
  const { scenes, ...timing } = plan;
  const { facts, network, layer, notes } = run;
  const told = scenes.map(({ name, words, after, map, steps }) => ({
    name,
    words,
    after,
    width: map.width,
    height: map.height,
    values: Array.from(map.values),
    steps: steps.map(({ x, y, value, explained }) => ({ x, y, value, explained: stepJson(explained) })),
  }));
  return {
    cnnviz: VERSION,
    command: 'animate',
    input: facts,
    network,
    layer,
    ...timing,
    ...(region && { region }),
    scenes: told,
    outputs,
    warnings: notes,
  };
}
