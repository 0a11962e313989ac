import type { Bound } from '../analysis/kept-run.js';
import { laidOut } from '../analysis/prepare/channels-last.js';
import { type DeclaredInput, isPrepared, slides } from '../analysis/prepare/declared-input.js';
import { checkDeclaredArray, type OpenedNetwork } from '../analysis/prepare/network-input.js';
import type { ByteSource } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';
import { nearestName } from '../core/names.js';
import { someOf } from '../core/text.js';
import type { Value } from '../core/values.js';
import { stem } from '../io/paths.js';
import { fileBeside, openFile } from '../io/random-access.js';
import type { Model } from '../layers/model.js';
import { modelFormatOf, ONNX } from '../models/model-formats.js';
import { readWeights } from '../models/weights/index.js';
import type { WeightFile } from '../models/weights/weight-file.js';
import { folderKind, named, refusalOf } from './file-kind.js';

/** A file that holds a network whole; one that is called .onnx and is nothing known is read as such, which says what is wrong. */
export async function openModelFile(
  path: string,
  source: ByteSource,
  fed: ReadonlyMap<string, Value>,
): Promise<OpenedNetwork> {
  const reader = await (modelFormatOf(source) ?? ONNX).load();
  const context = { name: stem(path), file: path, beside: fileBeside(path) };
  const { model, notes, classes, preset } = named(path, () => reader.readModel(source, context));
  for (const [name, value] of fed) {
    const input = model.inputs.find((one) => one.name === name);
    if (input) {
      checkDeclaredArray(value, 'the array', stem(path), input);
      continue;
    }
    throw noInput(
      path,
      name,
      model.inputs.map((one) => one.name),
    );
  }
  const open = model.inputs.filter(({ name }) => !fed.has(name));
  const [first] = open;
  const sides = open.length === 1 ? (first.shape?.slice(-3) ?? []) : [];
  const input = sides.length === 3 && sides.every((side) => side !== null) ? (sides as number[]) : null;
  const opened: OpenedNetwork = {
    name: stem(path),
    input,
    channels: sides.length === 3 ? (isOneChannel(first) ? 1 : sides[0]) : null,
    declared: open.length === 1 ? declaredOf(model, first) : null,
    preset,
    ...(classes && { classes }),
    fed,
    open: open.map(({ name }) => name),
    notes,
    learnt: null,
    bind: () => bound({ model, notes: [] }),
    retell: inNetworkWords,
  };
  return laidOut(opened, null);
}

/** [N, H, W] with N left open, as Keras says of images without an axis for channels: each is gray. */
function isOneChannel({ shape }: Model['inputs'][number]): boolean {
  return shape?.length === 3 && shape[0] === null;
}

function declaredOf(model: Model, input: Model['inputs'][number]): DeclaredInput {
  const { name } = input;
  return { ...input, isPrepared: isPrepared(model, name), ...(slides(model, name) && { slides: true as const }) };
}

/** A network computes all its values together, and is whole before its input is known. */
export function bound(network: Pick<Bound, 'model' | 'notes'>): Bound {
  return { ...network, branches: null, settle: null };
}

/** What flags of one layer do stands in the network itself: its commands have none of them. */
const IN_NETWORK = [
  ['--padding same', 'padding=same in that layer'],
  ['--padding-mode ', 'padding_mode='],
] as const;

/** An error of a layer; what to do about it is told in a network's words. */
export function inNetworkWords(error: unknown): unknown {
  if (!(error instanceof CnnvizError) || error.fix === undefined) return error;
  const { code, message, scope } = error;
  const fix = IN_NETWORK.reduce((text, [flag, field]) => text.replace(flag, field), error.fix);
  return fix === error.fix ? error : new CnnvizError(code, message, { fix, cause: error, scope });
}

/** Nothing may be fed in vain. */
export function noInput(network: string, name: string, names: readonly string[]): CnnvizError {
  const near = nearestName(name, names);
  return new CnnvizError('usage', `${network}: no input is called "${name}"`, {
    fix: near ? `did you mean ${near}?` : `inputs: ${someOf(names)}`,
  });
}

/**
 * The list of a checkpoint's arrays, before their numbers are read; of a network's, its weights.
 * @param refuse throws for what is no place for weights, where the command knows better what to say
 * @throws CnnvizError with the file's name in front
 */
export async function openWeights(path: string, refuse?: (source: ByteSource) => void): Promise<WeightFile> {
  try {
    const folder = path === '-' ? null : folderKind(path);
    if (folder) throw new CnnvizError('unsupported', `this is ${folder.what}`, { fix: folder.fix });
    const source = await openFile(path);
    refuse?.(source);
    if (path === '-') return await readWeights(source, { name: 'array', beside: null });
    return await readWeights(source, { name: stem(path), file: path, beside: fileBeside(path) });
  } catch (error) {
    throw refusalOf(path, error);
  }
}
