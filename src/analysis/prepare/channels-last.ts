import { CnnvizError } from '../../core/errors.js';
import type { PresetChoice } from '../../core/job.js';
import { OF_EACH_NUMBER } from '../../layers/kind-lists.js';
import type { Model, ModelNode } from '../../layers/model.js';
import { TO_FIRST } from '../channels-last.js';
import type { Runnable } from '../kept-run.js';
import type { DeclaredInput } from './declared-input.js';

type Sides = DeclaredInput['shape'];

/** Of a network, what the order of the axes of its one image changes. */
interface OneInput extends Runnable {
  readonly name: string;
  readonly input: readonly number[] | null;
  readonly channels: number | null;
  readonly declared: DeclaredInput | null;
}

/** Whether sides [N, H, W, C], or [H, W, C], have the channels of an image last. */
export function isChannelsLast(sides: readonly (number | null)[]): boolean {
  const [first, , last] = sides.slice(-3);
  return (last === 1 || last === 3 || last === 4) && first !== 1 && first !== 3;
}

/**
 * A network that reads [N, H, W, C], as one that reads [N, C, H, W]: its first layer brings the axes into the order it
 * declares. All that looks at an input so sees channels, rows and columns, of any network.
 */
function withChannelsLast<N extends OneInput>(opened: N, declared: DeclaredInput): N {
  const { bind, open } = opened;
  const shape = declared.shape && channelsFirst(declared.shape);
  const [channels = null, height = null, width = null] = shape?.slice(1) ?? [];
  const isSized = channels !== null && height !== null && width !== null;
  return {
    ...opened,
    input: isSized ? [channels, height, width] : null,
    channels,
    declared: { ...declared, shape, channelsLast: true },
    bind: (input, x) => {
      const bound = bind({ ...input, shape: channelsLast(input.shape) }, x);
      return { ...bound, model: reordered(bound.model, open[0]) };
    },
  };
}

/** The network with its axes as it declares them, or as is asked for. @throws CnnvizError 'usage' where that cannot be */
export function laidOut<N extends OneInput>(opened: N, choice: Pick<PresetChoice, 'layout'> | null): N {
  const { declared, name } = opened;
  const layout = choice?.layout;
  const sides = declared && asStored(declared).shape;
  const written = `[${sides ? sides.map((side) => side ?? 'any').join(', ') : 'of any shape'}]`;
  const refuse = (what: string, fix: string): never => {
    throw new CnnvizError('usage', `${name}: ${what}`, { fix, scope: 'command' });
  };
  if (declared?.channelsLast) {
    if (layout !== 'nchw') return opened;
    refuse(`its input "${declared.name}" is ${written}, channels last, --layout nchw says first`, 'leave --layout out');
  }
  if (declared?.shape?.length === 4 && !declared.slides && isChannelsLast(declared.shape))
    return withChannelsLast(opened, declared);
  if (layout !== 'nhwc') return opened;
  if (declared === null) {
    refuse('its layers read [N, C, H, W], --layout nhwc says [N, H, W, C]', 'leave --layout out');
  }
  const [, second, , last] = declared!.shape ?? [null, null, null, null];
  const isImage = declared!.shape === null || declared!.shape.length === 4;
  if (!isImage || second === 1 || second === 3 || (last !== null && last !== 1 && last !== 3)) {
    refuse(`its input "${declared!.name}" is ${written}, --layout nhwc says channels last`, 'leave --layout out');
  }
  return withChannelsLast(opened, declared!);
}

/** What the file itself says: sides in its own order. */
export function asStored(declared: DeclaredInput): DeclaredInput {
  const { channelsLast: isLast, shape, ...rest } = declared;
  return isLast && shape ? { ...rest, shape: channelsLast(shape) } : { ...rest, shape };
}

function channelsFirst<T>([N, H, W, C]: readonly T[]): T[] {
  return [N, C, H, W];
}

function channelsLast<T>([N, C, H, W]: readonly T[]): T[] {
  return [N, H, W, C];
}

/** The graph for [N, C, H, W]: as it goes on itself where it can, else with a layer in front that changes the order. */
function reordered(model: Model, input: string): Model {
  const inputs = model.inputs.map((one) =>
    one.name === input ? { ...one, shape: one.shape && (channelsFirst(one.shape) as NonNullable<Sides>) } : one,
  );
  const nodes = withoutOrder(model, input) ?? withOrder(model, input);
  return { ...model, inputs, nodes };
}

/**
 * The nodes of a graph whose every way from the input begins with the change to [N, C, H, W], perhaps behind what does the
 * same to each number: that change falls away. Null: it is not so.
 */
function withoutOrder({ constants, nodes, outputs }: Model, input: string): ModelNode[] | null {
  const reordered = new Set([input]);
  const isOne = (name: string | null) => name !== null && constants.get(name)?.shape.every((side) => side === 1);
  const found = nodes.map((node): ModelNode | null => {
    const { layer, inputs } = node;
    const read = inputs.filter((name) => name !== null && reordered.has(name));
    if (read.length === 0) return node;
    if (layer.kind === 'transpose' && layer.perm?.join() === TO_FIRST) return { ...node, layer: { kind: 'identity' } };
    if (!OF_EACH_NUMBER.includes(layer.kind) || inputs.some((name) => !reordered.has(name!) && !isOne(name)))
      return null;
    for (const name of node.outputs) reordered.add(name);
    return node;
  });
  const isWhole = found.every((node) => node !== null) && !outputs.some((name) => reordered.has(name));
  return isWhole ? found : null;
}

function withOrder(model: Model, input: string): ModelNode[] {
  const taken = new Set([
    ...model.inputs.map(({ name }) => name),
    ...model.constants.keys(),
    ...model.nodes.flatMap(({ name, outputs }) => [name, ...outputs]),
  ]);
  let name = `${input}_nhwc`;
  while (taken.has(name)) name += '_';
  const own = (one: string | null) => (one === input ? name : one);
  return [
    { name, layer: { kind: 'transpose', perm: [0, 2, 3, 1] }, inputs: [input], outputs: [name] },
    ...model.nodes.map((node) => ({ ...node, inputs: node.inputs.map(own) })),
  ];
}
