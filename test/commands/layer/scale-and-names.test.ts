import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../../../src/index.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const sharp = createRequire(import.meta.url)('sharp') as typeof import('sharp').default;

describe('the default scale of conv', () => {
  it.each([
    ['rocket.jpg', [1, 99]],
    ['chelsea.png', [1, 99]],
    ['coffee.png', [1, 99]],
    ['brick.png', undefined],
  ] as const)('uses the greys for what is in an edge map of %s, and says what it clips', (name, percentiles) =>
    inFolder(async (cwd) => {
      const said = await cnnviz(['conv', join(IMAGES, name), '--kernel', 'edge3x3', '-o', 'map.png'], { cwd });
      const levels = await sharp(join(cwd, 'map.png')).toColourspace('b-w').raw().toBuffer();
      const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
      const variance = levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / levels.length;
      expect(Math.sqrt(variance)).toBeGreaterThanOrEqual(25);
      expect(said.stdout).toContain(
        percentiles ? 'darkest 1 % and brightest 1 % clipped (--scale minmax shows all)' : 'nothing clipped',
      );
      const json = await cnnviz(['conv', join(IMAGES, name), '--kernel', 'edge3x3', '-o', 'map.png', '--json'], {
        cwd,
      });
      const { banks, outputs } = JSON.parse(json.stdout).results[0];
      const { picture, values } = banks[0].maps[0];
      expect(picture.scale.percentiles).toEqual(percentiles);
      expect(outputs[0]).toMatchObject({ replaced: true, scale: picture.scale });
      expect(outputs[0].scale.clipped).toEqual({ ...picture.clipped, of: values.count });
      for (const lost of [picture.clipped.below, picture.clipped.above]) {
        expect(Math.round((1000 * lost) / values.count)).toBe(percentiles ? 10 : 0);
      }
    }),
  );

  it('gives back what is not clipped within half a step, and says where the rest ends', () =>
    inFolder(async (cwd) => {
      const run = (...out: string[]) => cnnviz(['conv', join(IMAGES, 'rocket.jpg'), '-k', 'edge3x3', ...out], { cwd });
      await run('-o', 'map.png');
      await run('-o', 'map.npy');
      const { data: exact } = decodeNpy(readFileSync(join(cwd, 'map.npy')));
      const stored = await cnnviz(['read', 'map.png', '-o', 'read.npy'], { cwd });
      expect(stored.stderr).toBe("note: values that were clipped are stored as the scale's limits\n");
      const { data: read } = decodeNpy(readFileSync(join(cwd, 'read.npy')));
      const { note, halfStep } = JSON.parse((await cnnviz(['read', 'map.png', '--json'], { cwd })).stdout);
      let [worst, below, above] = [0, 0, 0];
      for (const [i, value] of exact.entries()) {
        if (value < note.lo) below++;
        else if (value > note.hi) above++;
        else worst = Math.max(worst, Math.abs(value - read[i]));
      }
      expect(worst).toBeLessThanOrEqual(halfStep * (1 + 1e-5));
      expect(worst).toBeGreaterThan(halfStep * 0.9);
      expect({ below, above, nan: 0 }).toEqual(note.clipped);
      const { stdout } = await cnnviz(['read', 'map.png'], { cwd });
      expect(stdout).toContain(`darkest 1 % and brightest 1 % clipped (2,711 below, 2,710 above)`);
      const brightest = exact.indexOf(exact.reduce((most, value) => Math.max(most, value)));
      const at = `${brightest % 638},${Math.floor(brightest / 638)}`;
      const point = await cnnviz(['read', 'map.png', '--at', at], { cwd });
      expect(point.stdout).toBe('≥ 1.66   (clipped when it was written)\n');
    }));
});

describe('names of results without -o', () => {
  it.each([
    [
      ['-k', 'edge3x3', '--stride', '2', '--bias', '-1', '--relu', '--pool', 'max:2'],
      'five.edge3x3.s2.b-1.relu.max2.png',
    ],
    [
      ['-k', 'edge3x3', '--padding', '1,2,1,2', '--gray', '--scale', '-2,2', '--depth', '16'],
      'five.edge3x3.p1x2x1x2.gray.from-2to2.16bit.png',
    ],
    [
      ['-k', 'edge3x3', '--padding', 'same', '--padding-mode', 'reflect', '--format', 'npy', '--scale', 'minmax'],
      'five.edge3x3.same.reflect.npy',
    ],
    [
      ['-k', 'sobel-x,sobel-y', '--dilation', '2x1', '--bias', 'fire:1%', '--sheet'],
      'five.sobel-x+sobel-y.d2x1.fire1.sheet.png',
    ],
    [
      ['-k', 'sobel-x,sobel-y', '--activation', 'leaky_relu:0.1', '--format', 'npy'],
      'five.sobel-x+sobel-y.leaky_relu0.1.maps.npy',
    ],
    [['--patch', '1,1,3,3', '--patch-mode', 'ncc', '--pool', 'gauss:2:1'], 'five.patch-1-1-3x3.ncc.gauss2s1.png'],
    [
      ['-k', 'box3', '--pixels', '255', '--normalize', '0.5/0.3', '--colormap', 'viridis'],
      'five.box3.255.n0.5-0.3.viridis.png',
    ],
  ])('names a result after all that is not as it is without a flag: %j', (flags, name) =>
    inFolder(async (cwd) => {
      const args = ['conv', join(IMAGES, 'five.png'), ...flags];
      expect((await cnnviz([...args, '-n'], { cwd })).stdout).toContain(`would write ${name}\n`);
      expect((await cnnviz(args, { cwd })).stdout).toContain(`wrote ${name}`);
      expect(readdirSync(cwd)).toEqual([name]);
      expect((await cnnviz(args, { cwd })).stdout).toContain(`replaced ${name}`);
    }),
  );

  it('gives many kernels a name that fits, and other kernels another one', () =>
    inFolder(async (cwd) => {
      const kernels = 'sobel-x,sobel-y,prewitt-x,prewitt-y,scharr-x,scharr-y,edge3x3,outline3x3,box3';
      const name = async (list: string) => {
        const args = ['conv', join(IMAGES, 'bars17.png'), '-k', list, '--sheet'];
        return (await cnnviz(args, { cwd })).stdout.match(/wrote (\S+)/)![1];
      };
      const [one, other] = [await name(`${kernels},gaussian3`), await name(`${kernels},gaussian5`)];
      expect(one).not.toBe(other);
      expect(one).toMatch(/^bars17\.sobel-x\+sobel-y.*-[0-9a-f]{8}\.sheet\.png$/);
      expect(Math.max(one.length, other.length)).toBeLessThan(110);
    }));
});
