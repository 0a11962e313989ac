import type { Explanation } from '../../analysis/explain/explanation.js';
import { explainLayer } from '../../analysis/layer-run.js';
import { altOfExplanation } from '../../cli/alt.js';
import type { Answer, Frame } from '../../cli/frame.js';
import type { DrawingNote } from '../../core/note.js';
import type { PlaceRequest } from '../../core/value-place.js';
import { VERSION } from '../../core/version.js';
import { encodePng } from '../../io/encode.js';
import { baseName } from '../../io/paths.js';
import { lookAtLayer } from '../../run/run.js';
import { explanationFigure } from './explain-figure.js';
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
  const draw = () => drawn(explanation, args);
  const outputs = path === null ? [] : [path];
  return {
    lines: describeExplanation(explanation, flags.all, frame.style),
    document: () => explanationDocument(explanation, outputs),
    files: path === null ? [] : [{ place: path, bytes: draw }],
    picture: draw,
    alt: altOfExplanation(explanation),
    notes: explanation.notes,
  };
}

/** The explanation as a PNG, numbers in the cells, with its recipe. */
function drawn(explanation: Explanation, args: readonly string[]): Promise<Uint8Array> {
  const { input, network, layer, place } = explanation;
  const name = input.path === '-' ? 'standard input' : baseName(input.path);
  const at = place.x === null ? `unit ${place.channel}` : `(${place.x}, ${place.y})`;
  const note: DrawingNote = { cnnviz: VERSION, picture: 'explanation', args };
  return encodePng(explanationFigure(explanation, `${name}: ${network} ${layer} ${at}`), JSON.stringify(note));
}
