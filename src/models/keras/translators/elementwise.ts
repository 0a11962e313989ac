import { ACTIVATION_LAYERS, activated } from '../activations.js';
import { permuted } from '../arrays.js';
import { inside } from '../axes.js';
import type { LayerCall, Made, Translator } from '../layer-call.js';

/** Activation: its one field is what it does. */
const activation: Translator = (call) => {
  const value = call.x();
  const { term, isFirst } = inside(call, value);
  return activated(call, { term, shape: value.shape, isFirst });
};

/** A layer that is an activation with fields of its own. */
function activationLayer(className: string): Translator {
  return (call): Made => {
    const value = call.x();
    const each = ACTIVATION_LAYERS.get(className)!(call.fields);
    const { term, isFirst } = inside(call, value);
    const made = each(call, term, { rank: value.shape?.length ?? null, isFirst });
    return { term: made, shape: value.shape, isFirst };
  };
}

/** PReLU: a slope for each place and channel, or one along the axes that share it. */
const prelu: Translator = (call: LayerCall) => {
  const value = call.x();
  const { shape } = value;
  if (shape === null) throw call.refuse('the shape of its input is not known');
  const shared = call.fields.list('shared_axes') ?? [];
  const sides = shape.slice(1).map((side, i) => (shared.includes(i + 1) ? 1 : side));
  const [alpha] = call.weights([['alpha', sides]]);
  const { term, isFirst } = inside(call, value);
  const rank = shape.length;
  const perm = [rank - 2, ...Array.from({ length: rank - 2 }, (_, i) => i)];
  const slope = call.parameter('alpha', isFirst && rank > 2 ? permuted(alpha, perm) : alpha);
  return { term: call.add('prelu', { kind: 'prelu' }, [term, slope]), shape, isFirst };
};

export const ELEMENTWISE: Readonly<Record<string, Translator>> = {
  Activation: activation,
  ReLU: activationLayer('ReLU'),
  LeakyReLU: activationLayer('LeakyReLU'),
  ELU: activationLayer('ELU'),
  ThresholdedReLU: activationLayer('ThresholdedReLU'),
  Softmax: activationLayer('Softmax'),
  PReLU: prelu,
};
