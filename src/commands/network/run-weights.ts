import { measureValues } from '../../analysis/values.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { nearestName } from '../../core/names.js';
import type { ValueFacts } from '../../core/result.js';
import { sizeOf } from '../../core/tensor.js';
import { toFloat32 } from '../../core/values.js';
import { writeAtomic } from '../../io/files.js';
import { safeName, stem } from '../../io/paths.js';
import { fileBeside, openFile } from '../../io/random-access.js';
import { writeValue } from '../../models/npy.js';
import { readWeights } from '../../models/weights/index.js';
import type { StoredType, WeightFile, WeightTensor } from '../../models/weights/weight-file.js';
import { refusalOf } from '../../run/file-kind.js';
import { describeWeights, weightsJson } from './weights-report.js';

interface WeightsFlags {
  readonly tensor?: string;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `cnnviz weights`: lists a checkpoint, or writes one of its arrays. */
export async function runWeights(path: string, { tensor, out, clobber, json, quiet }: WeightsFlags): Promise<void> {
  if (tensor === undefined && out !== undefined) {
    throw new CnnvizError('usage', '-o goes with --tensor', { fix: 'name an array: --tensor NAME -o x.npy' });
  }
  if (tensor !== undefined && json) {
    throw new CnnvizError('usage', '--json lists the file, --tensor writes an array', { fix: 'keep one of them' });
  }
  const terminal = await openTerminal({ quiet, reserveStdout: json || out === '-' });
  const file = await openWeights(path);
  if (tensor === undefined) {
    const list = listWeights(path, file);
    if (json) await terminal.send(new TextEncoder().encode(`${weightsJson(path, list)}\n`));
    else for (const line of describeWeights(path, list, terminal.style)) terminal.print(line);
    return;
  }
  if (out !== undefined && out !== '-' && !out.toLowerCase().endsWith('.npy')) {
    throw new CnnvizError('usage', `${out}: an array is written as .npy`, { fix: '-o FILE.npy' });
  }
  const bytes = tensorBytes(path, findTensor(path, file, tensor));
  if (out === '-') return terminal.send(bytes);
  const target = out ?? `${safeName(tensor)}.npy`;
  await writeAtomic(target, bytes, { clobber });
  terminal.print(`wrote ${terminal.style.strong(target)}`);
}

/** One array of a checkpoint with what is true of its numbers. */
interface WeightFacts {
  readonly name: string;
  /** As stored. */
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Null where integers are too large to be numbers here; the list's notes name them. */
  readonly facts: ValueFacts | null;
  /** Of a batch norm's variances, how many are below zero; 0 for all other arrays. */
  readonly negative: number;
}

interface WeightList {
  readonly format: WeightFile['format'];
  readonly tensors: readonly WeightFacts[];
  /** Numbers in all arrays. */
  readonly parameters: number;
  readonly bytes: number;
  readonly notes: readonly string[];
}

/** The list of a checkpoint's arrays. @throws CnnvizError with the file's name in front */
async function openWeights(path: string): Promise<WeightFile> {
  try {
    const source = await openFile(path);
    if (path === '-') return readWeights(source, { name: 'array', beside: null });
    return readWeights(source, { name: stem(path), file: path, beside: fileBeside(path) });
  } catch (error) {
    throw refusalOf(path, error);
  }
}

/** What frameworks call the variances of a batch norm. */
const VARIANCES = /(?:^|[._/])(?:running_var|moving_variance|bn_var)$/i;

function negativeVariances(one: WeightTensor, facts: ValueFacts | null): number {
  if (!VARIANCES.test(one.name) || facts === null || !(facts.min < 0)) return 0;
  return toFloat32(one.load().data).reduce((count, value) => count + (value < 0 ? 1 : 0), 0);
}

/** Reads every array once, one after another, and says what is true of it. */
function listWeights(path: string, { format, tensors, notes }: WeightFile): WeightList {
  const beyond: string[] = [];
  const factsOf = (one: WeightTensor): ValueFacts | null => {
    try {
      return measureValues(toFloat32(one.load().data));
    } catch (error) {
      if (!(error instanceof CnnvizError) || error.code !== 'unsupported') throw refusalOf(path, error);
      beyond.push(`"${one.name}": ${error.message}`);
      return null;
    }
  };
  const listed = tensors.map((one): WeightFacts => {
    const facts = factsOf(one);
    const negative = negativeVariances(one, facts);
    return { name: one.name, dtype: one.stored, shape: one.shape, bytes: one.bytes, facts, negative };
  });
  const impossible = listed
    .filter(({ negative }) => negative > 0)
    .map(({ name, negative }) => `"${name}": ${plural(negative, 'variance')} below 0: such a channel becomes NaN`);
  return {
    format,
    tensors: listed,
    parameters: tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    bytes: listed.reduce((sum, { bytes }) => sum + bytes, 0),
    notes: [...notes, ...beyond, ...impossible],
  };
}

/** One array by its name. @throws CnnvizError 'usage' with the nearest name */
function findTensor(path: string, { tensors }: WeightFile, name: string): WeightTensor {
  const found = tensors.find((one) => one.name === name);
  if (found) return found;
  const names = tensors.map((one) => one.name);
  const near = nearestName(name, names);
  const some = names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '');
  throw new CnnvizError('usage', `${path}: no array is called "${name}"`, {
    fix: near ? `did you mean ${near}?` : `it holds ${some || 'none'}`,
  });
}

/** An array as the bytes of a .npy file: floats as float32, integers and bool as they are. */
function tensorBytes(path: string, one: WeightTensor): Uint8Array {
  try {
    return writeValue(one.load());
  } catch (error) {
    throw refusalOf(path, error);
  }
}
