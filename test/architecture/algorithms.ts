import { posix } from 'node:path';
import { importsOf } from './imports.js';
import { lineAt, readSource, type Tree } from './source-text.js';

const FOLDER = 'src/engine/conv2d';
const LIST = /\bCONV2D_ALGORITHMS\b[^=]*=\s*\[([^\]]*)\]/;
const ALGORITHM = /\bexport\s+const\s+(\w+)\s*:\s*Conv2dAlgorithm\b/g;

/** Every algorithm in src/engine/conv2d stands in the list the planner chooses from. */
export function algorithmsAreListed(tree: Tree): string[] {
  const index = `${FOLDER}/index.ts`;
  const text = tree.get(index) ?? '';
  const list = LIST.exec(readSource(text).bare)?.[1];
  if (list === undefined) return [`${index}:1: has no list CONV2D_ALGORITHMS = […]`];
  const listed = new Set(list.match(/\w+/g));
  const imported = new Set(importsOf(index, text).map(({ target }) => target));

  return [...tree].flatMap(([path, file]) => {
    const isOther = posix.dirname(path) !== FOLDER || path === index || path === `${FOLDER}/algorithm.ts`;
    if (isOther) return [];
    const { bare } = readSource(file);
    const missing = [...bare.matchAll(ALGORITHM)].filter(([, name]) => !listed.has(name) || !imported.has(path));
    const violations = missing.map(
      (match) => `${path}:${lineAt(file, match.index)}: algorithm "${match[1]}" is not in the list of ${index}`,
    );
    const mention = bare.search(/\bConv2dAlgorithm\b/);
    if (mention !== -1 && !imported.has(path) && violations.length === 0) {
      violations.push(`${path}:${lineAt(file, mention)}: speaks of Conv2dAlgorithm, but ${index} does not import it`);
    }
    return violations;
  });
}
