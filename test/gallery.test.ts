import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FOLDER = `${ROOT}docs/gallery/`;

describe('the gallery', () => {
  it('is what its commands draw now, pixel for pixel', () => {
    execFileSync(process.execPath, [`${ROOT}fixtures/make/gallery.mjs`, '--check'], { encoding: 'utf8' });
  }, 120_000);

  it('links to every picture it has, and to no other', () => {
    const text = readFileSync(`${ROOT}docs/gallery.md`, 'utf8');
    const linked = [...text.matchAll(/\]\(gallery\/([\w-]+\.(?:png|gif))\)/g)].map(([, name]) => name);
    expect(linked.filter((name) => !existsSync(FOLDER + name))).toEqual([]);
    expect(readdirSync(FOLDER).sort()).toEqual([...new Set(linked)].sort());
  });

  it('stays small: each picture below 400 kB, all below four megabytes', () => {
    const sizes = readdirSync(FOLDER).map((name) => statSync(FOLDER + name).size);
    expect(Math.max(...sizes)).toBeLessThan(400_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4_000_000);
  });
});
