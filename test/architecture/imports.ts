import { posix } from 'node:path';
import { lineAt, readSource, type Tree } from './source-text.js';

/** One place where a file names another module. */
export interface Import {
  /** The file that imports. */
  readonly from: string;
  readonly line: number;
  /** As written; null where import() or require() is given something other than a plain string. */
  readonly specifier: string | null;
  /** The project's file meant by a relative specifier (`.js` read as `.ts`), else null. */
  readonly target: string | null;
  /** `import 'x'`: nothing is taken from the module. */
  readonly bare: boolean;
}

const STRING = String.raw`(['"\x60])( *)\1`;
/** `import … from 'x'` and `export … from 'x'`, with or without `type`, over several lines. */
const STATIC = new RegExp(String.raw`\b(?:import|export)\b[^;'"\x60()=]*?\bfrom\s*${STRING}`, 'dg');
const SIDE_EFFECT = new RegExp(String.raw`(?<![.\w$])import\s*${STRING}`, 'dg');
/** `import(…)` as a value or a type; the comma allows for import attributes. */
const DYNAMIC = new RegExp(String.raw`(?<![.\w$])import\s*\(\s*(?:${STRING}\s*[,)])?`, 'dg');

/** Every import of one file, in any form that Node or TypeScript understands. */
export function importsOf(path: string, text: string): Import[] {
  const { code, bare } = readSource(text);
  const found: Import[] = [];
  const collect = (pattern: RegExp, isBare: boolean): void => {
    for (const match of bare.matchAll(pattern)) {
      const span = match.indices?.[2];
      const specifier = span === undefined ? null : code.slice(...span);
      found.push({
        from: path,
        line: lineAt(text, match.index),
        specifier,
        target: specifier === null ? null : resolveImport(path, specifier),
        bare: isBare,
      });
    }
  };
  collect(STATIC, false);
  collect(SIDE_EFFECT, true);
  collect(DYNAMIC, false);
  for (const name of requireNames(bare)) {
    collect(new RegExp(String.raw`(?<![.\w$])${name}(?:\.resolve)?\s*\(\s*(?:${STRING}\s*\))?`, 'dg'), false);
  }
  return found.sort((a, b) => a.line - b.line);
}

/** Every import of every TypeScript file under `folder`, components too. */
export function allImports(tree: Tree, folder = 'src/'): Import[] {
  const paths = [...tree.keys()].filter((path) => path.startsWith(folder) && /\.tsx?$/.test(path));
  return paths.flatMap((path) => importsOf(path, tree.get(path)!).map((found) => toComponent(found, tree)));
}

/** `./header.js` may be a component: then it is `header.tsx` that is meant. */
function toComponent(found: Import, tree: Tree): Import {
  const { target } = found;
  const isMissing = target?.endsWith('.ts') && !tree.has(target) && tree.has(`${target}x`);
  return isMissing ? { ...found, target: `${target}x` } : found;
}

/** Patterns for what loads modules the old way here: `require`, what createRequire is called, and its direct call. */
function requireNames(bare: string): string[] {
  const made = [...bare.matchAll(/([\w$]+)\s*(?::[^=;]*)?=\s*createRequire\s*\(/g)].map(([, name]) => name);
  const names = [...new Set(['require', ...made])].map((name) => name.replaceAll('$', '\\$'));
  return [...names, String.raw`createRequire\s*\([^()]*\)`];
}

function resolveImport(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}
