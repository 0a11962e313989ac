import { formatNumber } from '../../core/text.js';
import type { ShapedModel } from '../../layers/infer.js';
import { LEAVING_NUMBERS } from '../../layers/kind-lists.js';
import type { Finding, Look } from './finding.js';

type Lists = { readonly mean: readonly number[]; readonly std: readonly number[] };

/**
 * A mean and a std that were swapped, in the flags or in the network itself. Photographs have a mean near 0.45 and a std
 * near 0.25 of the range of their pixels: no set of colour images has a std above 0.35 and a mean below it.
 */
export const lookForSwapped: Look = ({ preset, shaped }) => [
  ...swapped(preset?.preprocess.normalize ?? null, null, '--normalize'),
  ...inGraph(shaped).flatMap(({ layer, ...lists }) => swapped(lists, layer, layer)),
];

function swapped(lists: Lists | null, layer: string | null, where: string): Finding[] {
  if (lists?.mean.length !== 3 || lists.std.length !== 3) return [];
  const range = Math.max(...lists.mean, ...lists.std) > 2 ? 255 : 1;
  const isOdd = (_: unknown, c: number) => {
    const [mean, std] = [lists.mean[c] / range, lists.std[c] / range];
    return std > 0.35 && std < 0.75 && mean > 0.05 && mean < 0.35;
  };
  if (![0, 1, 2].every((c) => isOdd(null, c))) return [];
  const text = (numbers: readonly number[]) => numbers.map((value) => formatNumber(value)).join(',');
  return [
    {
      kind: 'swapped-mean-std',
      severity: 'suspect',
      layer,
      channels: null,
      what: `mean and std are swapped in ${where}: the mean is ${text(lists.mean)}, the std ${text(lists.std)}`,
      numbers: { mean: text(lists.mean), std: text(lists.std) },
      fix:
        layer === null
          ? `--normalize ${text(lists.std)}/${text(lists.mean)}`
          : 'export the network again with (x − mean) / std',
    },
  ];
}

/** The arithmetic on the input before the first layer, as (x − mean)/std. */
function inGraph({ model, known }: ShapedModel): (Lists & { readonly layer: string })[] {
  return model.inputs.flatMap(({ name: input }) => {
    let value = input;
    let [scale, shift] = [
      [1, 1, 1],
      [0, 0, 0],
    ];
    let layer: string | null = null;
    for (;;) {
      const readers = model.nodes.filter(({ inputs }) => inputs.includes(value));
      if (readers.length !== 1) break;
      const [node] = readers;
      const { kind } = node.layer;
      const isArithmetic = kind === 'sub' || kind === 'div' || kind === 'mul' || kind === 'add';
      if (isArithmetic) {
        const place = node.inputs[0] === value ? 1 : 0;
        const other = known(node.inputs[place]!)?.data;
        if (!other || (other.length !== 1 && other.length !== 3) || (place === 0 && kind !== 'add' && kind !== 'mul'))
          break;
        const of = (c: number) => other[other.length === 1 ? 0 : c];
        const scaled = scale.map((one, c) => (kind === 'div' ? one / of(c) : kind === 'mul' ? one * of(c) : one));
        shift = shift.map((one, c) =>
          kind === 'div' ? one / of(c) : kind === 'mul' ? one * of(c) : kind === 'sub' ? one - of(c) : one + of(c),
        );
        scale = scaled;
        layer = node.name;
      } else if (!LEAVING_NUMBERS.includes(kind)) break;
      value = node.outputs[0];
    }
    if (layer === null) return [];
    return [{ layer, mean: shift.map((one, c) => -one / scale[c]), std: scale.map((one) => 1 / one) }];
  });
}
