import { tensor } from '../../core/tensor.js';
import { formatNumber } from '../../core/text.js';
import { writeNpy } from '../../models/npy.js';
import { type ClassFlags, openClassCommand, reportClass } from './class-command.js';
import { drawClassMap } from './class-map.js';
import { classLine, placeWords } from './class-words.js';
import { gradcam } from './gradcam-study.js';

interface GradcamFlags extends ClassFlags {
  readonly layer?: string;
}

/** `cnnviz gradcam`: where in the image a layer speaks for a class. */
export async function runGradcam(network: string, image: string, flags: GradcamFlags): Promise<void> {
  const command = await openClassCommand('gradcam', network, image, flags);
  const { job, subject, breathe, wantsNumbers } = command;
  const found = await gradcam(subject, flags.class ?? null, flags.layer ?? null, breathe).finally(() =>
    command.bar.stop(),
  );
  const { class: one, layer, isDefault, shape, map, strongest, channels, notes } = found;
  const [C, H, W] = shape;
  const lines = [
    classLine(one, job.request.init !== null),
    `  ${layer}   ${C} maps ${W}×${H}${isDefault ? ', the last of the network' : ''}, weighted by the mean of the score's gradient over each`,
    strongest
      ? `  strongest ${formatNumber(strongest.value)} at ${placeWords(strongest)}`
      : '  nothing speaks for this class: every weighted sum is at or below zero',
    `  most weight on channel ${channels.map(({ channel, weight }) => `${channel} (${formatNumber(weight)})`).join(', ')}`,
  ];
  const draw = () =>
    drawClassMap(job, subject.source, 'gradcam', ['--class', String(one.index), '--layer', layer], {
      map,
      title: `${one.label}: Grad-CAM at ${layer}`,
      facts: `${found.network}${job.request.init === null ? '' : ', made-up weights'}; bright places speak for the class, dark ones do not`,
      what: 'speaks for the class',
      scaleRule: { kind: 'fixed', lo: 0, hi: Math.max(strongestOf(map.values), Number.MIN_VALUE) },
      colormap: 'magma',
      smooth: true,
      mark: strongest && { place: strongest, side: 1 },
    });
  await reportClass('gradcam', command, flags, {
    lines,
    notes,
    document: {
      class: one,
      layer,
      shape,
      strongest,
      channels,
      map: { width: map.width, height: map.height, values: [...map.values] },
    },
    file: async () => (wantsNumbers ? writeNpy(tensor(map.values, [map.height, map.width])) : draw()),
  });
}

function strongestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
