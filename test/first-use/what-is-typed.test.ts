import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { npyToTensor, readNpy } from '../../src/models/npy.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FIVE = `${IMAGES}five.png`;

/** The float32 numbers of a .npy that was written. */
function numbers(cwd: string, name: string) {
  return npyToTensor(readNpy(readFileSync(join(cwd, name))));
}

/** What a command that is refused says, on one line with its fix. */
async function refused(...args: string[]): Promise<string> {
  return inFolder(async (cwd) => {
    const { code, stderr } = await cnnviz(args, { cwd });
    expect(code).toBe(2);
    return stderr;
  });
}

describe('kernels as people type them', () => {
  it.each([
    ['0,1 0,1 0,1; 0,1 0,2 0,1; 0,1 0,1 0,1', /decimal points "0\.1 0\.1 0\.1; 0\.1 0\.2 0\.1; 0\.1 0\.1 0\.1"/],
    ['1 2 1 0 0 0 -1 -2 -1', /3×3 kernel is "1 2 1; 0 0 0; -1 -2 -1"; a single row .*: "1 2 1 0 0 0 -1 -2 -1;"/],
    ['3x3', /a size alone is no kernel[\s\S]*--patch 0,0,3,3/],
    ['5X7', /--patch 0,0,5,7/],
    ['cat.png', /a picture is no kernel[\s\S]*--patch x,y,width,height@cat\.png/],
    ['blur', /did you mean gaussian3, gaussian5, box3 or box5\?/],
    ['vertical', /did you mean sobel-x or line-v\?/],
    ['horizontal', /did you mean sobel-y or line-h\?/],
  ])('-k %j is refused with what was meant', async (kernel, message) => {
    expect(await refused('conv', FIVE, '-k', kernel)).toMatch(message);
    const pipe = await refused('run', `conv kernel="${kernel}"`, FIVE);
    expect(pipe).toMatch(message);
  });

  it('names stand in one -k with commas, in any case, with - or _, and without a size that is the only one', async () => {
    await inFolder(async (cwd) => {
      const run = await cnnviz(['conv', FIVE, '-k', 'Sobel_X,EDGE,outline,sharp,edges', '--json', '-o', 'maps'], {
        cwd,
      });
      const [{ banks }] = JSON.parse(run.stdout).results;
      expect(banks.flatMap((bank: { maps: { name: string }[] }) => bank.maps.map(({ name }) => name))).toEqual([
        'sobel-x',
        'edge3x3',
        'outline3x3',
        'sharpen',
        'edge3x3-2',
      ]);
    });
  });

  it('a list of kernels is the same as one -k for each, in conv and in explain', async () => {
    await inFolder(async (cwd) => {
      await cnnviz(['conv', FIVE, '-k', 'sobel-x,sobel-y', '-o', 'list.npy'], { cwd });
      await cnnviz(['conv', FIVE, '-k', 'sobel-x', '-k', 'sobel-y', '-o', 'two.npy'], { cwd });
      expect(numbers(cwd, 'list.npy')).toEqual(numbers(cwd, 'two.npy'));
      const second = await cnnviz(['explain', FIVE, '-k', 'sobel-x,sobel-y', '--channel', '1', '--at', '1,1'], { cwd });
      expect(second.stdout).toMatch(/five\.png → sobel-y channel 1 at/);
    });
  });

  it('kernels are read from .csv and .txt as they are typed, decimal commas and flat lists refused', async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'my kernel.csv'), '1,0,-1\n1,0,-1\n1,0,-1\n');
      writeFileSync(join(cwd, 'k.txt'), '1 0 -1\n1 0 -1\n1 0 -1\n');
      writeFileSync(join(cwd, 'german.csv'), '0,5;0,25\n0,25;1\n');
      writeFileSync(join(cwd, 'flat.json'), '[1, 2, 1, 0, 0, 0, -1, -2, -1]');
      await cnnviz(['conv', FIVE, '-k', 'my kernel.csv', '-k', 'k.txt', '-k', 'edge3x3', '-o', 'y.npy'], { cwd });
      const { data } = numbers(cwd, 'y.npy');
      const [csv, txt, named] = [0, 1, 2].map((m) => data.slice((m * data.length) / 3, ((m + 1) * data.length) / 3));
      expect([csv, txt]).toEqual([named, named]);
      const german = await cnnviz(['conv', FIVE, '-k', 'german.csv'], { cwd });
      expect([german.code, german.stderr]).toEqual([2, expect.stringContaining('fix: "0.5 0.25; 0.25 1"')]);
      const flat = await cnnviz(['conv', FIVE, '-k', 'flat.json'], { cwd });
      expect([flat.code, flat.stderr]).toEqual([2, expect.stringContaining('got [9]')]);
    });
  });

  it('kernels lists a group by its name, by a beginning, and the parts of a gradient magnitude', async () => {
    const named = async (word: string) =>
      JSON.parse((await cnnviz(['kernels', word, '--json'])).stdout).kernels.map(({ name }: { name: string }) => name);
    expect(await named('edges')).toEqual(await named('edge'));
    expect(await named('edge')).toContain('scharr-y');
    expect(await named('kirsch')).toHaveLength(8);
    expect(await named('Sobel')).toEqual(['sobel-x', 'sobel-y']);
    expect(await named('BLUR')).toEqual(['box3', 'box5', 'gaussian3', 'gaussian5']);
    expect((await cnnviz(['kernels'])).stdout).toMatch(/sobel +√\(sobel-x² \+ sobel-y²\)/);
  });
});

