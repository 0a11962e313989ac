import type { Layer } from '../layers/index.js';
import type { PackedNetwork } from './page-data.js';
import type { Edit } from './protocol.js';

/** Whether two edits are of the same place, so that the later one stands alone. */
export function isSamePlace(a: Edit, b: Edit): boolean {
  switch (a.kind) {
    case 'weight':
      return b.kind === 'weight' && a.constant === b.constant && a.index === b.index;
    case 'silence':
      return b.kind === 'silence' && a.layer === b.layer && a.channel === b.channel;
    case 'layer':
      return b.kind === 'layer' && a.layer === b.layer;
    case 'kernel':
      return b.kind === 'kernel' && a.constant === b.constant;
  }
}

/** The edits with one more. A new kernel takes the place of what was changed in the old one. */
export function withEdit(edits: readonly Edit[], edit: Edit): readonly Edit[] {
  const rest = withoutEdit(edits, edit);
  if (edit.kind !== 'kernel') return [...rest, edit];
  return [...rest.filter((one) => one.kind !== 'weight' || one.constant !== edit.constant), edit];
}

export function withoutEdit(edits: readonly Edit[], edit: Edit): readonly Edit[] {
  return edits.filter((one) => !isSamePlace(one, edit));
}

/** The edits without those of one weight or bias: as the file has it. */
export function withoutConstant(edits: readonly Edit[], constant: string): readonly Edit[] {
  return edits.filter((one) => (one.kind !== 'weight' && one.kind !== 'kernel') || one.constant !== constant);
}

/** The edits with a layer that becomes another; as it is in the file, there is no edit. */
export function withLayer(edits: readonly Edit[], layer: string, original: Layer, becomes: Layer): readonly Edit[] {
  const edit: Edit = { kind: 'layer', layer, becomes };
  return JSON.stringify(original) === JSON.stringify(becomes) ? withoutEdit(edits, edit) : withEdit(edits, edit);
}

/** A layer as it is now. */
export function layerNow(edits: readonly Edit[], layer: string, original: Layer): Layer {
  const edit = edits.findLast((one) => one.kind === 'layer' && one.layer === layer);
  return edit?.kind === 'layer' ? edit.becomes : original;
}

export function isSilenced(edits: readonly Edit[], layer: string, channel: number): boolean {
  return edits.some((one) => one.kind === 'silence' && one.layer === layer && one.channel === channel);
}

/** The layers whose numbers an edit may change: those that are edited, and all that read them. */
export function reachedLayers({ layers, model }: PackedNetwork, edits: readonly Edit[]): ReadonlySet<string> {
  const reached = new Set<string>();
  for (const edit of edits) {
    if (edit.kind === 'silence' || edit.kind === 'layer') reached.add(edit.layer);
    else {
      const readers = model.nodes.filter(({ inputs }) => inputs.includes(edit.constant));
      for (const { outputs } of readers)
        for (const { name, value } of layers) if (outputs.includes(value)) reached.add(name);
    }
  }
  for (const { name, from } of layers) if (from.some((one) => reached.has(one))) reached.add(name);
  return reached;
}

/** "fc.weight [1, 2] is 0.5", as a list of edits tells it. @param shape of the weight that is edited, as it is now */
export function editWords(edit: Edit, shape: readonly number[], wordsOf: (layer: Layer) => string): string {
  switch (edit.kind) {
    case 'weight':
      return `${edit.constant} [${indexWords(edit.index, shape)}] is ${edit.value}`;
    case 'silence':
      return `${edit.layer}: channel ${edit.channel} is silent`;
    case 'layer':
      return `${edit.layer} becomes ${wordsOf(edit.becomes)}`;
    case 'kernel':
      return `${edit.constant} is another kernel of ${edit.shape.slice(-2).join('×')}`;
  }
}

/** The shape of a weight or bias as it is now; empty: nobody knows it. */
export function shapeOfConstant({ model }: PackedNetwork, edits: readonly Edit[], constant: string): readonly number[] {
  const kernel = edits.findLast((edit) => edit.kind === 'kernel' && edit.constant === constant);
  if (kernel?.kind === 'kernel') return kernel.shape;
  return model.constants.find(({ name }) => name === constant)?.shape ?? [];
}

/** 12 of [2, 10] is "1, 2" */
function indexWords(index: number, shape: readonly number[]): string {
  let rest = index;
  const places = [...shape].reverse().map((side) => {
    const place = rest % side;
    rest = Math.floor(rest / side);
    return place;
  });
  return places.length === 0 ? String(index) : places.reverse().join(', ');
}
