import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/core/bytes.js';
import { FOREIGN_GROUPS, foreignFile, foreignFolder } from '../../src/models/foreign/index.js';
import { MODEL_FORMATS } from '../../src/models/model-formats.js';
import { looksLikeOnnx } from '../../src/models/onnx/looks-like-onnx.js';
import { kindOfFile } from '../../src/run/file-kind.js';
import { ROOT } from '../architecture/project.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');
const LFS = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';

const sourceOf = (text: string) => memorySource(Uint8Array.from(text, (char) => char.charCodeAt(0)));
const field = (number: number, text: string) => {
  const key = number < 16 ? [8 * number + 2] : [((8 * number + 2) % 128) | 128, (8 * number + 2) >> 7];
  return String.fromCharCode(...key, text.length) + text;
};
const NODE = field(1, 'input') + field(2, 'Placeholder');

describe('text that goes on and on is told from nothing, at once', () => {
  const pieces = [
    '\n',
    ' ',
    '\t',
    ' \n',
    '#\n',
    '# a\n\n',
    '  - relu\n',
    'a:\n',
    'backbone:\n',
    '"""',
    '"""\n',
    'import\n',
  ];
  const opened = [
    '{',
    '{"nodes":[',
    '{"base_code":{',
    '<!--',
    '<?xml ',
    '"weight_map" ',
    '"format" ',
    '[ -1 ',
    'name:',
  ];
  it.each([...pieces, ...opened])('%j', (piece) => {
    for (const first of ['', '{', '#\n', 'backbone:\n', '"""'])
      expect(() => foreignFile(sourceOf(first + piece.repeat(4096)), null, 'a')).not.toThrow();
  });
});

