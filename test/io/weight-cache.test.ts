import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cachedFile, cacheFolder, hubFolder } from '../../src/io/weight-cache.js';
import { inFolder } from '../cli/cnnviz.js';

afterEach(() => vi.unstubAllEnvs());

describe('where fetched files lie', () => {
  it.each([
    ['linux', {}, '/home/me/.cache/cnnviz'],
    ['linux', { XDG_CACHE_HOME: '/var/me' }, '/var/me/cnnviz'],
    ['linux', { XDG_CACHE_HOME: 'here' }, '/home/me/.cache/cnnviz'],
    ['darwin', {}, '/home/me/Library/Caches/cnnviz'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/cnnviz/Cache'],
    ['win32', {}, '/home/me/AppData/Local/cnnviz/Cache'],
    ['darwin', { CNNVIZ_CACHE: '/own' }, '/own'],
  ] as const)('%s %j', (platform, env, expected) => {
    expect(cacheFolder({ env, platform, home: '/home/me' })).toBe(expected);
  });

  it.each([
    [{}, '/home/me/.cache/torch/hub/checkpoints'],
    [{ XDG_CACHE_HOME: '/var/me' }, '/var/me/torch/hub/checkpoints'],
    [{ TORCH_HOME: '/torch', XDG_CACHE_HOME: '/var/me' }, '/torch/hub/checkpoints'],
  ] as const)("PyTorch's, with %j", (env, expected) => {
    expect(hubFolder({ env, platform: 'linux', home: '/home/me' })).toBe(expected);
  });

  it('a bare name is a file there; a path, a part and a lock are not', () =>
    inFolder(async (folder) => {
      vi.stubEnv('CNNVIZ_CACHE', join(folder, 'cache'));
      expect(cachedFile('a.pth')).toBeNull();
      mkdirSync(join(folder, 'cache', 'below'), { recursive: true });
      for (const name of ['a.pth', 'a.pth.part', 'a.pth.lock', 'below/b.pth']) {
        writeFileSync(join(folder, 'cache', name), '');
      }
      expect(cachedFile('a.pth')).toBe(join(folder, 'cache', 'a.pth'));
      for (const name of ['a.pth.part', 'a.pth.lock', 'below/b.pth', '../cache/a.pth', '..', '.', '']) {
        expect([name, cachedFile(name)]).toEqual([name, null]);
      }
    }));
});
