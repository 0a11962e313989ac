import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
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

describe('documentation that messages name', () => {
  it('is in the package', () => {
    expect(named.map(({ page }) => page)).toContain('docs/network-files.md');
    expect(named.filter(({ page }) => !files.includes(page) || !existsSync(ROOT + page))).toEqual([]);
  });

  it('has no link that leads nowhere', () => {
    for (const page of files.filter((path) => /^docs\/.*\.md$/.test(path))) {
      const links = [...readFileSync(ROOT + page, 'utf8').matchAll(/\]\((?!\w+:|#)([^)#]+)/g)].map(([, link]) => link);
      for (const link of links) expect(existsSync(join(ROOT, 'docs', link)), `${page}: ${link}`).toBe(true);
    }
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
