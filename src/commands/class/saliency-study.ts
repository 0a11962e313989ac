import { classGradient, inputValue } from '../../analysis/class-gradient.js';
import { type PlaceMap, strongestPlace } from '../../analysis/grad-cam.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { tensor } from '../../core/tensor.js';
import { formatNumber } from '../../core/text.js';
import { isFloat, toFloat32 } from '../../core/values.js';
import type { Breathe } from '../../engine/execute.js';
import { timesOfProcess } from '../../engine/step-times.js';
import { writeNpy } from '../../models/npy.js';
import type { Source } from '../../run/subject.js';
import { threadTeam } from '../../run/threads.js';
import {
  type ClassAnswer,
  type ClassSubject,
  classAnswer,
  classLine,
  type ImagePlace,
  imagePlace,
  type OpenedClass,
  placeWords,
  scoreWords,
} from './class-command.js';
import { drawClassMap, saliency as saliencyMap } from './class-map.js';

/** `cnnviz saliency`, answered. */
export async function saliencyAnswer(
  opened: OpenedClass,
  { class: wanted, signed }: { readonly class: string | null; readonly signed: boolean },
  frame: Frame,
): Promise<Answer> {
  const { job, subject, figure, breathe } = opened;
  const found = await saliency(subject, wanted, signed, breathe);
  const { class: one, shape, gradient, map, strongest, notes } = found;
  const lines = [
    classLine(one, job.request.init !== null),
    strongest
      ? `  strongest ${formatNumber(strongest.value)} at ${placeWords(strongest)}: the score's change for one unit of what the network reads there`
      : '  the gradient is zero everywhere: no small change of any pixel moves the score',
  ];
  const what = signed ? 'gradient, largest channel with its sign' : 'size of the gradient, largest channel';
  const made = job.request.init === null ? [] : ['made-up weights'];
  const words = [found.network, ...made, scoreWords(one), 'colours end at the 99.5th percentile'];
  const args = ['--class', String(one.index), ...(signed ? ['--signed'] : [])];
  const draw = (alt: string) =>
    drawClassMap(
      { job, source: subject.source, command: 'saliency', args, figure, alt },
      {
        map,
        title: `Which pixels move the score of “${one.label}”?`,
        facts: words.join('  ·  '),
        what,
        // a few pixels are many times stronger than all others
        scaleRule: limits(map.values, signed),
        colormap: signed ? 'diverging' : 'magma',
        smooth: false,
        mark: strongest && { place: strongest, side: 1 },
      },
    );
  return classAnswer(opened, frame, {
    lines,
    notes,
    document: { class: one, shape, strongest, signed },
    file: async (alt) => (frame.wantsNumbers ? writeNpy(tensor(gradient, shape)) : draw(alt)),
  });
}

const PERCENT = 99.5;

function limits(values: Float32Array, signed: boolean): { kind: 'fixed'; lo: number; hi: number } {
  const sizes = values.map(Math.abs).sort();
  const hi = Math.max(
    sizes[Math.floor(((sizes.length - 1) * PERCENT) / 100)],
    sizes[sizes.length - 1] / 1e3,
    Number.MIN_VALUE,
  );
  return { kind: 'fixed', lo: signed ? -hi : 0, hi };
}

/** How a class's score changes with each number the network reads. */
interface SaliencyResult extends ClassAnswer {
  /** The gradient itself, [C, H, W]. */
  readonly gradient: Float32Array;
  readonly shape: readonly [number, number, number];
  /** One value a pixel. */
  readonly map: PlaceMap;
  readonly signed: boolean;
  /** The pixel whose change would move the score most. */
  readonly strongest: (ImagePlace & { readonly value: number }) | null;
}

/** The gradient of one class's score with respect to the input. @param className a number or name; null: the best class */
export async function saliency(
  subject: ClassSubject,
  className: string | null,
  signed: boolean,
  breathe: Breathe,
): Promise<SaliencyResult> {
  const { opened, source, labels, threads, size } = subject;
  const doors = { breathe, team: threadTeam(threads), times: timesOfProcess() };
  const found = await classGradient(opened, asReal(source), () => inputValue(opened), { className, labels }, doors);
  const map = saliencyMap(found.gradient, size, signed);
  const best = strongestPlace(map, Math.abs);
  return {
    network: opened.name,
    class: found.class,
    gradient: Float32Array.from(found.gradient),
    shape: size,
    map,
    signed,
    strongest: best && best.value !== 0 ? { ...imagePlace(source, best.x, best.y), value: best.value } : null,
    notes: found.notes,
  };
}

/** Bytes as real numbers: a gradient is by a number that may change by any amount. */
function asReal(source: Source): Source {
  const { info, x } = source;
  if (!info || !x || 'bytes' in x || isFloat(info.dtype)) return source;
  return { ...source, info: { ...info, dtype: 'float32' }, x: { data: toFloat32(x.data), shape: x.shape } };
}
