import { formatNumber } from '../core/format.js';
import { tensor } from '../core/tensor.js';
import { writeNpy } from '../models/npy.js';
import { classLine, placeWords } from '../reports/class-studies.js';
import { drawClassMap } from '../studies/draw-class-map.js';
import { saliency } from '../studies/saliency.js';
import { type ClassFlags, openClassCommand, reportClass } from './class-command.js';

export interface SaliencyFlags extends ClassFlags {
  readonly signed: boolean;
}

/** `cnnviz saliency`: the gradient of a class's score with respect to the input. */
export async function runSaliency(network: string, image: string, flags: SaliencyFlags): Promise<void> {
  const command = await openClassCommand('saliency', network, image, flags);
  const { job, subject, breathe, wantsNumbers } = command;
  const found = await saliency(subject, flags.class ?? null, flags.signed, breathe).finally(() => command.bar.stop());
  const { class: one, shape, gradient, map, strongest, notes, signed } = found;
  const lines = [
    classLine(one, job.request.init !== null),
    strongest
      ? `  strongest ${formatNumber(strongest.value)} at ${placeWords(strongest)}: the score's change for one unit of what the network reads there`
      : '  the gradient is zero everywhere: no small change of any pixel moves the score',
  ];
  const what = signed ? 'gradient, largest channel with its sign' : 'size of the gradient, largest channel';
  const draw = () =>
    drawClassMap(job, subject.source, 'saliency', ['--class', String(one.index), ...(signed ? ['--signed'] : [])], {
      map,
      title: `${one.label}: gradient of the score`,
      facts: `${found.network}${job.request.init === null ? '' : ', made-up weights'}; colours end at the 99.5th percentile`,
      what,
      // a few pixels are many times stronger than all others
      scaleRule: limits(map.values, signed),
      colormap: signed ? 'diverging' : 'magma',
      smooth: false,
      mark: strongest && { place: strongest, side: 1 },
    });
  await reportClass('saliency', command, flags, {
    lines,
    notes,
    document: { class: one, shape, strongest, signed },
    file: async () => (wantsNumbers ? writeNpy(tensor(gradient, shape)) : draw()),
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
