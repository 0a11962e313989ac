import { fileURLToPath } from 'node:url';

/** The pages that messages name. They are part of the package. */
const PAGES = /(?<![\w./\\-])docs\/((?:ci|network-files)\.md)\b/g;

/** Where a page of the documentation lies on this machine. */
export function installedDoc(page: string): string {
  return fileURLToPath(new URL(`../../docs/${page}`, import.meta.url));
}

/** "see docs/ci.md" with the place where that page can be opened: the reader stands in a folder of his own. */
export function withInstalledDocs(text: string): string {
  return text.replace(PAGES, (_, page: string) => installedDoc(page));
}
