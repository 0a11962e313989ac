import type { Tree } from './source-text.js';

const MAX_BYTES = 1_000_000;
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/;
const REGISTRY_ADDRESS = /\bregistry\.[a-z0-9.-]+\.[a-z]{2,}\b|\/[^/\s"]+\/-\/[^/\s"]+\.tgz/i;

/** Versions in every package.json are exact, so that two clones are the same program. */
export function versionsAreExact(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) => {
    if (!/(?:^|\/)package\.json$/.test(path)) return [];
    const manifest = JSON.parse(text);
    const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
    return fields.flatMap((field) =>
      Object.entries<string>(manifest[field] ?? {})
        .filter(([, version]) => !EXACT.test(version))
        .map(
          ([name, version]) =>
            `${path}:${lineOf(text, `"${name}"`)}: ${field}: ${name} is "${version}", not one version`,
        ),
    );
  });
}

/** No file says where packages were downloaded; `hosts` are further addresses to look for. */
export function noRegistryAddresses(tree: Tree, hosts: readonly string[] = []): string[] {
  return [...tree].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => {
      const place = `${path}:${index + 1}`;
      if (path.endsWith('package-lock.json') && line.includes('"resolved":')) return [`${place}: "resolved" address`];
      const address = REGISTRY_ADDRESS.exec(line)?.[0] ?? hosts.find((host) => line.includes(host));
      return address === undefined ? [] : [`${place}: names the registry address ${address}`];
    }),
  );
}

/** No file over 1 MB (10⁶ bytes). */
export function noHeavyFiles(sizes: ReadonlyMap<string, number>): string[] {
  return [...sizes]
    .filter(([, bytes]) => bytes > MAX_BYTES)
    .map(([path, bytes]) => `${path}:1: ${bytes} bytes, at most ${MAX_BYTES}`);
}

/** bin/ holds the one command; package.json says there that it is CommonJS. */
export function binHoldsOneFile(paths: readonly string[]): string[] {
  const inBin = paths.filter((path) => path.startsWith('bin/') && path !== 'bin/package.json');
  return inBin.length === 1 && inBin[0] === 'bin/cnnviz.js'
    ? []
    : [`bin:1: holds ${inBin.join(', ') || 'nothing'}, not bin/cnnviz.js alone`];
}

function lineOf(text: string, part: string): number {
  return text.split('\n').findIndex((line) => line.includes(part)) + 1;
}
