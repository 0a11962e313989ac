import { CnnvizError } from '../core/errors.js';
import {
  fitNamed,
  isBuiltin,
  type NetworkSpec,
  type RecognizedNetwork,
  recognizedNetwork,
  recognizeTensors,
  tellArchitecture,
  type WeightsFrom,
} from '../models/networks/index.js';
import type { WeightFile } from '../models/weights/weight-file.js';
import type { FileKind } from './file-kind.js';

/** The network that a checkpoint's tensors tell by their names and shapes. @throws CnnvizError 'usage' that says what they are those of */
export function recognizedIn(path: string, file: WeightFile): RecognizedNetwork {
  const found = recognizeTensors(file.tensors);
  if (found?.kind === 'builtin') return recognizedNetwork(file, found.fit, false);
  const { what, fix } = tellArchitecture(found, path);
  throw new CnnvizError('usage', `${path}: a checkpoint holds numbers but no layers; ${what}`, {
    fix,
    scope: 'command',
  });
}

/**
 * A network with the weights that somebody names for it: of a built-in one they may have the names of another library, and
 * lack its head. What does not fit is left to whoever reads the tensors one by one.
 */
export function asNamed(
  spec: NetworkSpec,
  weights: WeightsFrom,
): { readonly spec: NetworkSpec; readonly weights: WeightsFrom } {
  if (weights.kind !== 'file' || !isBuiltin(spec.name)) return { spec, weights };
  const fit = fitNamed(spec.name, weights.file.tensors);
  if (fit === null) return { spec, weights };
  const { spec: own, file } = recognizedNetwork(weights.file, fit, true);
  return { spec: own, weights: { ...weights, file } };
}

/** Why a file is no network. */
export function noNetwork(path: string, { kind, what, fix }: FileKind): CnnvizError {
  if (kind === 'foreign') return new CnnvizError('unsupported', `${path}: this is ${what}`, { fix });
  return new CnnvizError('usage', `${path}: ${what}, where a network is expected`, { fix });
}

/** A file that is a network with its weights is given others. */
export function bringsWeights(path: string, what: string): CnnvizError {
  return new CnnvizError('usage', `${path}: ${what} brings its own weights`, { fix: 'leave --weights and --init out' });
}
