import type { ChosenLayer } from '../../analysis/layer-choice.js';
import { summarizeModel, summarizeModules } from '../../analysis/network-summary.js';
import type { PackedLayer } from '../../explorer/page-data.js';
import { layerFamily } from '../../layers/index.js';
import { readsCall, type ShapedModel } from '../../layers/infer.js';
import type { ModelNode } from '../../layers/model.js';
import { graphBoxes } from './graph-boxes.js';

type Summary = ReturnType<typeof summarizeModel>;

/** Layers as a page lists and draws them. */
export async function pageLayers(shaped: ShapedModel, chosen: readonly ChosenLayer[]): Promise<PackedLayer[]> {
  const rows = new Map(
    [...summarizeModel(shaped).layers, ...summarizeModules(shaped).layers].map((row) => [row.name, row]),
  );
  const shown = new Map(chosen.map(({ value, name }) => [value, name]));
  const read = readersOf(shaped, shown);
  const layers = chosen.map(({ name, value, node }): Omit<PackedLayer, 'box'> => {
    const row = rows.get(name) ?? (node ? rows.get(node.name) : undefined);
    return {
      name,
      value,
      words: row?.words ?? (node ? wordsOf(node, shaped) : name),
      shape: shaped.infos.get(value)!.shape,
      params: row?.params ?? 0,
      macs: row?.macs ?? 0,
      from: node ? read(node) : [],
      sees: row?.field ? fieldWords(row.field) : null,
      weight: node ? kernelsOf(node, shaped) : null,
    };
  });
  const boxes = await graphBoxes(layers);
  return layers.map((layer) => ({ ...layer, box: boxes?.get(layer.name) ?? null }));
}

/** The shown layers that a node reads, through those that are not shown. */
function readersOf({ model }: ShapedModel, shown: ReadonlyMap<string, string>): (node: ModelNode) => string[] {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  return (node) => {
    const names = new Set<string>();
    const seen = new Set<string>();
    const wanted = [...node.inputs];
    for (let at = 0; at < wanted.length; at++) {
      const value = wanted[at];
      if (value === null || seen.has(value)) continue;
      seen.add(value);
      const name = shown.get(value);
      if (name === undefined) wanted.push(...(makers.get(value)?.inputs ?? []));
      else names.add(name);
    }
    return [...names];
  };
}

function wordsOf(node: ModelNode, shaped: ShapedModel): string {
  return layerFamily(node.layer).words(node.layer, readsCall(shaped, node).inputs);
}

/** "11×11 pixels", rows first as a kernel's size */
function fieldWords([rows, columns]: NonNullable<Summary['layers'][number]['field']>): string {
  if (rows.size === 1 && columns.size === 1) return '1 pixel';
  return `${rows.size}×${columns.size} pixels`;
}

/** The weight [M, C, kH, kW] of a convolution, where the file holds it as it is. */
function kernelsOf({ layer, inputs }: ModelNode, { model }: ShapedModel): string | null {
  if (layer.kind !== 'conv' && layer.kind !== 'ncc') return null;
  const name = inputs[1] ?? null;
  return name !== null && model.constants.get(name)?.shape.length === 4 ? name : null;
}
