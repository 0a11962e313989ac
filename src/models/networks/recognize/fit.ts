import { sizeOf } from '../../../core/tensor.js';
import { someOf } from '../../../core/text.js';
import type { BuiltinTraits } from '../builtin/family.js';
import { builtinNetwork } from '../builtin/index.js';
import type { LayerSpec } from '../spec.js';
import type { NamedTensor, Reading, Renamed } from './reading.js';
import { builtinShapes } from './shapes.js';

/** How a file's tensors fit a built-in network. */
export interface Fit<T extends NamedTensor> {
  readonly network: BuiltinTraits;
  readonly reading: Reading<T>;
  /** Those of the network, in the shapes that it reads. */
  readonly tensors: readonly Renamed<T>[];
  /** What is wrong; null: nothing, but perhaps for the end of the network. */
  readonly fault: string | null;
  /** The first layer whose tensors are missing, when nothing behind it is there; null: all is. */
  readonly cutAt: string | null;
  /** How many its last layer has, where that is another number than the built-in network's; null: as many. */
  readonly classes: number | null;
  /** Tensors of heads that only training uses. */
  readonly trainingOnly: readonly string[];
  /** Tensors that belong to nothing of the network. */
  readonly others: readonly string[];
  /** How much of the network and of the file is the same: 1 is all. */
  readonly share: number;
}

/** Modules that classify: without them a network gives its features. */
const HEADS: readonly string[] = ['fc', 'classifier', 'head', 'heads'];

const outermost = (name: string): string => name.split('.')[0];

/** How a reading fits the built-in network of this name. */
export function fitBuiltin<T extends NamedTensor>(network: BuiltinTraits, reading: Reading<T>): Fit<T> {
  const expected = builtinShapes(network.name);
  const names = [...expected.keys()];
  const last = names.findLast((one) => one.endsWith('.weight'))!.replace(/weight$/, '');
  const headWeight = reading.tensors.get(`${last}weight`)?.shape;
  const classes = headWeight && headWeight[0] !== expected.get(`${last}weight`)![0] ? headWeight[0] : null;

  const missing: string[] = [];
  const wrong: string[] = [];
  const tensors: Renamed<T>[] = [];
  for (const [name, own] of expected) {
    const found = reading.tensors.get(name);
    if (!found) {
      missing.push(name);
      continue;
    }
    const shape = name.startsWith(last) && classes !== null ? [classes, ...own.slice(1)] : own;
    if (isSame(found, shape, reading)) tensors.push({ ...found, shape });
    else wrong.push(`${name} is [${found.shape.join(', ')}], not [${shape.join(', ')}]`);
  }

  const more = [...reading.tensors.keys()].filter((one) => !expected.has(one));
  const isTraining = (one: string) => network.trainingOnly?.some((begin) => one.startsWith(begin)) ?? false;
  const outer = new Set(names.map(outermost));
  const inner = more.filter((one) => !isTraining(one) && outer.has(outermost(one)));
  const strange = [...inner, ...reading.unknown];
  const cutAt = missing.length === 0 ? null : headFrom(network.name, missing, reading);
  return {
    network,
    reading,
    tensors,
    fault: faultOf({ missing: cutAt === null ? missing : [], wrong, strange, count: expected.size }),
    cutAt,
    classes,
    trainingOnly: more.filter(isTraining),
    others: [...more.filter((one) => !isTraining(one) && !outer.has(outermost(one))), ...reading.outside],
    share: tensors.length / (expected.size + strange.length),
  };
}

/** Whether a tensor has a shape; one of another library may have sides of 1 more, or its kernels spread out. */
function isSame<T extends NamedTensor>(
  { shape }: Renamed<T>,
  wanted: readonly number[],
  { naming }: Reading<T>,
): boolean {
  if (shape.length === wanted.length && shape.every((side, axis) => side === wanted[axis])) return true;
  return (
    naming !== null && shape.length !== wanted.length && shape[0] === wanted[0] && sizeOf(shape) === sizeOf(wanted)
  );
}

/** The layer from which on all tensors are missing, when they are those of the head; null when others are missing, too. */
function headFrom<T extends NamedTensor>(
  name: string,
  missing: readonly string[],
  { tensors }: Reading<T>,
): string | null {
  if (missing.some((one) => !HEADS.includes(outermost(one)))) return null;
  const learning = builtinNetwork(name).layers.filter((one) => learntOf(one).length > 0);
  const first = learning.findIndex((one) => learntOf(one).some((parameter) => missing.includes(parameter)));
  const behind = learning.slice(first).flatMap(learntOf);
  return behind.some((one) => tensors.has(one)) ? null : learning[first].name;
}

function learntOf({ parameters }: LayerSpec): string[] {
  return parameters.flatMap((one) => (one?.source.kind === 'checkpoint' ? [one.name] : []));
}

function faultOf(found: {
  readonly missing: readonly string[];
  readonly wrong: readonly string[];
  readonly strange: readonly string[];
  readonly count: number;
}): string | null {
  const { missing, wrong, strange, count } = found;
  const faults: string[] = [];
  if (missing.length > 0) {
    faults.push(`${missing.length} of its ${count} tensors are missing: ${someOf(missing, SHOWN)}`);
  }
  if (wrong.length > 0) faults.push(wrong.length === 1 ? wrong[0] : `${wrong[0]} (and ${wrong.length - 1} more)`);
  if (strange.length > 0) {
    const more = strange.length === 1 ? '' : ` (${strange.length} in all)`;
    faults.push(`it has ${strange[0]} as well${more}`);
  }
  return faults.length === 0 ? null : faults.join('; ');
}

const SHOWN = 3;
