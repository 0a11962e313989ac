import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { installs, OPTIONAL_PACKAGES, optionalPackage } from '../../../src/io/remote/optional-package.js';

it('the versions that are to be installed are those of package.json', () => {
  const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(OPTIONAL_PACKAGES).toEqual(peerDependencies);
});

it('a package that is missing is told with what it is for and the command that installs it', async () => {
  const missing = Object.assign(new Error("Cannot find package 'bullmq' imported from x.cjs"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  const load = optionalPackage(['bullmq', 'ioredis'], 'farm', () => Promise.reject(missing));
  await expect(load).rejects.toMatchObject({
    code: 'unsupported',
    message: 'farm: needs bullmq and ioredis, not installed with cnnviz',
    fix: 'npm install bullmq@6.7.0 ioredis@6.0.0',
  });
});

it('a fault within a package that is there stays what it is', async () => {
  const fault = Object.assign(new Error("Cannot find module './own-file.js'"), { code: 'MODULE_NOT_FOUND' });
  await expect(optionalPackage(['bullmq'], 'farm', () => Promise.reject(fault))).rejects.toBe(fault);
});

it('beside a cnnviz that is installed for all, npm installs for all', () => {
  const root = mkdtempSync(join(tmpdir(), 'cnnviz-installed-'));
  const file = join(root, 'node_modules', 'cnnviz', 'dist', 'x.cjs');
  mkdirSync(join(root, 'node_modules', 'cnnviz', 'dist'), { recursive: true });
  expect(installs(file)).toBe('npm install -g');
  writeFileSync(join(root, 'package.json'), '{}');
  expect(installs(file)).toBe('npm install');
  expect(installs('/home/somebody/cnnviz/src/x.ts')).toBe('npm install');
  rmSync(root, { recursive: true });
});
