import { allImports } from './imports.js';
import { lineAt, readSource, type Tree } from './source-text.js';

const MAX_LINES = 400;
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const FILE_NAME = /^([^.]*)(?:\.(?:test|bench|d))?\.[a-z]+$/;
/** Names that say nothing about what is inside. */
const EMPTY_NAME = /^(?:utils?|helpers?|common|misc)$/;
const DEFAULT_EXPORT = /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b[^}]*\}|\bexport\s*\{\s*default\s*[,}]/g;

/** A file is one thing: never over 400 lines. */
export function noLongFiles(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > MAX_LINES ? [`${path}:${MAX_LINES + 1}: the file has ${lines} lines, at most ${MAX_LINES}`] : [];
  });
}

/** Files and folders are kebab-case and named after what they hold. */
export function namesSayWhat(tree: Tree): string[] {
  return [...tree.keys()].flatMap((path) => {
    const segments = path.split('/');
    const file = segments.pop()!;
    const names = [...segments, FILE_NAME.exec(file)?.[1] ?? file];
    return names.flatMap((name) => {
      if (!KEBAB_CASE.test(name)) return [`${path}:1: "${name}" is not kebab-case`];
      return EMPTY_NAME.test(name) ? [`${path}:1: "${name}" says nothing; name the file after what it holds`] : [];
    });
  });
}

/** Every export has a name, the same everywhere. */
export function noDefaultExports(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) =>
    [...readSource(text).bare.matchAll(DEFAULT_EXPORT)].map(
      ({ index }) => `${path}:${lineAt(text, index)}: default export; export it by name`,
    ),
  );
}

/** No module is imported for what happens while it loads. */
export function noSideEffectImports(tree: Tree): string[] {
  return allImports(tree)
    .filter(({ bare }) => bare)
    .map(({ from, line, specifier }) => `${from}:${line}: imports '${specifier}' for its side effects`);
}
