import type { Scale } from '../core/facts.js';
import type { PictureNote } from '../core/note.js';
import type { SweepJob } from '../core/sweep.js';
import { VERSION } from '../core/version.js';
import { baseName } from '../io/paths.js';
import { biasText, layerArgs, pictureArgs, pixelArgs } from './recipe.js';
import { activationText, pairName, poolText } from './sweep-names.js';

/** What the picture of a sweep carries: its scale, and the command that makes it again. */
export function sweepNote(
  job: SweepJob,
  input: { readonly path: string; readonly sha256: string },
  scale: Scale,
): PictureNote {
  const { path, sha256 } = input;
  const { base, strides, biases, activations, pools } = job;
  const args = ['sweep', baseName(path), ...layerArgs(base.layer)];
  const list = (flag: string, texts: readonly string[], neutral: string) => {
    if (texts.length > 1 || texts[0] !== neutral) args.push(flag, texts.join(','));
  };
  list('--stride', strides.map(pairName), '1');
  list(
    '--bias',
    biases.map((bias) => (bias === null ? '0' : biasText(bias))),
    '0',
  );
  list(
    '--activation',
    activations.map((one) => (one === null ? 'none' : activationText(one))),
    'none',
  );
  list('--pool', pools.map(poolText), 'none');
  args.push(...pixelArgs(base), ...pictureArgs(base.picture));
  return { cnnviz: VERSION, picture: 'sweep', ...scale, input: { name: baseName(path), sha256 }, args };
}
