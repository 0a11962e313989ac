import { activated } from '../activations.js';
import { permuted, shapedAs } from '../arrays.js';
import { laidInside } from '../axes.js';
import type { Translator } from '../layer-call.js';

/**
 * Dense: the numbers of the last axis, at every place of the others. Over maps that is a convolution by kernels of one
 * pixel. kernel [K, M]
 */
const dense: Translator = (call) => {
  const { fields } = call;
  const M = fields.whole('units');
  const x = call.x();
  const { shape } = x;
  const hasBias = fields.flag('use_bias', true);
  const [kernel, bias] = call.weights([
    ['kernel', [shape?.at(-1) ?? null, M]],
    ...(hasBias ? ([['bias', [M]]] as const) : []),
  ]);
  const weight = permuted(kernel, [1, 0]);
  const term = bias ? call.parameter('bias', bias) : null;
  const out = shape && [...shape.slice(0, -1), M];
  if (shape?.length === 4 && (x.laid.isFirst || !call.keepsFirst)) {
    const layer = {
      kind: 'conv',
      paddingMode: 'zeros',
      groups: 1,
      stride: [1, 1],
      dilation: [1, 1],
      padding: 0,
    } as const;
    const point = call.parameter('kernel', shapedAs(weight, [...weight.shape, 1, 1]));
    const made = call.add('dense', layer, [call.first(x), point, term]);
    return activated(call, { term: made, shape: out, isFirst: true });
  }
  const made = call.add('dense', { kind: 'linear' }, [call.last(x), call.parameter('kernel', weight), term]);
  return activated(call, { term: made, shape: out, isFirst: false });
};

/** Embedding: row number x of a table. embeddings [vocabulary, D] */
const embedding: Translator = (call) => {
  const { fields } = call;
  const [count, D] = [fields.whole('input_dim'), fields.whole('output_dim')];
  if (fields.flag('mask_zero', false)) throw call.refuse('mask_zero: masks are not followed');
  fields.raw('input_length');
  const x = call.x();
  const [table] = call.weights([['embeddings', [count, D]]]);
  const indices = call.add('cast', { kind: 'cast', to: 'int64' }, [call.last(x)]);
  const term = call.add('gather', { kind: 'gather', axis: 0 }, [call.parameter('embeddings', table), indices]);
  return laidInside(call, term, x.shape && [...x.shape, D]);
};

export const DENSE: Readonly<Record<string, Translator>> = { Dense: dense, Embedding: embedding };
