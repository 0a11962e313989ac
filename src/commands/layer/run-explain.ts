import { chainBehind, explainChain } from '../../analysis/explain/chain.js';
import type { Explanation } from '../../analysis/explain/explanation.js';
import { altOfExplanation } from '../../cli/alt.js';
import { type LookFlags, lookRequest, placeRequest } from '../../cli/look-flags.js';
import { parseJobs } from '../../cli/parse.js';
import type { PictureFlags } from '../../cli/picture-flags.js';
import { showPictures } from '../../cli/show/show.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { DrawingNote } from '../../core/note.js';
import { choosePlace, indexOfPlace, type PlaceRequest } from '../../core/value-place.js';
import { toFloat32 } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import { encodePng } from '../../io/encode.js';
import type { Input } from '../../io/inputs.js';
import { baseName } from '../../io/paths.js';
import { type LayerRequest, type LookContext, type LookedAt, lookAtLayer } from '../../run/kept-run.js';
import { placeSingle, writeSingle } from '../../run/place.js';
import { explanationFigure } from './explain-figure.js';
import { describeExplanation, explanationJson } from './explain-report.js';
import { pause } from './run-animate.js';

interface ExplainFlags extends LookFlags, PictureFlags {
  readonly all: boolean;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** `cnnviz explain`: flags → one layer or network → one number and where it comes from. */
export async function runExplain(args: readonly string[], flags: ExplainFlags): Promise<void> {
  const { out, clobber, json } = flags;
  if (out === '-' && json) {
    throw new CnnvizError('usage', 'stdout can carry the picture or --json, not both', {
      fix: 'write the picture to a file: -o why.png',
    });
  }
  const { request, input } = await lookRequest('explain', args, flags);
  const place = placeRequest(flags);
  const threads = parseJobs(flags.jobs);
  const terminal = await openTerminal({
    quiet: flags.quiet,
    verbose: flags.verbose,
    reserveStdout: out === '-' || json,
  });
  const wanted = { out: out ?? null, name: `${input.name}.explain.png`, endings: ['.png'], clobber };
  const path = out === undefined ? null : placeSingle(wanted, input);
  const { explanation, run } = await explainValue(request, input, place, { threads, breathe: pause });
  for (const note of explanation.notes) terminal.note(`note: ${note}`);
  if (path !== null) await writeSingle(path, await drawn(explanation, run), clobber, terminal.send);
  if (json) {
    const outputs = path === null ? [] : [path];
    await terminal.send(new TextEncoder().encode(`${explanationJson(explanation, outputs)}\n`));
    return;
  }
  for (const line of describeExplanation(explanation, flags.all, terminal.style)) terminal.print(line);
  if (path !== null && path !== '-') terminal.print(`wrote ${terminal.style.strong(path)}`);
  if (flags.alt) terminal.print(altOfExplanation(explanation));
  if (path !== '-') await showPictures(path === null ? [await drawn(explanation, run)] : [path], flags.show, terminal);
}

/** The picture as PNG, with its recipe. */
async function drawn(explanation: Explanation, { args }: LookedAt): Promise<Uint8Array> {
  const { item, channel, x, y } = explanation.place;
  const place = x === null ? [] : ['--at', `${x},${y}`];
  const which = [
    ...(channel > 0 || x === null ? ['--channel', String(channel)] : []),
    ...(item > 0 ? ['--item', String(item)] : []),
  ];
  const note: DrawingNote = { cnnviz: VERSION, picture: 'explanation', args: ['explain', ...args, ...which, ...place] };
  return encodePng(drawExplanation(explanation), JSON.stringify(note));
}

/** An explanation with the run it explains. */
interface ExplainedRun {
  readonly explanation: Explanation;
  readonly run: LookedAt;
}

/**
 * Runs a layer or a network on one input, as `conv` and `run` do, and explains one number of a layer's output: from
 * the last weighted sum before it on, channel by channel.
 * @throws CnnvizError 'usage' for a place that is none, 'unsupported' for a layer that is not explained
 */
async function explainValue(
  request: LayerRequest,
  input: Input,
  place: PlaceRequest,
  context: Omit<LookContext, 'channel'>,
): Promise<ExplainedRun> {
  const run = await lookAtLayer(request, input, (shaped, value) => chainBehind(shaped.model, value).keep, {
    ...context,
    channel: place.channel,
  });
  return { explanation: explainRun(run, place), run };
}

/** The same for a run that is at hand. */
function explainRun(run: LookedAt, request: PlaceRequest): Explanation {
  const { shape, data } = run.read(run.value);
  const values = toFloat32(data);
  const place = choosePlace(run.layer, shape, { ...request, channel: run.channel }, values);
  const index = indexOfPlace(shape, place);
  const { nodes } = chainBehind(run.plan.model, run.value);
  const steps = explainChain(run, nodes, index);
  return {
    input: run.facts,
    network: run.network,
    layer: run.layer,
    shape,
    place,
    value: values[index],
    steps,
    same: steps.every(({ agreement }) => agreement.same),
    notes: run.notes,
  };
}

/** The explanation as a picture, numbers drawn in the cells. */
function drawExplanation(explanation: Explanation): Image {
  const { input, network, layer, place } = explanation;
  const name = input.path === '-' ? 'standard input' : baseName(input.path);
  const at = place.x === null ? `unit ${place.channel}` : `(${place.x}, ${place.y})`;
  return explanationFigure(explanation, `${name}: ${network} ${layer} ${at}`);
}
