/** A run of layers of one block, or a single one. */
export interface LayerGroup {
  /** "layer1"; null: a layer that stands alone. */
  readonly prefix: string | null;
  readonly names: readonly string[];
}

/** Shorter lists need no folding. */
const MANY = 24;
/** Two layers are no block. */
const LEAST = 3;

/** Layers of many by the first part of their names, as long as neighbours share it. */
export function foldLayers(names: readonly string[]): LayerGroup[] {
  if (names.length <= MANY) return names.map((name) => ({ prefix: null, names: [name] }));
  const groups: { prefix: string; names: string[] }[] = [];
  for (const name of names) {
    const prefix = prefixOf(name);
    const last = groups.at(-1);
    if (last && last.prefix === prefix) last.names.push(name);
    else groups.push({ prefix, names: [name] });
  }
  return groups.flatMap(({ prefix, names: own }): LayerGroup[] =>
    prefix !== '' && own.length >= LEAST
      ? [{ prefix, names: own }]
      : own.map((name) => ({ prefix: null, names: [name] })),
  );
}

/** "layer1" of "layer1.0.conv1", "/layer1" of an export's "/layer1/layer1.0/conv1/Conv"; '' where a name has no parts. */
function prefixOf(name: string): string {
  const [, parts] = /^(\/?[^./]+)[./]/.exec(name) ?? [];
  return parts === undefined ? '' : groupOf(name, parts);
}

/** Where all layers share their first part ("features.0"), the next one tells the block. */
function groupOf(name: string, first: string): string {
  const block = /^(\/?(?:features|model|module|backbone|encoder)[./][^./]+)[./]/.exec(name)?.[1];
  return block ?? first;
}

/** What a block's layers are called below its head: without its name. */
export function shownNames({ prefix, names }: LayerGroup): string[] {
  return names.map((name) => (prefix === null ? name : name.slice(prefix.length + 1)));
}

/** "8 × 149 × 225": N is left out where it is 1. */
export function shapeText(shape: readonly number[]): string {
  const own = shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape;
  return own.length === 0 ? 'one number' : own.join(' × ');
}

/** The next name that begins with what was typed, from the one after `from` on, round about. */
export function typeAhead(names: readonly string[], from: number, typed: string): number | null {
  const begin = typed.length > 1 ? from : from + 1;
  for (let i = 0; i < names.length; i++) {
    const at = (begin + i) % names.length;
    if (names[at].toLowerCase().startsWith(typed.toLowerCase())) return at;
  }
  return null;
}
