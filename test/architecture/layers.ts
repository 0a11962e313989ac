import { builtinModules } from 'node:module';
import { allImports } from './imports.js';
import { lineAt, readSource, type Tree } from './source-text.js';

/** From the top down: each may import those below. Members of one row do not know each other. */
const ROWS: readonly (readonly string[])[] = [
  ['index.ts', 'cli/main.ts'],
  ['api'],
  ['commands'],
  ['cli'],
  ['batch', 'functional'],
  ['run', 'explorer'],
  ['analysis'],
  ['io', 'models', 'engine', 'draw', 'reports'],
  ['layers'],
  ['core'],
];
const ORDER =
  '(index.ts cli/main.ts) → api → commands → cli → (batch functional) → (run explorer) → analysis → (io models engine draw reports) → layers → core';

const NODE_MODULES_IN: readonly string[] = ['io', 'batch', 'cli', 'cli/main.ts', 'commands'];
const PRINTS: readonly string[] = ['cli', 'cli/main.ts', 'commands'];
const FILE_SYSTEM = /^(?:node:)?fs(?:\/|$)/;
const PRINTING_MODULES = /^(?:node:)?(?:console|process|readline|tty)(?:\/|$)/;
/** Named outright, by a computed key, or taken out of `process` whole. */
const PRINTING =
  /\bconsole\b|\bprocess\s*(?:\?\.|\.)\s*(?:stdout|stderr|exit|exitCode)\b|\bprocess\s*(?:\?\.\s*)?\[|=\s*process\s*[;,)]/g;

/** Imports go down only, between the parts named in the order, and never out of src. */
export function importsGoDown(tree: Tree): string[] {
  const parts = [...new Set([...tree.keys()].filter((path) => path.startsWith('src/')).map(partOf))];
  const strangers = parts.filter((part) => rowOf(part) === -1);
  const violations = strangers.map((part) => {
    const [first] = [...tree.keys()].filter((path) => partOf(path) === part);
    return `${first}:1: src/${part} has no place in the order ${ORDER}`;
  });
  for (const { from, line, specifier, target } of allImports(tree)) {
    if (target === null) continue;
    const place = `${from}:${line}`;
    if (!target.startsWith('src/')) {
      violations.push(`${place}: imports ${specifier}, which lies outside src`);
      continue;
    }
    const [upper, lower] = [partOf(from), partOf(target)];
    if (upper === lower || strangers.includes(upper) || strangers.includes(lower)) continue;
    const [own, other] = [rowOf(upper), rowOf(lower)];
    if (other === -1) violations.push(`${place}: imports ${specifier}, which does not exist`);
    else if (lower === 'index.ts')
      violations.push(`${place}: imports src/index.ts; import the file that has the thing`);
    else if (upper === 'index.ts' && lower.startsWith('cli')) violations.push(`${place}: the library imports src/cli`);
    else if (other < own) violations.push(`${place}: src/${upper} imports upwards, from src/${lower} (${ORDER})`);
    else if (other === own)
      violations.push(`${place}: src/${upper} imports its neighbour src/${lower}; they meet in src/run`);
  }
  return violations;
}

/** sharp and node:fs only in src/io; other modules of Node also in src/batch and src/cli; nothing hidden from this guard. */
export function machineStaysInIo(tree: Tree): string[] {
  return allImports(tree).flatMap(({ from, line, specifier }) => {
    const part = partOf(from);
    const place = `${from}:${line}`;
    if (specifier === null) return [`${place}: import() or require() of something that is not a plain string`];
    if (part === 'io') return [];
    if (/^(?:sharp|@img)(?:\/|$)/.test(specifier))
      return [`${place}: imports ${specifier}; sharp lives only in src/io`];
    if (FILE_SYSTEM.test(specifier)) return [`${place}: imports ${specifier}; files are touched only in src/io`];
    if (isNodeModule(specifier) && !NODE_MODULES_IN.includes(part)) {
      return [`${place}: imports ${specifier}; modules of Node only in src/${NODE_MODULES_IN.join(', src/')}`];
    }
    return [];
  });
}

/** Only src/cli prints, exits or sets the exit code. */
export function onlyCliPrints(tree: Tree): string[] {
  const violations = allImports(tree)
    .filter(
      ({ from, specifier }) => !PRINTS.includes(partOf(from)) && specifier !== null && PRINTING_MODULES.test(specifier),
    )
    .map(({ from, line, specifier }) => `${from}:${line}: imports ${specifier}; only src/cli prints and exits`);
  for (const [path, text] of tree) {
    if (!path.startsWith('src/') || PRINTS.includes(partOf(path))) continue;
    for (const match of readSource(text).bare.matchAll(PRINTING)) {
      violations.push(`${path}:${lineAt(text, match.index)}: "${match[0]}"; only src/cli prints and exits`);
    }
  }
  return violations;
}

/** `src/engine/plan.ts` → `engine`; the program's own entry knows the commands, which know the rest of cli. */
function partOf(path: string): string {
  if (path === 'src/cli/main.ts') return 'cli/main.ts';
  return path.startsWith('src/') ? path.split('/')[1] : '';
}

function rowOf(part: string): number {
  return ROWS.findIndex((row) => row.includes(part));
}

function isNodeModule(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}