describe('a picture without a command', () => {
  it('runs conv with edge3x3 as a strip, and prints that line first', async () => {
    await inFolder(async (cwd) => {
      copyFileSync(FIVE, join(cwd, "a cat's.dat"));
      const { code, stdout } = await cnnviz(["a cat's.dat"], { cwd });
      expect([code, stdout.split('\n')[0]]).toEqual([0, 'cnnviz conv "a cat\'s.dat" --kernel edge3x3 --strip']);
      await cnnviz(['conv', "a cat's.dat", '--kernel', 'edge3x3', '--strip', '-o', 'typed.png'], { cwd });
      expect(readFileSync(join(cwd, "a cat's.edge3x3.strip.png"))).toEqual(readFileSync(join(cwd, 'typed.png')));
    });
  });

  it('takes more pictures and flags, which say what they say in conv', async () => {
    await inFolder(async (cwd) => {
      copyFileSync(FIVE, join(cwd, 'a.png'));
      copyFileSync(FIVE, join(cwd, 'b.png'));
      const first = async (...args: string[]) => (await cnnviz(args, { cwd })).stdout.split('\n')[0];
      expect(await first('a.png', 'b.png', '--relu')).toBe('cnnviz conv a.png b.png --relu --kernel edge3x3 --strip');
      expect(await first('a.png', '-k', 'box3', '--sheet')).toBe('cnnviz conv a.png -k box3 --sheet');
      expect(await first('a.png', '-o', 'a.npy')).toBe('cnnviz conv a.png -o a.npy --kernel edge3x3');
      const json = await cnnviz(['a.png', '--json'], { cwd });
      expect(JSON.parse(json.stdout).done).toBe(1);
      expect(json.stderr).toMatch(/^cnnviz conv a\.png --json --kernel edge3x3 --strip\n/);
    });
  });

  it('a file called like a command leaves the command what it is', async () => {
    await inFolder(async (cwd) => {
      copyFileSync(FIVE, join(cwd, 'kernels'));
      expect((await cnnviz(['kernels'], { cwd })).stdout).toMatch(/^edges\n {2}edge3x3/);
      expect(existsSync(join(cwd, 'kernels.edge3x3.strip.png'))).toBe(false);
    });
  });

  it.each<[string[], RegExp]>([
    [['notes.txt'], /^cnnviz: unknown command 'notes\.txt': it is a file, but no image\n/],
    [['.'], /it is a folder\n {2}fix: cnnviz conv \. --kernel edge3x3\n/],
    [['gone.png'], /gone\.png: no such file, and no command/],
    [
      ['https://example.org/a.png?w=1'],
      /nothing is fetched unasked\n {2}fix: .*curl -LO 'https:\/\/example\.org\/a\.png\?w=1'/,
    ],
    [['trian'], /^cnnviz: unknown command 'trian'\n {2}fix: did you mean train\?\n$/],
  ])('%j is refused in one sentence', async (args, message) => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'notes.txt'), 'hello');
      const { code, stderr } = await cnnviz(args, { cwd });
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    });
  });

  it.each(['edge', 'sobel', 'sharp', 'vertical', 'relu', 'lenet5'])(
    '`cnnviz %s IMAGE` says a command that works',
    async (word) => {
      await inFolder(async (cwd) => {
        copyFileSync(FIVE, join(cwd, 'five.png'));
        const { code, stderr } = await cnnviz([word, 'five.png'], { cwd });
        expect(code).toBe(2);
        const fix = /fix: cnnviz (.*)\n$/.exec(stderr)![1];
        expect((await cnnviz(fix.split(' '), { cwd })).code).toBe(0);
      });
    },
  );
});

