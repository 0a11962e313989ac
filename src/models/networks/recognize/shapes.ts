import { builtinNetwork } from '../builtin/index.js';
import type { ParameterSpec } from '../spec.js';

/** The shapes of a built-in network's parameters, which say all but the channels of a norm: those of the convolution before it. */
export function builtinShapes(name: string): ReadonlyMap<string, readonly number[]> {
  const known = made.get(name);
  if (known) return known;
  const shapes = new Map<string, readonly number[]>();
  let outputs = 0;
  for (const { parameters } of builtinNetwork(name).layers) {
    for (const parameter of parameters) {
      if (parameter?.source.kind !== 'checkpoint') continue;
      const shape = shapeOf(parameter, outputs);
      if (parameter.shape.kind === 'conv' || parameter.shape.kind === 'linear') outputs = shape[0];
      shapes.set(parameter.name, shape);
    }
  }
  made.set(name, shapes);
  return shapes;
}

const made = new Map<string, ReadonlyMap<string, readonly number[]>>();

function shapeOf({ shape }: ParameterSpec, outputs: number): readonly number[] {
  switch (shape.kind) {
    case 'conv':
      return [shape.outChannels!, shape.inChannels! / shape.groups, ...shape.kernelSize!];
    case 'conv_transpose':
      return [shape.inChannels!, shape.outChannels / shape.groups, ...shape.kernelSize];
    case 'linear':
      return [shape.outFeatures!, shape.inFeatures!];
    case 'fixed':
      return shape.shape;
    case 'sides':
      return shape.sides;
    case 'channels':
      return [shape.count ?? outputs];
    case 'outputs':
      return [outputs];
  }
}