describe('a file of another program is told by its bytes', () => {
  it.each([
    [LFS, 'a Git LFS pointer: the file itself has not been fetched (70 bytes in the place of 12,345)', 'git lfs pull'],
    ['\n<!DOCTYPE html><html>', 'a web page', 'download the file itself'],
    ['<html lang="en">', 'a web page', 'download the file itself'],
    ['{"error":"Repository not found"}', 'the answer of a server', 'download the file itself'],
    ['Entry not found', 'does not give it: Entry not found', 'download the file itself'],
    ['<?xml version="1.0"?><Error><Code>NoSuchKey</Code>', 'does not give it: NoSuchKey', 'download the file itself'],
    ['', 'an empty file', 'download or save it again'],
    ['\x1c\0\0\0ORTM', "ONNX Runtime's own format", 'take the .onnx'],
    ['{"format": "graph-model", "modelTopology": {}}', 'a TensorFlow.js graph model', '--tfjs "a b.x"'],
    ['{"architectures": ["ResNet"]}', 'a configuration of Hugging Face', 'optimum-cli'],
    ['{"metadata": {}, "weight_map": {"a": "b"}}', 'an index of weights', 'cnnviz weights'],
    ['7767517\n3 3\n', 'an ncnn model (.param)', 'take the .onnx'],
    ['\x47\x6b\x30\x01', 'an ncnn model (.bin)', 'no way back'],
    ['<?xml version="1.0"?>\n<net name="a" version="11">', 'an OpenVINO model', 'no way back'],
    ['name: "LeNet"\nlayer {\n type: "Data"\n}', 'a Caffe model', 'caffe2onnx'],
    ['name: "R"\ninput: "data"\ninput_dim: 1\nlayer {', 'a Caffe model', 'caffe2onnx'],
    [field(1, 'R') + field(100, field(1, 'conv') + field(2, 'Convolution')), 'Caffe model (.caffemodel)', 'caffe2onnx'],
    ['[net]\nwidth=416\n', 'a Darknet model', 'network file'],
    ['\0\0\0\0\x02\0\0\0\x05\0\0\0', 'a Darknet model (.weights)', '.cfg'],
    [`\x08\x01${field(2, field(1, field(2, '')))}`, 'a SavedModel', '--saved-model'],
    [field(1, NODE) + field(4, '\x08\x01'), 'a graph of TensorFlow', '--graphdef "a b.x"'],
    ['model_checkpoint_path: "m"', 'a checkpoint of TensorFlow', '--checkpoint'],
    [`${'\0'.repeat(48)}\x57\xfb\x80\x8b\x24\x75\x47\xdb`, 'a checkpoint of TensorFlow', '--checkpoint'],
    [`\x08\x04${field(2, field(1, field(1, 'image')))}${field(500, 'x')}`, 'a Core ML model', 'no way back'],
    [`\x08\x01${field(2, field(1, 'uid') + field(2, 'x'))}`, 'a model of CNTK', 'ModelFormat.ONNX'],
    ['\n\x20\x08\0\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01', 'a PaddlePaddle model', 'paddle2onnx'],
    [`${'\0'.repeat(16)}\x0a\0\0\0\x08\x05`, 'a PaddlePaddle model (.pdiparams)', 'paddle2onnx'],
    ['\x12\x01\0\0\0\0\0\0', 'an MXNet model (.params)', 'export_model'],
    ['{\n "nodes": [{"op": "null", "name": "data"}]}', 'an MXNet model (-symbol.json)', 'export_model'],
    ['GGUF\x03\0\0\0', 'a GGUF file', '.safetensors'],
    ['RKNN\0\0\0\0', 'Rockchip', 'no way back'],
    ['ftrt\0\0\0\0', 'TensorRT', 'no way back'],
    ['\x20\0\0\0ET12', 'ExecuTorch', 'no way back'],
    ['\x80\x04\x95\x10sklearn.svm', 'a pickle of Python objects (sklearn)', 'numpy.savez'],
    ['MATLAB 5.0 MAT-file', 'MATLAB', 'loadmat'],
    ['# a net\nimport torch\n', 'a program in Python', 'torch.onnx.export'],
    [
      '#!/usr/bin/env python3\n\n"""A net.\n\nOf mine."""\n# a\n\nfrom torch import nn\n',
      'a program in Python',
      'export',
    ],
    ['# YOLO\n\nnc: 80\n\nbackbone: # from, repeats\n  [[-1, 1, Conv]]\n', 'a YOLO network', 'yolo export'],
    ['nc: 80\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\n', 'a YOLO network', 'yolo export'],
    ['\x1f\x8b\x08', 'a gzip archive', 'gunzip "a b.x"'],
    ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', '7z x'],
  ])('%j', (text, what, fix) => {
    const found = foreignFile(sourceOf(text), null, 'a b.x');
    expect([found?.what, found?.fix]).toEqual([expect.stringContaining(what), expect.stringContaining(fix)]);
    if (text.startsWith('\x08')) expect(looksLikeOnnx(sourceOf(text))).toBe(false);
  });

  it.each([
    'layers:\n  - {type: conv, kernel: edge3x3}\n',
    '{"layers": ["relu"]}',
    'Net(\n  (0): ReLU()\n)\n',
    '[1, 2]',
    'P5\n4 4\n255\n0123',
    "import fs from 'node:fs';\n",
    "import fs, { readFileSync } from 'node:fs';\n",
  ])('but not %j', (text) => expect(foreignFile(sourceOf(text), null, 'x')).toBeNull());

  it('MNN, whose files have no magic number, by the names of its tensors', () => {
    // root table at 24, its vtable at 4; oplists (field 3) is empty, tensorName (field 7) holds "input"
    const halves = [24, 0, 20, 12, 0, 0, 0, 4, 0, 0, 0, 8, 20, 0, 8, 0, 8, 0, 0, 0, 1, 0, 4, 0, 5, 0];
    const bytes = new Uint8Array(
      [...halves.flatMap((half) => [half, 0]), ...'input'].map((one) =>
        typeof one === 'string' ? one.charCodeAt(0) : one,
      ),
    );
    expect(foreignFile(memorySource(bytes), null, 'x')?.what).toBe('a model of MNN');
    for (let cut = 1; cut < bytes.length; cut++) foreignFile(memorySource(bytes.subarray(0, cut)), null, 'x');
  });

  it.each([
    [['net/data.pkl', 'net/constants.pkl', 'net/code/__torch__.py'], 'a TorchScript archive'],
    [['MAR-INF/MANIFEST.json', 'net.pth'], 'a TorchServe archive'],
    [['labels.txt', 'keras_model.h5'], 'a zip archive with a model in it: keras_model.h5'],
  ])('a zip archive by its entries: %s', (names, what) => {
    expect(foreignFile(sourceOf('PK'), names, 'x')?.what).toContain(what);
    expect(foreignFile(sourceOf('PK'), ['net/data.pkl', 'net/data/0', 'net/version'], 'x')).toBeNull();
  });

  it.each([
    [['saved_model.pb', 'variables/variables.index'], 'python -m tf2onnx.convert --saved-model "a b" --output'],
    [['Manifest.json', 'Data/com.apple.CoreML'], 'coremltools'],
    [['net.index', 'net.data-00000-of-00001', 'checkpoint'], '--checkpoint'],
    [['inference.pdmodel', 'inference.pdiparams'], 'paddle2onnx'],
    [['net.param', 'net.bin'], 'ncnn'],
  ])('a folder by its names: %s', (names, fix) => {
    expect(foreignFolder(names, 'a b')?.fix).toContain(fix);
    expect(foreignFolder(['a.jpg', 'notes.txt', 'cats/b.jpg'], 'a b')).toBeNull();
  });

  it('docs/formats.md lists every kind, with what helps: npm run formats', async () => {
    const { formatsPage } = (await import('../../fixtures/make/formats.mjs' as string)) as {
      formatsPage: (page: string, groups: typeof FOREIGN_GROUPS) => string;
    };
    const page = readFileSync(`${ROOT}docs/formats.md`, 'utf8');
    expect(formatsPage(page, FOREIGN_GROUPS)).toBe(page);
    for (const { what } of MODEL_FORMATS) expect(page).toContain(`| ${what}`);
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

describe('a folder in the place of a network', () => {
  it('is told by the model in it, or as what it is; one of images is no network', () =>
    inFolder(async (cwd) => {
      for (const name of ['onnx', 'tf', 'img']) mkdirSync(join(cwd, name));
      copyFileSync(`${ROOT}fixtures/models/onnx/lenet-16.onnx`, join(cwd, 'onnx/net.onnx'));
      writeFileSync(join(cwd, 'tf/saved_model.pb'), '');
      copyFileSync(FIVE, join(cwd, 'img/five.png'));
      const told = (name: string) => kindOfFile(join(cwd, name));
      expect(told('onnx')).toMatchObject({
        what: 'a folder with net.onnx in it',
        fix: `name the file: ${cwd}/onnx/net.onnx`,
      });
      expect(told('tf')).toMatchObject({ kind: 'foreign', what: 'a SavedModel of TensorFlow' });
      expect([told('img'), told('none')]).toEqual([null, null]);
      for (const args of [
        ['weights', 'onnx'],
        ['summary', 'lenet5@onnx'],
        ['summary', 'lenet5', '--weights', 'onnx'],
      ]) {
        const { code, stderr } = await cnnviz(args, { cwd });
        const fix = `name the file: ${join('onnx', 'net.onnx')}`;
        expect([code, stderr]).toEqual([2, `cnnviz: onnx: this is a folder with net.onnx in it\n  fix: ${fix}\n`]);
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
