import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const SETTINGS = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    module: 'nodenext',
    target: 'es2022',
    noEmit: true,
    types: [],
  },
};

/** What somebody writes who uses the library: every option of a layer, a network, an image. */
const PROGRAM = `import {
  builtinKernel, CnnvizError, conv2d, decodeImage, loadNetwork, maxPool2d, type Network, preprocess, readWeights, relu,
  type Tensor,
} from 'cnnviz';

export async function look(path: string, bytes: Uint8Array): Promise<readonly number[]> {
  const x: Tensor = await decodeImage(bytes, { pixels: 'unit' });
  const maps = maxPool2d(relu(conv2d(x, builtinKernel('edge3x3'), { stride: 2, padding: 'same' })), { kernelSize: 2 });
  const network: Network = await loadNetwork('lenet5', { init: 1 });
  const input = await preprocess(path, { preset: 'none', resize: 32, crop: [32, 32], gray: true });
  const layers = await network.run(input, ['output']);
  const { tensors } = await readWeights(bytes);
  if (tensors.length === 0) throw new CnnvizError('usage', 'nothing', { fix: 'something' });
  return [...maps.shape, ...(layers.get('output')?.shape ?? []), ...tensors[0].load().shape];
}
`;

describe('a project that uses the library', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cnnviz-test-'));
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
    // as npm lays the package and what it depends on
    symlinkSync(ROOT, join(folder, 'node_modules/cnnviz'));
    for (const name of ['ndarray', '@types/ndarray']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(SETTINGS));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const compile = (text: string): string => {
    writeFileSync(join(folder, 'look.ts'), text);
    try {
      execFileSync(process.execPath, [TSC, '-p', folder], { encoding: 'utf8' });
      return '';
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };

  it('compiles with strict and the checks of all libraries', () => {
    expect(compile(PROGRAM)).toBe('');
  });

  it('does not compile with an option that is none', () => {
    expect(compile(PROGRAM.replace('stride: 2', 'strides: 2'))).toContain("'strides' does not exist");
  });

  it('may require it, where Node can require ES modules', () => {
    const [major, minor] = process.versions.node.split('.').map(Number);
    const can = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
    const load = () => createRequire(join(folder, 'look.cjs'))('cnnviz') as Record<string, unknown>;
    if (!can) return expect(load).toThrow(/require\(\) of ES Module|ERR_REQUIRE_ESM/);
    expect(typeof load().conv2d).toBe('function');
  });
});
