import type { FeatureOrigin, TrainingSettings } from '../core/head.js';
import type { NetworkRequest } from '../core/network-job.js';
import { baseName } from '../io/paths.js';
import type { LabelledPlace } from './labelled-images.js';
import { presetArgs } from './presets.js';

/** The command that trains a head again, every option that changes it, files without their folders. */
export function headTrainArgs(
  { folder, csv }: LabelledPlace,
  origin: FeatureOrigin,
  settings: TrainingSettings,
  { asPrinted = false }: Pick<NetworkRequest, 'asPrinted'>,
): string[] {
  const args = ['head', 'train'];
  if (folder !== null) args.push(baseName(folder));
  if (csv !== null) args.push('--csv', baseName(csv));
  args.push('--features', origin.network);
  if (origin.weights !== null) args.push('--weights', origin.weights);
  if (origin.init !== null) args.push('--init', `seed:${origin.init}`);
  if (asPrinted) args.push('--as-printed');
  args.push('--layer', origin.layer, '--reduce', origin.reduce, ...presetArgs(origin.preset));
  if (origin.background !== null) args.push('--background', origin.background);
  if (origin.exact) args.push('--exact');
  const { l2, hidden, classWeight, holdout, seed, maxIterations, patience } = settings;
  args.push('--l2', String(l2));
  if (hidden !== null) args.push('--hidden', String(hidden));
  args.push('--class-weight', classWeight, '--holdout', String(holdout), '--seed', String(seed));
  args.push('--iterations', String(maxIterations), '--patience', String(patience));
  return args;
}
