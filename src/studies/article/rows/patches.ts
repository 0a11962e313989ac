import { type Check, finding, law } from '../../../core/check.js';
import { formatNumber } from '../../../core/format.js';
import { mapsOf } from '../documents.js';
import { patchText, picture, type RowDefinition, type RowRun, type SectionDefinition } from '../row.js';

const F5: RowDefinition = {
  id: 'F5',
  title: 'Kernels cut out of the photograph',
  shows: 'Three pieces of the photograph used as kernels; each map is brightest where its piece came from.',
  figures: (photo) => {
    const patches = ([0, 1, 2] as const).flatMap((which) => ['--patch', patchText(photo, which)]);
    return [
      picture('F5.png', 'conv', photo.file, ...patches, '--strip'),
      picture('F5.raw.png', 'conv', photo.file, ...patches, '--patch-mode', 'raw', '--strip'),
    ];
  },
  checks: (run) => [...zeroMean(run), rawMode(run)],
  see: ({ photo: { patches }, documents: [, raw] }) => {
    const names = patches.map(({ name }) => name).join(', ');
    const misled = mapsOf(raw).filter(({ patch }) => !patch!.own!.found).length;
    return `${names}: the white spot of each map is the piece's own place. Their mean is subtracted first; in the second picture it is not, and ${misled} of 3 maps are brightest somewhere else: where the photograph is.`;
  },
};

function zeroMean({ photo: { patches }, documents: [document] }: RowRun): Check[] {
  return mapsOf(document).map(({ peak, patch, kernel }, i) => {
    const { x, y } = patches[i].rect;
    const second = patch!.runnerUp;
    return finding(
      `${patches[i].name} (${kernel.shape.slice(1).join('×')}, zero mean) is strongest at its own place`,
      `(${x}, ${y})`,
      `(${peak!.x}, ${peak!.y}), ${formatNumber(peak!.value)}${second ? `; elsewhere at most ${formatNumber(100 * second.share, 2)} % of it` : ''}`,
      patch!.own!.found,
    );
  });
}

function rawMode({ documents: [zeroMeanDocument, raw] }: RowRun): Check {
  const spread = (document: unknown) => Math.max(...mapsOf(document).map(({ values }) => values.min / values.max));
  const [zero, asCut] = [spread(zeroMeanDocument), spread(raw)];
  return law(
    'without the zero mean no value of a map is below zero: brightness alone makes it large',
    'all maps above zero, against some below',
    `smallest over largest value: ${formatNumber(asCut, 2)} as cut, ${formatNumber(zero, 2)} with zero mean`,
    asCut >= 0 && zero < 0,
  );
}

export const PATCHES: SectionDefinition = { title: 'Kernels that look for something', rows: [F5] };
