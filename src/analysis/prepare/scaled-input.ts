import type { ImagePreset, PresetChoice } from '../../core/job.js';
import type { DeclaredInput } from './declared-input.js';

/** The ranges of pixels that a scale and zero point may be made for. */
const RANGES_OF_PIXELS: readonly (readonly [pixels: ImagePreset['preprocess']['pixels'], lo: number, hi: number])[] = [
  ['unit', 0, 1],
  ['signed', -1, 1],
  ['255', 0, 255],
];

/** The numbers that int8 stands for: as was asked, as the network says, or the range that its scale and zero point cover. */
export function scaledPreset(
  choice: PresetChoice | null,
  preset: ImagePreset,
  { scaled }: DeclaredInput,
  refuse: (what: string, fix: string) => never,
): ImagePreset {
  const isTold = choice !== null && (choice.name !== null || choice.pixels !== null || choice.normalize !== null);
  if (isTold || preset.preprocess.normalize !== null || preset.preprocess.pixels !== 'unit') return preset;
  const { scale, zero } = scaled!;
  const [lo, hi] = [scale * (-128 - zero), scale * (127 - zero)];
  const near = (a: number, b: number) => Math.abs(a - b) <= 0.02 * (hi - lo);
  const found = RANGES_OF_PIXELS.find(([, from, to]) => near(from, lo) && near(to, hi));
  if (found) return { ...preset, preprocess: { ...preset.preprocess, pixels: found[0] } };
  return refuse(
    `it stands for ${lo.toPrecision(3)} … ${hi.toPrecision(3)}, and nothing says which pixels those are`,
    'say how the network was trained: --pixels unit, --pixels signed or --pixels 255, or --normalize MEAN/STD',
  );
}

/** What is to be said of pixels that become whole numbers by a scale; null where there is none. */
export function scaledNote(declared: DeclaredInput | null): string | null {
  if (declared?.dtype !== 'int8' || !declared.scaled) return null;
  const { scale, zero } = declared.scaled;
  return `pixels x are fed as int8: round(x / ${Number(scale.toPrecision(6))}) ${zero < 0 ? '−' : '+'} ${Math.abs(zero)}, as its scale and zero point say`;
}
