import { modulePath, operatorPart } from '../core/module-path.js';
import { sameName } from '../core/names.js';
import { fixedValues } from '../layers/fixed-values.js';
import { computesNumbers, layerFamily } from '../layers/index.js';
import type { ShapedModel } from '../layers/infer.js';
import type { ModelNode } from '../layers/model.js';
import { type LayerGroup, layerGroups } from '../models/onnx/layer-groups.js';
import { movesChannels } from './channels-last.js';

/** A layer as it is named and counted: a node, or the last one of a module that was taken apart. */
export interface NamedLayer {
  readonly name: string;
  readonly node: ModelNode;
  readonly group: LayerGroup | null;
}

/** The path of a layer's module as torch says it: of a name without scopes it is the name. */
export function pathOf(name: string): string {
  return modulePath(name) ?? name;
}

/**
 * The layers of a network by their names.
 * @param parts modules that an exporter took apart are told layer by layer
 */
export class LayerNames {
  readonly #shaped: ShapedModel;
  readonly #fixed: ReadonlySet<string>;
  /** In the order of the network. */
  readonly layers: readonly NamedLayer[];
  readonly #groups: readonly LayerGroup[];
  readonly #parts: boolean;
  readonly #makers: ReadonlyMap<string, NamedLayer>;

  constructor(shaped: ShapedModel, parts: boolean) {
    const { groups, of } = layerGroups(shaped);
    this.#shaped = shaped;
    this.#parts = parts;
    this.#groups = groups;
    this.#fixed = fixedValues(shaped.whole);
    this.layers = shaped.whole.nodes.flatMap((node): NamedLayer[] => {
      const group = parts ? undefined : of.get(node);
      if (group === undefined) return [{ name: node.name, node, group: null }];
      return node.outputs[0] === group.value ? [{ name: group.name, node, group }] : [];
    });
    this.#makers = new Map(this.layers.map((layer) => [layer.node.outputs[0], layer]));
  }

  /** Values that compute something: not shapes, not what constants alone give, not maps in another order. */
  all(): string[] {
    return this.layers.filter((one) => this.#isShown(one)).flatMap(({ node }) => this.#numbersOf(node));
  }

  /** The layer of this name, the value, or the module: as it is written in full. */
  exactly(name: string): string[] {
    const { nodes } = this.#shaped.whole;
    const named = nodes.filter((node) => node.name === name);
    if (named.length > 0) return named.flatMap((node) => this.#valuesOf(node));
    if (nodes.some(({ outputs }) => outputs.includes(name))) return [name];
    const group = this.#groups.find((one) => one.name === name);
    return group ? [group.value] : [];
  }

  /** What a module gives to those outside of it. @param path as torch says it: "features.18", "layer4.1" */
  ofModule(path: string): string[] {
    const { nodes, outputs } = this.#shaped.whole;
    const inside = new Set(nodes.filter(({ name }) => pathOf(name) === path || pathOf(name).startsWith(`${path}.`)));
    const given = new Set(outputs);
    for (const node of nodes) {
      if (inside.has(node) || layerFamily(node.layer).readsShapes) continue;
      for (const name of node.inputs) if (name !== null) given.add(name);
    }
    return [...inside].flatMap((node) => this.#numbersOf(node)).filter((value) => given.has(value));
  }

  /** The layers whose names, values or modules a glob means; parts of a module only where nothing else is meant. */
  matching(matches: (name: string) => boolean): string[] {
    const isMeant = ({ name, node }: NamedLayer) => namesOf(name).some(matches) || namesOf(node.name).some(matches);
    const layers = this.layers.filter((one) => this.#isShown(one) && isMeant(one));
    if (layers.length > 0) return layers.flatMap(({ node }) => this.#valuesOf(node));
    return this.#shaped.whole.nodes.flatMap((node) =>
      namesOf(node.name).some(matches) ? this.#valuesOf(node) : node.outputs.filter(matches),
    );
  }

  /** The layer that a name means regardless of case, '-' and '_'. */
  spelledOtherwise(name: string): string[] {
    const own = sameName(
      name,
      this.layers.map((one) => one.name),
    );
    if (own !== null) return this.layers.flatMap((one) => (one.name === own ? this.#valuesOf(one.node) : []));
    const path = sameName(name, [...new Set(this.layers.map((one) => pathOf(one.name)))]);
    return path === null ? [] : this.ofModule(path);
  }

  /** The layer that makes a value as its first; null for inputs, and for the others. */
  makerOf(value: string): NamedLayer | null {
    return this.#makers.get(value) ?? null;
  }

  #isShown({ node, group }: NamedLayer): boolean {
    if (node.layer.kind === 'shape') return false;
    if (this.#parts || group !== null || this.#shaped.whole.outputs.includes(node.outputs[0])) return true;
    return !this.#fixed.has(node.outputs[0]) && !movesChannels(this.#shaped, node);
  }

  #numbersOf({ layer, outputs }: ModelNode): string[] {
    const { infos, refused } = this.#shaped;
    return outputs.filter((value) => refused.has(value) || computesNumbers(layer, infos.get(value)!.dtype));
  }

  /** The first is the layer's own; of the others (the parts of a split, a dropout's mask) those that are numbers. */
  #valuesOf(node: ModelNode): string[] {
    const [first] = node.outputs;
    return [first, ...this.#numbersOf(node).filter((value) => value !== first)];
  }
}

/** What a layer is called: its name, its module, its operator within the module. */
function namesOf(name: string): string[] {
  const path = modulePath(name);
  return path === null || path === '' ? [name] : [name, path, `${path}.${operatorPart(name)}`];
}
