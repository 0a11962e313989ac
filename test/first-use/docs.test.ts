import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles, ROOT, readTexts } from '../architecture/project.js';
import { lineAt, readSource } from '../architecture/source-text.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const sources = readTexts(projectFiles().filter((path) => /^src\/.*\.ts$/.test(path)));
const { files } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { files: string[] };

/** Every page of docs/ that a text of the program names: comments are not printed. */
const named = [...sources].flatMap(([path, text]) =>
  [...readSource(text).code.matchAll(/(?<![\w./-])docs\/[\w./-]+\.\w+/g)].map(({ 0: page, index }) => ({
    page,
    at: `${path}:${lineAt(text, index)}`,
  })),
);

/** The path that a message names. */
const pathIn = (text: string) => /(\S+[/\\]docs[/\\][\w.-]+\.md)/.exec(text)![1];

/** Every page, and where each of its links leads: a file, and a heading in it. Addresses of the web are left out. */
const pages = new Map(
  projectFiles().flatMap((path) => (/^(?:docs\/)?[\w-]+\.md$/.test(path) ? [[path, readPage(path)] as const] : [])),
);
const linksOf = (page: string) =>
  [...pages.get(page)!.matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]+))?\)/g)].map(([, path, heading]) => ({
    path: path === '' ? page : join(dirname(page), path),
    heading,
  }));

function readPage(path: string): string {
  return readFileSync(ROOT + path, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
}

/** What `#…` of a link names, as GitHub and npm make it of a heading. */
function headingsOf(page: string): string[] {
  const heads = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text]) => text.toLowerCase());
  return heads.map((text) => text.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
}

/** Pages for those who change the code, and one with more pictures than a package should carry. */
const NOT_IN_PACKAGE = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/decisions.md', 'docs/gallery.md'];

describe('a link', () => {
  it.each([...pages.keys()])('leads somewhere: %s', (page) => {
    for (const { path, heading } of linksOf(page)) {
      expect(existsSync(ROOT + path), `${page}: ${path}`).toBe(true);
      if (heading) expect(headingsOf(pages.get(path)!), `${page}: ${path}#${heading}`).toContain(heading);
    }
  });

  it('from a page of the package stays in the package, but for pages about the code and the gallery', () => {
    const packed = ['README.md', 'LICENSE', ...files];
    const out = packed
      .filter((path) => pages.has(path) && path !== 'CHANGELOG.md')
      .flatMap((page) => linksOf(page).map(({ path }) => ({ page, path })))
      .filter(({ path }) => !packed.includes(path));
    expect([...new Set(out.map(({ path }) => path))].sort()).toEqual(NOT_IN_PACKAGE);
  });

  it('from README, or from what it links, reaches every page', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) for (const { path } of linksOf(page)) if (pages.has(path)) reached.add(path);
    expect([...pages.keys()].filter((page) => !reached.has(page))).toEqual([]);
  });
});

describe('documentation that messages name', () => {
  it('is in the package', () => {
    expect(named.map(({ page }) => page)).toContain('docs/network-files.md');
    expect(named.filter(({ page }) => !files.includes(page) || !existsSync(ROOT + page))).toEqual([]);
  });

  it('is named by a path that opens, wherever the user stands', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'net.yaml'), '- conv\n');
      writeFileSync(join(cwd, 'torn.yaml'), 'layers: [\n');
      writeFileSync(join(cwd, 'cases.yaml'), '5\n');
      writeFileSync(join(cwd, 'latin.yaml'), Buffer.from([0xe9, 0x0a]));
      const commands = [
        ['run', 'net.yaml', join(IMAGES, 'five.png')],
        ['run', 'torn.yaml', join(IMAGES, 'five.png')],
        ['check', 'cases.yaml'],
        ['check', 'latin.yaml'],
      ];
      for (const args of commands) {
        const { code, stderr } = await cnnviz(args, { cwd });
        expect([code, stderr]).toEqual([2, expect.stringContaining('fix:')]);
        const path = pathIn(stderr);
        expect([isAbsolute(path), existsSync(path)], stderr).toEqual([true, true]);
      }
      const help = await cnnviz(['check', '--help'], { cwd });
      expect(existsSync(pathIn(help.stdout)), help.stdout).toBe(true);
    }));
});
