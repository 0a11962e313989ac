import type { Explanation } from '../../analysis/explain/explanation.js';
import { measureField } from '../../analysis/field.js';
import { explainLayer } from '../../analysis/layer-run.js';
import { altOfExplanation } from '../../cli/alt.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import type { DrawingNote } from '../../core/note.js';
import type { Window } from '../../core/result.js';
import type { PlaceRequest } from '../../core/value-place.js';
import { toFloat32 } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import { chooseScale } from '../../draw/scale.js';
import { baseName } from '../../io/paths.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';
import { lookAtLayer, type SeenLayer } from '../../run/run.js';
import { type ExplainedInput, explanationFigure } from './explain-figure.js';
import { describeExplanation, explanationDocument } from './explain-report.js';
import { type Look, mapArgs } from './look-command.js';

/** Where to look, and how much of it is told. */
interface ExplainValues {
  readonly at: PlaceRequest['at'];
  readonly channel: number | null;
  readonly item: number;
  readonly all: boolean;
}

/** `cnnviz explain`, answered: one number of a layer, from the last weighted sum before it on. */
export async function explainAnswer(look: Look, flags: ExplainValues, frame: Frame): Promise<Answer> {
  const { request, input } = look;
  const path = frame.place({ name: `${input.name}.explain.png`, inputs: [input], always: false });
  const context = { threads: frame.jobs, breathe: frame.progress(1).breathe };
  const run = await lookAtLayer(request, input, flags.channel, context);
  const explanation = explainLayer(run, flags);
  const { channel, x, y } = explanation.place;
  const where = x === null ? [] : ['--at', `${x},${y}`];
  const args = ['explain', ...run.args, ...mapArgs(look, flags, { channel, isVector: x === null }), ...where];
  const alt = altOfExplanation(explanation);
  const draw = (place: string | null) => drawn(run, explanation, args, alt, frame.figureFile(place));
  const outputs = path === null ? [] : [path];
  return {
    lines: describeExplanation(explanation, flags.all, frame.style),
    document: () => explanationDocument(explanation, outputs),
    files: path === null ? [] : [{ place: path, bytes: () => draw(path) }],
    picture: () => draw(null),
    alt,
    notes: explanation.notes,
  };
}

/** The explanation as a figure, numbers in the cells, with its recipe. */
function drawn(
  run: SeenLayer,
  explanation: Explanation,
  args: readonly string[],
  alt: string,
  file: FigureFile,
): Promise<Uint8Array> {
  const { path } = explanation.input;
  const name = path === '-' ? 'standard input' : baseName(path);
  const note: DrawingNote = { cnnviz: VERSION, picture: 'explanation', alt, args };
  const input = explainedInput(run, explanation);
  return encodeFigure(
    (look) => explanationFigure(explanation, input, name, look),
    () => note,
    file,
  );
}

/** The input of a run, and what of it the explained value comes from. */
function explainedInput(run: SeenLayer, { steps, place }: Explanation): ExplainedInput {
  const [first] = steps;
  const { model } = run.plan;
  const reads = model.nodes.find(({ name }) => name === first.layer)?.inputs[0];
  const isFirst = model.inputs.some(({ name }) => name === reads);
  if (isFirst && first.step !== 'element') {
    const scale = chooseScale([toFloat32(run.read(reads!).data)], { kind: 'minmax' });
    return { picture: run.picture, window: first.kind === 'linear' ? null : first.taps.window, scale };
  }
  return { picture: run.picture, window: run.picture && fieldOf(run, place), scale: null };
}

/** What a place behind several layers sees of the input; null where that is not followed, as behind linear layers. */
function fieldOf(run: SeenLayer, { x, y }: Explanation['place']): Window | null {
  if (x === null || y === null) return null;
  try {
    return measureField({ ...run, shaped: run.plan.shaped }, { at: { x, y }, pixel: null }).window;
  } catch (error) {
    if (error instanceof CnnvizError) return null;
    throw error;
  }
}
