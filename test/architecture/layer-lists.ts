import { lineAt, readSource, type Tree } from './source-text.js';

/**
 * Where layers are computed and explained, not read from a file or drawn. One place is let be: the tape of a training, which
 * makes an operation with room in its slices of each kind that can be learnt through; nothing else asks which these are.
 */
const ROOMS = /^src\/(?:engine\/(?!training\/network\/plan-tape\.ts)|analysis\/)/;
const TABLE = /\bexport const [A-Z_]+: Families<\w+> = \{([\s\S]*?)\n\};/g;
const LIST = /\[[^[\]]*\]/g;
/** So many kinds beside each other are a list of kinds. */
const MANY = 3;

/** What is known of each kind of layer stands in src/layers: no second list of kinds, no switch over them. */
export function kindsAreToldOnce(tree: Tree): string[] {
  const kinds = new Set<string>();
  for (const [path, text] of tree) {
    if (!path.startsWith('src/layers/')) continue;
    for (const [, body] of text.matchAll(TABLE)) {
      for (const [, kind] of body.matchAll(/^ {2}(\w+):/gm)) kinds.add(kind);
    }
  }
  return [...tree].flatMap(([path, text]) => {
    if (!ROOMS.test(path)) return [];
    const { bare } = readSource(text);
    const named = (part: string) => [...part.matchAll(/'(\w+)'/g)].filter(([, word]) => kinds.has(word)).length;
    const lists = [...bare.matchAll(LIST)].flatMap(({ index, 0: { length } }) =>
      named(text.slice(index, index + length)) < MANY
        ? []
        : [`${path}:${lineAt(text, index)}: a list of kinds of layers; the fact belongs into src/layers`],
    );
    const cases = [...text.matchAll(/\bcase '(\w+)':/g)].filter(([, word]) => kinds.has(word));
    if (cases.length < MANY) return lists;
    return [...lists, `${path}:${lineAt(text, cases[0].index)}: a switch over kinds of layers; see src/layers`];
  });
}
