import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, it } from 'vitest';
import { binHoldsOneFile, noHeavyFiles, noRegistryAddresses, versionsAreExact } from './architecture/package-rules.js';
import { fileSizes, projectFiles, ROOT, readTexts } from './architecture/project.js';

const paths = projectFiles();
const texts = readTexts(paths);
const manifest = JSON.parse(texts.get('package.json')!);

/** Hosts of the registry npm was told to use, if npm started us: the rule holds for private ones, too. */
const hosts = [process.env.npm_config_registry].flatMap((address) => (address ? [new URL(address).host] : []));

describe('the project', () => {
  it('pins every dependency to one version', () => {
    expect([...texts.keys()]).toContain('package.json');
    expect(versionsAreExact(texts)).toEqual([]);
  });

  it('names no registry', () => {
    expect([...texts.keys()]).toContain('package-lock.json');
    expect(noRegistryAddresses(texts, hosts)).toEqual([]);
  });

  it('has no file over 1 MB', () => {
    expect(noHeavyFiles(fileSizes(paths))).toEqual([]);
  });

  it('has one command in bin', () => {
    expect(binHoldsOneFile(paths)).toEqual([]);
  });
});

describe('the rules of the project see', () => {
  const tree = (path: string, text: string) => new Map([[path, text]]);

  it.each(['^1.0.0', '~1.0.0', '1.x', '*', 'latest', '>=1.0.0', '1.0', 'file:../a', ''])(
    'the open version "%s"',
    (version) => {
      const text = `{\n  "devDependencies": {\n    "chalk": "${version}"\n  }\n}`;
      expect(versionsAreExact(tree('test/bench/package.json', text))).toEqual([
        `test/bench/package.json:3: devDependencies: chalk is "${version}", not one version`,
      ]);
      expect(
        versionsAreExact(
          tree('package.json', text.replace(version === '' ? '""' : version, version === '' ? '"5.6.2"' : '5.6.2')),
        ),
      ).toEqual([]);
    },
  );

  it('a download address in the lock file', () => {
    const text = '{\n  "version": "5.6.2",\n  "resolved": "https://example.org/chalk.tgz"\n}';
    expect(noRegistryAddresses(tree('package-lock.json', text))).toEqual(['package-lock.json:3: "resolved" address']);
  });

  it('the name of a registry in any text', () => {
    const host = ['registry', 'example', 'org'].join('.');
    expect(noRegistryAddresses(tree('README.md', `a\nnpm --registry https://${host}/\n`))).toEqual([
      `README.md:2: names the registry address ${host}`,
    ]);
    expect(noRegistryAddresses(tree('.npmrc', 'x=npm.example.org\n'), ['npm.example.org'])).toEqual([
      '.npmrc:1: names the registry address npm.example.org',
    ]);
    expect(
      noRegistryAddresses(tree('README.md', 'the npm registry; the registry. Also.\n'), ['npm.example.org']),
    ).toEqual([]);
  });

  it('a file of a byte over 1 MB', () => {
    const sizes = new Map([
      ['fixtures/a.png', 1_000_001],
      ['fixtures/b.png', 1_000_000],
    ]);
    expect(noHeavyFiles(sizes)).toEqual(['fixtures/a.png:1: 1000001 bytes, at most 1000000']);
  });

  it('a second file in bin, or none', () => {
    expect(binHoldsOneFile(['bin/cnnviz.js', 'bin/other.js'])).toHaveLength(1);
    expect(binHoldsOneFile(['src/index.ts'])).toEqual(['bin:1: holds nothing, not bin/cnnviz.js alone']);
    expect(binHoldsOneFile(['bin/cnnviz.js', 'bin/package.json', 'src/index.ts'])).toEqual([]);
  });
});

describe('the package', () => {
  // Scripts are off: `prepare` would build again under the other tests.
  const packed: string[] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString(),
  )[0].files.map(({ path }: { path: string }) => path);

  it('holds only what users need', () => {
    const single = [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'bin/cnnviz.js',
      'bin/package.json',
      'docs/batch-record.schema.json',
      'docs/batch.md',
      'docs/check.schema.json',
      'docs/ci.md',
      'docs/explorer.md',
      'docs/flags.md',
      'docs/formats.md',
      'docs/gallery/explorer.png',
      'docs/gallery/readme.png',
      'docs/heads.md',
      'docs/library.md',
      'docs/network-files.md',
      'docs/network.schema.json',
      'docs/networks.md',
      'docs/scale.md',
      'docs/speed.md',
      'docs/tasks.md',
      'docs/train.md',
      'docs/trust.md',
      'docs/typeface-licence.txt',
      'fixtures/images/bars17.png',
      ...[...'0123456789'].map((digit) => `fixtures/images/digits/${digit}.png`),
      'fixtures/images/five.png',
      'fixtures/images/plane.json',
      'fixtures/images/plane.png',
      'fixtures/images/rocket.jpg',
      'models/digits.safetensors',
      'package.json',
    ];
    expect(packed.filter((path) => !path.startsWith('dist/')).sort()).toEqual(single);
    expect(packed.filter((path) => path.startsWith('dist/') && !/\.(?:c?js|d\.ts)$/.test(path))).toEqual([
      'dist/explorer/engine.wasm.deflate',
      'dist/explorer/page.css',
      'dist/explorer/worker-of-all-layers.js.deflate',
      'dist/explorer/worker.js.deflate',
    ]);
    expect(packed).toEqual(expect.arrayContaining(['dist/index.js', 'dist/cli/main.cjs', 'dist/types/index.d.ts']));
  });

  it('contains every path its package.json names', () => {
    const named: string[] = [
      ...Object.values<string>(manifest.bin),
      ...Object.values<string | Record<string, string>>(manifest.exports).flatMap((entry) =>
        typeof entry === 'string' ? [entry] : Object.values(entry),
      ),
      // what begins with ! is left out
      ...manifest.files.filter((path: string) => !path.startsWith('!')),
    ].map((path) => path.replace(/^\.\//, ''));
    expect(named).toContain('dist/index.js');
    expect(named.filter((path) => !existsSync(ROOT + path))).toEqual([]);
    const unpublished = named.filter((path) => !packed.some((file) => file === path || file.startsWith(`${path}/`)));
    expect(unpublished).toEqual([]);
  });

  it('is clean for publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: ROOT, pack: 'npm', strict: true });
    expect(messages.map((message) => formatMessage(message, pkg!, { color: false }))).toEqual([]);
  });
});
