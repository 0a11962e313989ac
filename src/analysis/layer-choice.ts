import { CnnvizError } from '../core/errors.js';
import { matchesStars, nearestName, sameName } from '../core/names.js';
import { someOf } from '../core/text.js';
import { computesNumbers } from '../layers/index.js';
import type { ShapedModel } from '../layers/infer.js';
import type { Model, ModelNode } from '../layers/model.js';

/** What brackets need a regular expression for; it tries every way to share a name among its stars. */
const MOST_STARS = 2;

/** One layer whose values are wanted. */
export interface ChosenLayer {
  readonly name: string;
  /** The value it makes. */
  readonly value: string;
  readonly node: ModelNode | null;
}

/**
 * The layers that names and globs mean, in the network's order, each once. "output" is what the network gives, "all"
 * every layer that computes numbers (not shapes).
 * @param flag what errors call the patterns
 * @throws CnnvizError 'usage' with the nearest name when a pattern matches nothing
 */
export function chooseLayers(shaped: ShapedModel, patterns: readonly string[], flag = '--layers'): ChosenLayer[] {
  const { model } = shaped;
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const values = computable(shaped, valuesOf(shaped, pattern), pattern);
    if (values.length === 0) throw unknownLayer(shaped.whole, pattern, flag);
    for (const value of values) chosen.add(value);
  }
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const order = [...new Set([...model.nodes.flatMap(({ outputs }) => outputs), ...model.outputs])];
  return order
    .filter((value) => chosen.has(value))
    .map((value) => {
      const node = makers.get(value) ?? null;
      return { name: node && node.outputs[0] === value ? node.name : value, value, node };
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

function valuesOf(shaped: ShapedModel, pattern: string): string[] {
  const { whole: model, infos, refused } = shaped;
  const computes = ({ layer }: ModelNode, value: string) =>
    refused.has(value) || computesNumbers(layer, infos.get(value)!.dtype);
  // the first is the layer's own; of the others (the parts of a split, a dropout's mask) those that are numbers
  const valuesOfNode = (node: ModelNode) => node.outputs.filter((value, i) => i === 0 || computes(node, value));
  const named = model.nodes.filter(({ name }) => name === pattern);
  if (named.length > 0) return named.flatMap(valuesOfNode);
  const value = model.nodes.flatMap(({ outputs }) => outputs).find((output) => output === pattern);
  if (value !== undefined) return [value];
  if (pattern === 'output') return [...model.outputs];
  if (pattern === 'all') {
    const nodes = model.nodes.filter(({ layer }) => layer.kind !== 'shape');
    return nodes.flatMap((node) => node.outputs.filter((value) => computes(node, value)));
  }
  const matches = globMatcher(pattern);
  const found = model.nodes.flatMap((node) => (matches(node.name) ? valuesOfNode(node) : node.outputs.filter(matches)));
  if (found.length > 0) return found;
  const own = sameName(
    pattern,
    model.nodes.map(({ name }) => name),
  );
  return model.nodes.filter(({ name }) => name === own).flatMap(valuesOfNode);
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

function unknownLayer(model: Model, pattern: string, flag: string): CnnvizError {
  const names = model.nodes.map(({ name }) => name);
  const near = nearestName(pattern, names);
  return new CnnvizError('usage', `${flag} ${pattern}: no layer is called that`, {
    fix: `${near ? `did you mean ${near}? ` : ''}layers: ${someOf(names)}; or output, all, globs such as 'features.*'`,
    scope: 'command',
  });
}

/** The one layer a name means; the network's first output without one. @throws CnnvizError 'usage' when it means several */
export function chooseOneLayer(shaped: ShapedModel, wanted: string | null): ChosenLayer {
  const chosen = chooseLayers(shaped, [wanted ?? 'output']);
  if (wanted !== null && chosen.length > 1) {
    const names = chosen.map(({ name }) => name);
    throw new CnnvizError('usage', `--layer ${wanted}: expected one layer, it names ${names.length}`, {
      fix: `one of ${someOf(names)}`,
    });
  }
  return chosen[0];
}
