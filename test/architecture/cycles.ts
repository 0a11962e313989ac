import { allImports, type Import } from './imports.js';
import type { Tree } from './source-text.js';

/** No file imports itself through others; an `import type` counts, for it binds the reader just the same. */
export function noCycles(tree: Tree): string[] {
  const importsFrom = new Map<string, Import[]>();
  for (const found of allImports(tree)) {
    if (found.target === null || !tree.has(found.target)) continue;
    importsFrom.set(found.from, [...(importsFrom.get(found.from) ?? []), found]);
  }
  const violations: string[] = [];
  const finished = new Set<string>();
  const trail: string[] = [];

  const visit = (path: string): void => {
    trail.push(path);
    for (const { line, target } of importsFrom.get(path) ?? []) {
      const start = trail.indexOf(target!);
      if (start !== -1)
        violations.push(`${path}:${line}: closes the cycle ${[...trail.slice(start), target].join(' → ')}`);
      else if (!finished.has(target!)) visit(target!);
    }
    trail.pop();
    finished.add(path);
  };
  for (const path of importsFrom.keys()) if (!finished.has(path)) visit(path);
  return violations;
}
