import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

/** The last line that a command prints with --alt. */
async function alt(args: string[]): Promise<string> {
  return inFolder(async (cwd) => {
    const { stdout, stderr, code } = await cnnviz([...args, '--alt'], { cwd });
    expect([code, stderr.replace(/^note: made-up weights.*\n/, '')]).toEqual([0, '']);
    return stdout.trimEnd().split('\n').at(-1)!;
  });
}

describe('sentences that describe pictures', () => {
  it.each<[string, string[], RegExp]>([
    [
      'one map: kernel, sizes, range, the brightest place',
      ['conv', `${IMAGES}five.png`, '-k', 'edge3x3', '--gray'],
      /^Feature map of the 5×5 image five\.png; kernel edge3x3 \(3×3\) gives 3×3 values, from −1\.41 to 0\.667, brightest at \(0, 2\)\.$/,
    ],
    [
      'a sheet: the first four maps, and how many more',
      [
        'conv',
        `${IMAGES}five.png`,
        '--sheet',
        ...['sobel-x', 'sobel-y', 'box3', 'emboss', 'sharpen'].flatMap((k) => ['-k', k]),
      ],
      /^Sheet of 5 feature maps of the 5×5 image five\.png; .*; and 1 more\.$/,
    ],
    ['a constant map', ['conv', `${IMAGES}five.png`, '-k', '0'], /gives 5×5 values, all 0\.$/],
    ['kernels', ['kernels', 'sobel-x', '-o', 'k.png'], /3×3, rows −1 0 1, −2 0 2, −1 0 1\.$/],
    [
      'a network',
      ['summary', 'lenet5'],
      /^Drawing of the network lenet5: 12 layers from 1×1×32×32 to 1×10; 61,706 parameters, 416,520 multiply-accumulates\.$/,
    ],
    [
      'its kernels',
      ['filters', 'lenet5', '--init', 'seed:1'],
      /^Sheet of the 6 kernels 5×5×1 of the layer conv1 of lenet5; weights from −0\.849 to 0\.638, one scale\.$/,
    ],
    [
      'its layers',
      ['run', 'lenet5', '--init', 'seed:1', `${IMAGES}five.png`, '--layers', 'conv1'],
      /^6 feature maps of the layer conv1 \(conv\) of lenet5 for five\.png; shape 1×6×28×28, from −\d\.\d+ to \d\.\d+\.$/,
    ],
    [
      'one number explained',
      ['explain', `${IMAGES}five.png`, '--kernel', 'edge3x3', '--gray', '--at', '1,1', '-o', 'why.png'],
      /^Patch, kernel and products in cells behind the value of the layer conv of .*, channel 0 at \(1, 1\), for five\.png; the value is −0\.392\d+\.$/,
    ],
    [
      'a receptive field',
      ['field', 'lenet5', `${IMAGES}five.png`, '--layer', 'conv1', '--at', '3,4'],
      /^The \d+×\d+ input from five\.png with the field of the layer conv1 of lenet5 at \(3, 4\) of .*; the field spans x \d+ to \d+ and y \d+ to \d+; .*seen\.$/,
    ],
    [
      'a study of a class',
      ['gradcam', 'lenet5', '--init', 'seed:1', `${IMAGES}five.png`, '--class', '3'],
      /^Grad-CAM as a heat map over the image five\.png, through lenet5; class 3, score .*\.$/,
    ],
    [
      'the patches a channel likes',
      ['top', 'lenet5', '--init', 'seed:1', `${IMAGES}five.png`, '--layer', 'conv1', '--channel', '2'],
      /^Patches of 1 image that excite conv1 of lenet5 most; channel 2, .*five\.png.*\.$/,
    ],
    [
      'the steps of a preparation',
      ['preprocess', `${IMAGES}rocket.jpg`, '--preset', 'imagenet', '--audit'],
      /decoded 640×427; resized 383×256; cropped 224×224; normalised 224×224\.$/,
    ],
  ])('%s', async (_, args, expected) => {
    const sentence = await alt(args);
    expect(sentence).toMatch(expected);
    expect(sentence).not.toContain(IMAGES);
  });

  it('stand in --json too', async () => {
    await inFolder(async (cwd) => {
      const { stdout } = await cnnviz(['conv', `${IMAGES}five.png`, '-k', 'edge3x3', '--json'], { cwd });
      expect(JSON.parse(stdout).results[0].alt).toMatch(/^Feature map of the 5×5 image five\.png/);
    });
  });
});
