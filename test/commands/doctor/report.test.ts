import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';
import { model, node, value } from '../../models/onnx/writer.js';

const FIXTURE = join(IMAGES, '../models/doctor');
const NET = `${join(FIXTURE, 'photos.yaml')}@${join(FIXTURE, 'photos.pth')}`;
const PHOTOS = ['chelsea.png', 'coffee.png', 'plane.png', 'rocket.jpg'].map((name) => join(IMAGES, name));
const [PHOTO] = PHOTOS;

describe('doctor', () => {
  it('tells of a healthy network in a page, remarks last', async () => {
    const { code, stdout } = await cnnviz(['doctor', NET, PHOTO, '--resize', '64,64', '--normalize', 'imagenet']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^photos {2}14 layers, 3 batch norms {3}1 image → 64×64/m);
    expect(stdout).toMatch(/^ {2}nothing is wrong that doctor looks for$/m);
  });

  it('-q keeps what is wrong, and says nothing of what is not', async () => {
    const wrong = await cnnviz(['doctor', NET, ...PHOTOS, '--resize', '64,64', '-q']);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(
      /^! pixels are not normalised: [^\n]*\n {4}fix: --normalize 0\.485,0\.456,0\.406\/0\.229,0\.224,0\.225\n$/,
    );
    const right = await cnnviz(['doctor', NET, ...PHOTOS, '--resize', '64,64', '--normalize', 'imagenet', '-q']);
    expect([right.code, right.stdout]).toEqual([0, '']);
  });

  it('the fix of a preparation, typed, is the end of it', async () => {
    const line = ['doctor', NET, ...PHOTOS, '--resize', '64,64'];
    const { stdout } = await cnnviz([...line, '--pixels', '255', '--json']);
    const { fix } = (JSON.parse(stdout) as { findings: { fix: string }[] }).findings[0];
    expect((await cnnviz([...line, ...fix.split(' ')])).code).toBe(0);
  });

  it('looks at the weights alone without images, and says what needs some', async () => {
    const { code, stdout, stderr } = await cnnviz(['doctor', 'lenet5', '--init', 'seed:1']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ the network looks untrained: /m);
    expect(stderr).toMatch(/^note: the weights alone were looked at: .* need images: cnnviz doctor NET photos\/$/m);
  });

  it('a network without batch norms: it says that it cannot know the preparation', async () => {
    const { code, stderr } = await cnnviz(['doctor', 'digits', join(IMAGES, 'digits')]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^note: no batch norms: how images were prepared for training cannot be told$/m);
  });

  it('an image is cut to the one size a network takes, which is said; one that was asked for must be it', () =>
    inFolder(async (cwd) => {
      const pool = {
        inputs: [value('x', 1, [1, 3, 8, 8])],
        nodes: [node('GlobalAveragePool', ['x'], ['y'])],
        initializers: [],
      };
      writeFileSync(join(cwd, 'net.onnx'), model(pool));
      const cut = await cnnviz(['doctor', 'net.onnx', PHOTO], { cwd });
      expect([cut.code, cut.stdout]).toEqual([0, expect.stringContaining('1 image → 8×8')]);
      expect(cut.stderr).toContain(
        'note: images are cut to the 8×8 that the network takes, as --resize 8,8 --fit crop',
      );

      const { code, stdout } = await cnnviz(['doctor', 'net.onnx', PHOTO, '--resize', '9,8', '--json'], { cwd });
      const { findings } = JSON.parse(stdout) as { findings: { kind: string; what: string; fix: string }[] };
      expect([code, findings.map(({ kind }) => kind)]).toEqual([1, ['input']]);
      expect(findings[0].what).toContain('reads [3, 8, 8], the image gives [3, 9, 8]');
      expect(findings[0].fix).toBe('--resize 8,8');
    }));

  it('goes on behind a file that is no image, and exits with 1', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'broken.png'), 'no image');
      const args = ['doctor', NET, 'broken.png', PHOTO, '--resize', '64,64', '--normalize', 'imagenet'];
      const { code, stdout, stderr } = await cnnviz(args, { cwd });
      expect([code, stdout]).toEqual([1, expect.stringContaining('1 image → 64×64')]);
      expect(stderr).toContain('broken.png');
    }));
});
