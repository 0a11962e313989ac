import type { ProfiledLayer, RunProfile } from '../core/profile.js';
import { groupDigits } from '../core/text.js';
import { ABOVE, BELOW, barRows } from './bars.js';
import { type FigureLook, titledScene } from './figure.js';
import { swatchOf } from './marks.js';
import { sideBySide, stacked, TYPE, textPart } from './part.js';
import type { Scene } from './scene/scene.js';
import { shortenMiddle } from './scene/typeface.js';

const LENGTH = 360;
/** More bars than this are not read: the shortest are told together. */
const MOST = 60;
/** What stands behind a bar loses its middle beyond this. */
const DETAIL_WIDTH = 380;

/** Words of a layer for its bar. */
export interface ProfileBarWords {
  /** "12.3" */
  readonly ms: (ms: number) => string;
  /** "conv gemm" */
  readonly way: (layer: ProfiledLayer) => string;
  /** "+ batch_norm, relu" */
  readonly with: (layer: ProfiledLayer) => string;
}

/** Where the time went: a bar for each layer, in the order of the network; of very many the longest. */
export function profileBars(
  { layers, ms: total }: RunProfile,
  { title, facts, words, look }: { title: string; facts: string; words: ProfileBarWords; look: FigureLook },
): { readonly scene: Scene } {
  const longest = new Set([...layers].sort((a, b) => b.ms - a.ms).slice(0, MOST));
  const shown = layers.filter((layer) => longest.has(layer));
  const bars = shown.map((layer) => {
    const rate = layer.gflops === null ? '' : `${layer.gflops.toFixed(1)} GFLOP/s`;
    const said = [`${layer.share.toFixed(1)} %`, words.way(layer), rate, words.with(layer)];
    return {
      label: layer.part === '' ? layer.layer : `${layer.part}: ${layer.layer}`,
      value: layer.ms,
      text: words.ms(layer.ms),
      detail: shortenMiddle(said.filter(Boolean).join('  ·  '), DETAIL_WIDTH, TYPE.detail.size),
      paint: layer.gflops === null ? BELOW : ABOVE,
    };
  });
  const left = layers.length - shown.length;
  const rest = total - shown.reduce((sum, { ms }) => sum + ms, 0);
  const more =
    left === 0 ? [] : [textPart(`… ${groupDigits(left)} shorter ones, ${words.ms(rest)} ms together`, 'detail')];
  const key = sideBySide(
    [
      sideBySide([swatchOf(ABOVE), textPart('multiplies and adds', 'detail')], 8, 'middle'),
      sideBySide([swatchOf(BELOW), textPart('everything else', 'detail')], 8, 'middle'),
      textPart('milliseconds', 'detail'),
    ],
    24,
    'middle',
  );
  const figure = stacked([barRows(bars, LENGTH * look.box), ...more], 8, 'left');
  return { scene: titledScene(title, facts, figure, key, look) };
}