describe('numbers and names in other spellings', () => {
  it.each<[string[], string[]]>([
    [
      ['--stride', '2x1'],
      ['--stride', '2,1'],
    ],
    [
      ['--padding', '1X2'],
      ['--padding', '1,2'],
    ],
    [
      ['--padding', 'SAME'],
      ['--padding', 'same'],
    ],
    [
      ['--dilation', '2×1'],
      ['--dilation', '2,1'],
    ],
    [
      ['--pool', 'max'],
      ['--pool', 'max:2'],
    ],
    [
      ['--pool', 'MaxPool2d:2x2:1x1'],
      ['--pool', 'max:2:1'],
    ],
    [
      ['--activation', 'LeakyReLU:0.1'],
      ['--activation', 'leaky_relu:0.1'],
    ],
    [
      ['--bias', '−0.5'],
      ['--bias', '-0.5'],
    ],
    [
      ['--pixels', 'SIGNED'],
      ['--pixels', 'signed'],
    ],
  ])('conv %j is %j', async (typed, meant) => {
    await inFolder(async (cwd) => {
      await cnnviz(['conv', FIVE, '-k', 'box3', ...typed, '--output', 'typed.npy'], { cwd });
      await cnnviz(['conv', FIVE, '-k', 'box3', ...meant, '--out', 'meant.npy'], { cwd });
      expect(numbers(cwd, 'typed.npy')).toEqual(numbers(cwd, 'meant.npy'));
    });
  });

  it('a pipe takes 2x1, names in any case, and layers by either flag', async () => {
    await inFolder(async (cwd) => {
      await cnnviz(['run', 'Conv Box3 stride=2x1 padding=Same | ReLU | MaxPool 2x1', FIVE, '-o', 'a.npy'], { cwd });
      await cnnviz(['run', 'conv box3 stride=2,1 padding=same | relu | max_pool 2,1', FIVE, '-o', 'b.npy'], { cwd });
      expect(numbers(cwd, 'a.npy')).toEqual(numbers(cwd, 'b.npy'));
      const one = await cnnviz(['run', 'conv box3 | relu', FIVE, '--layer', 'ReLU', '-o', 'c.npy'], { cwd });
      expect(one.code).toBe(0);
      const args = ['explain', 'conv box3 | relu', FIVE, '--layers'];
      expect((await cnnviz([...args, 'CONV', '--at', '1x1'], { cwd })).stdout).toMatch(
        /→ pipe( conv)? at \(1, 1\)[\s\S]*conv {2}conv 3×3/,
      );
      const several = await cnnviz([...args, 'conv,relu'], { cwd });
      expect([several.code, several.stderr]).toEqual([
        2,
        'cnnviz: explain takes one layer, got 2: conv, relu\n  fix: --layer conv\n',
      ]);
    });
  });

  it('a built-in network is called in any case', async () => {
    const { code, stdout } = await cnnviz(['summary', 'LeNet_5', '--json']);
    expect([code, JSON.parse(stdout).network ?? JSON.parse(stdout).name]).toEqual([0, 'lenet5']);
  });

  it.each<[string[], RegExp]>([
    [['conv', FIVE, '-k', 'edge', '--bias', '-0,5'], /did you mean --bias -0\.5\?/],
    [['conv', FIVE, '-k', 'edge', '--bias', ',5'], /did you mean --bias 0\.5\?/],
    [['conv', FIVE, '-k', 'edge', '--bias', 'fire:0,5%'], /did you mean --bias fire:0\.5%\?/],
    [['conv', FIVE, '-k', 'edge', '--activation', 'leaky_relu:0,1'], /did you mean --activation leaky_relu:0\.1\?/],
    [['animate', FIVE, '-k', 'edge', '--seconds', '2,5'], /did you mean --seconds 2\.5\?/],
    [['sweep', FIVE, '-k', 'edge', '--bias', '-0,5'], /a decimal point is a point/],
    [['run', 'conv edge bias=0,5', FIVE], /did you mean 0\.5\?/],
    [['run', 'conv edge | leaky_relu 0,1', FIVE], /did you mean 0\.1\?/],
    [['check', FIVE, '--pipe', 'relu', '--baseline', 'b', '--tolerance', '0,1'], /abs is said twice/],
    [['preprocess', FIVE, '--resize', '64x32'], /--resize 64,32 or --resize 32,64/],
    [['explain', FIVE, '-k', 'edge', '--at', '1', '2'], /got "1" and "2" apart\n {2}fix: --at 1,2/],
    [['field', FIVE, '-k', 'edge', '--pixel', '1,', '2'], /fix: --pixel 1,2/],
    [['read', FIVE, '--at', '1', '2'], /fix: --at 1,2/],
    [['explain', 'bias'], /a number added to every value of a map[\s\S]*--bias -0\.5/],
    [['explain', 'conv'], /a window of the input times the kernel/],
  ])('%j is refused with the spelling that was meant', async (args, message) => {
    expect(await refused(...args)).toMatch(message);
  });

  it.each<[string[], string]>([
    [['conv', '--abs'], 'cnnviz conv --help'],
    [['conv', '--zoom', '2'], 'cnnviz conv --help'],
    [['run', '--resum'], 'did you mean --resume?'],
    [['run', '--resise'], 'did you mean --resize?'],
    [['head', 'trian'], 'did you mean train?'],
    [['conv', FIVE, '--colormap', 'virdis'], 'did you mean viridis?'],
  ])('%j suggests what is near, of this command, or nothing', async (args, fix) => {
    expect(await refused(...args)).toMatch(new RegExp(`\\n {2}fix: ${fix.replace('?', '\\?')}\n$`));
  });

  it('a missing checkpoint is not answered with a picture', async () => {
    await inFolder(async (cwd) => {
      copyFileSync(FIVE, join(cwd, 'alexnet.png'));
      const { stderr } = await cnnviz(['run', 'alexnet@alexnet.pth', 'alexnet.png'], { cwd });
      expect(stderr).not.toContain('did you mean alexnet.png');
      const jpg = await cnnviz(['conv', 'alexnt.png', '-k', 'edge'], { cwd });
      expect(jpg.stderr).toContain('did you mean alexnet.png?');
    });
  });
});
