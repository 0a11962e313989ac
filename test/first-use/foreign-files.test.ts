import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foreignFile } from '../../src/models/foreign-file.js';
import { foreignArchive } from '../../src/models/weights/index.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');
const LFS = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';

const bytesOf = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('a file of another program is told by its bytes', () => {
  it.each([
    [LFS, 'a Git LFS pointer', 'git lfs pull'],
    ['\n<!DOCTYPE html><html>', 'a web page', 'download the file itself'],
    ['<html lang="en">', 'a web page', 'download the file itself'],
    ['\x1c\0\0\0ORTM', "ONNX Runtime's own format", 'take the .onnx'],
    ['{"format": "graph-model", "x": 1}', 'a TensorFlow.js model', '--tfjs'],
    ['{"architectures": ["ResNet"]}', 'a configuration of Hugging Face', 'optimum-cli'],
    ['7767517\n3 3\n', 'an ncnn model', 'take the .onnx'],
    ['name: "LeNet"\nlayer {\n type: "Data"\n}', 'a Caffe model', 'network file'],
    ['[net]\nwidth=416\n', 'a Darknet model', 'network file'],
    ['\x1f\x8b\x08', 'a gzip archive', 'gunzip "a b.x"'],
    ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', '7z x'],
  ])('%j', (text, what, fix) => {
    const found = foreignFile(bytesOf(text), 'a b.x');
    expect([found?.what, found?.fix]).toEqual([expect.stringContaining(what), expect.stringContaining(fix)]);
  });

  it.each([
    'layers:\n  - {type: conv, kernel: edge3x3}\n',
    '{"layers": ["relu"]}',
    'Net(\n  (0): ReLU()\n)\n',
    '[1, 2]',
  ])('but not %j', (text) => expect(foreignFile(bytesOf(text), 'x')).toBeNull());

  it.each([
    [['net/data.pkl', 'net/constants.pkl', 'net/code/__torch__.py'], 'a TorchScript archive'],
    [['net/archive_format', 'net/models/model.json'], 'an exported program'],
  ])('a zip archive by its entries: %s', (names, what) => {
    expect(foreignArchive(names, 'x')?.what).toContain(what);
    expect(foreignArchive(['net/data.pkl', 'net/data/0', 'net/version'], 'x')).toBeNull();
  });

  it('as network, weights, image or kernel it gets the sentence that helps', () =>
    inFolder(async (cwd) => {
      for (const name of ['x.onnx', 'x.pth', 'x.png', 'x.npy']) writeFileSync(join(cwd, name), LFS);
      for (const args of [
        ['run', 'x.onnx', FIVE],
        ['run', 'alexnet@x.pth', FIVE],
        ['weights', 'x.pth'],
        ['conv', 'x.png', '-k', 'box3'],
        ['conv', FIVE, '-k', 'x.npy'],
      ]) {
        const { code, stderr } = await cnnviz(args, { cwd });
        expect([code! > 0, stderr]).toEqual([
          true,
          expect.stringContaining('fix: fetch it in its repository: git lfs pull'),
        ]);
        expect(stderr.match(/\n/g)).toHaveLength(2);
      }
    }));
});

describe('arguments in another order are told as the command that was meant', () => {
  it.each([
    [['run', FIVE, 'alexnet'], `cnnviz run alexnet ${FIVE}`],
    [['gradcam', FIVE, 'ResNet-18@r.pth'], `cnnviz gradcam ResNet-18@r.pth ${FIVE}`],
    [['explain', FIVE, 'conv edge3x3 | relu'], `cnnviz explain "conv edge3x3 | relu" ${FIVE}`],
    [['compare', FIVE, 'alexnet', 'vgg11'], `cnnviz compare alexnet vgg11 ${FIVE}`],
    [['summary', FIVE], 'cnnviz summary alexnet'],
  ])('%j', async (args, fix) => {
    const { code, stderr } = await cnnviz(args);
    expect(code).toBe(2);
    expect(stderr).toContain('an image (PNG), where a network is expected');
    expect(stderr).toContain(fix);
  });

  it('a network or a checkpoint in the place of an image, and a picture in the place of weights', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'net.yaml'), 'layers:\n  - relu\n');
      writeFileSync(join(cwd, 'alexnet.png'), LFS);
      const image = await cnnviz(['conv', 'net.yaml', '-k', 'box3'], { cwd });
      expect(image.stderr).toContain('it is a network file\n  fix: cnnviz run net.yaml photo.jpg');
      const weights = await cnnviz(['run', 'alexnet@alexnet.pth', FIVE], { cwd });
      expect(weights.stderr).toContain('alexnet.pth: no such file');
      expect(weights.stderr).not.toContain('did you mean');
    }));

  it('built-in networks are found whatever the case, "-" and "_"', async () => {
    const { code, stdout } = await cnnviz(['summary', 'SqueezeNet1.1', '--json']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('squeezenet1_1')]);
  });
});
