import { CnnvizError } from '../core/errors.js';
import { matchesStars, nearestNames } from '../core/names.js';
import { groupDigits, someOf } from '../core/text.js';
import { nameOf } from '../layers/index.js';
import type { ShapedModel } from '../layers/infer.js';
import type { Model, ModelNode } from '../layers/model.js';
import type { LayerGroup } from '../models/onnx/layer-groups.js';
import { LayerNames, pathOf } from './layer-names.js';

/** What brackets need a regular expression for; it tries every way to share a name among its stars. */
const MOST_STARS = 2;

/** One layer whose values are wanted. */
export interface ChosenLayer {
  readonly name: string;
  /** The value it makes. */
  readonly value: string;
  readonly node: ModelNode | null;
  /** The module that it is the whole of, where an exporter took one apart; its value is the last node's. */
  readonly group: LayerGroup | null;
}

/** What kind of layer it is: the module's, where it is one. */
export function kindOf({ node, group }: Pick<ChosenLayer, 'node' | 'group'>): string {
  return group?.kind ?? (node ? nameOf(node.layer) : 'identity');
}

/**
 * The layers that names and globs mean, in the network's order, each once. "output" is what the network gives, "all"
 * every layer that computes numbers (not shapes). Names are the network's own, or paths of modules as torch says them.
 * @param flag what errors call the patterns
 * @param parts modules that an exporter took apart are told layer by layer
 * @throws CnnvizError 'usage' with the nearest names when a pattern matches nothing
 */
export function chooseLayers(
  shaped: ShapedModel,
  patterns: readonly string[],
  flag = '--layers',
  parts = false,
): ChosenLayer[] {
  const { model } = shaped;
  const names = new LayerNames(shaped, parts);
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const values = computable(shaped, valuesOf(names, shaped.whole, pattern), pattern);
    if (values.length === 0) throw unknownLayer(names, pattern, flag);
    for (const value of values) chosen.add(value);
  }
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const order = [...new Set([...model.nodes.flatMap(({ outputs }) => outputs), ...model.outputs])];
  return order
    .filter((value) => chosen.has(value))
    .map((value) => {
      const node = makers.get(value) ?? null;
      const { name = node?.outputs[0] === value ? node.name : value, group = null } = names.makerOf(value) ?? {};
      return { name, value, node, group };
    });
}

/**
 * Of what several layers are meant by, that which can be computed; what is named for itself must be.
 * @throws CnnvizError where it cannot be, or where the rest does not take the input
 */
function computable(shaped: ShapedModel, values: readonly string[], pattern: string): readonly string[] {
  const { refused } = shaped;
  const left = values.flatMap((value) => refused.get(value) ?? []);
  if (left.length === 0) return values;
  const misfit = left.find(({ code }) => code !== 'unsupported');
  if (misfit) throw misfit;
  const some = values.filter((value) => !refused.has(value));
  if (pattern === 'output' || some.length === 0) throw withTheRest(shaped, left[0]);
  return some;
}

/** The same refusal, and what can be run all the same. */
function withTheRest({ model, whole }: ShapedModel, error: CnnvizError): CnnvizError {
  const count = model.nodes.filter(({ layer }) => layer.kind !== 'shape').length;
  if (count === 0) return error;
  const rest = `${count} of ${whole.nodes.length} layers do not depend on it: --layers all runs them`;
  return new CnnvizError(error.code, error.message, {
    fix: error.fix === undefined ? rest : `${rest}; ${error.fix}`,
    scope: error.scope,
    cause: error,
  });
}

function valuesOf(names: LayerNames, { outputs }: Model, pattern: string): string[] {
  const exact = names.exactly(pattern);
  if (exact.length > 0) return exact;
  if (pattern === 'output') return [...outputs];
  if (pattern === 'all') return names.all();
  const ways = [
    () => names.ofModule(pattern),
    () => names.matching(globMatcher(pattern)),
    () => names.spelledOtherwise(pattern),
  ];
  for (const way of ways) {
    const found = way();
    if (found.length > 0) return found;
  }
  return [];
}

/** * stands for any text, ? for one character, [abc] for one of them. */
function globMatcher(pattern: string): (name: string) => boolean {
  if (!pattern.includes('[')) return (name) => matchesStars(name, pattern);
  if ((pattern.match(/\*+/g) ?? []).length > MOST_STARS) {
    throw new CnnvizError('usage', `${pattern}: more than ${MOST_STARS} * beside brackets`, {
      fix: 'leave the brackets out: ? is any one letter',
      scope: 'command',
    });
  }
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  try {
    const glob = new RegExp(`^${source}$`);
    return (name) => glob.test(name);
  } catch {
    return (name) => matchesStars(name, pattern);
  }
}

/** So many names of layers are read at a glance. */
const FEW = 12;
/** So many are told of a larger network: those that are nearest. */
const NEAREST = 4;

function unknownLayer({ layers }: LayerNames, pattern: string, flag: string): CnnvizError {
  const names = [...new Set(layers.map(({ name }) => pathOf(name) || name))];
  const [near, ...others] = nearestNames(pattern, [...new Set(names.flatMap(withModules))], NEAREST);
  const meant = near === undefined ? '' : `did you mean ${near}? `;
  const more = others.length === 0 ? '' : `near it: ${others.join(', ')}; `;
  const all =
    names.length <= FEW
      ? `layers: ${someOf(names)}; or`
      : `${more}cnnviz summary lists all ${groupDigits(layers.length)}; there are also`;
  return new CnnvizError('usage', `${flag} ${pattern}: no layer is called that`, {
    fix: `${meant}${all} output, all, globs such as 'features.*'`,
    scope: 'command',
  });
}

/** "layer4.1.conv2" with the modules that it is in: "layer4", "layer4.1" */
function withModules(path: string): string[] {
  return path.startsWith('/') ? [path] : path.split('.').map((_, i, parts) => parts.slice(0, i + 1).join('.'));
}

/** The one layer a name means; the network's first output without one. @throws CnnvizError 'usage' when it means several */
export function chooseOneLayer(shaped: ShapedModel, wanted: string | null): ChosenLayer {
  const chosen = chooseLayers(shaped, [wanted ?? 'output']);
  if (wanted !== null && chosen.length > 1) {
    const names = chosen.map(({ name }) => name);
    throw new CnnvizError('usage', `--layer ${wanted}: expected one layer, it names ${names.length}`, {
      fix: `one of ${someOf(names, FEW)}`,
    });
  }
  return chosen[0];
}
