import { shellWord } from '../core/text.js';

/** A file of a kind that is not read: what it is, and what to do. */
export interface ForeignFile {
  readonly what: string;
  readonly fix: string;
}

/** Bytes as characters of the same number. */
function asText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

type Sign = readonly [at: number, magic: string, what: string, fix: (file: string) => string];

const unpacked =
  (command: string) =>
  (file: string): string =>
    `unpack it first: ${command} ${file}`;

/** Formats with a magic number: where it stands. */
const SIGNS: readonly Sign[] = [
  [0, 'GGUF', 'a GGUF file', () => 'take the original .safetensors or .pth'],
  [4, 'ORTM', "a model in ONNX Runtime's own format (.ort)", () => 'take the .onnx that it was made from'],
  [0, '\x1f\x8b', 'a gzip archive', unpacked('gunzip')],
  [0, 'BZh', 'a bzip2 archive', unpacked('bunzip2')],
  [0, '\xfd7zXZ\0', 'an xz archive', unpacked('unxz')],
  [0, '\x28\xb5\x2f\xfd', 'a Zstandard archive', unpacked('unzstd')],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', unpacked('7z x')],
  [0, 'Rar!\x1a\x07', 'a RAR archive', unpacked('unrar x')],
  [257, 'ustar', 'a tar archive', unpacked('tar -xf')],
  [
    0,
    '7767517\n',
    'the layers of an ncnn model (.param)',
    () => 'take the .onnx or .pth that it was made from; ncnn has no way back',
  ],
  [0, '%PDF-', 'a PDF document', () => 'name the file that was meant'],
];

/** Texts that other programs read, or that stand where a file should be. */
const TEXTS: readonly (readonly [pattern: RegExp, what: string, fix: (file: string) => string])[] = [
  [
    /^version https:\/\/git-lfs\.github\.com\/spec/,
    'a Git LFS pointer: the file itself has not been fetched',
    () => 'fetch it in its repository: git lfs pull',
  ],
  [
    /^(\ufeff)?\s*(<!--[\s\S]*?-->\s*)?<(!doctype\s+html|html|head|body)\b/i,
    'a web page (HTML) saved under this name',
    () => 'download the file itself: the link to its raw bytes, not the page about it',
  ],
  [
    /^\s*\{[\s\S]*"(modelTopology|weightsManifest)"\s*:/,
    'a TensorFlow.js model',
    (file) => `convert it: python -m tf2onnx.convert --tfjs ${file} --output model.onnx, then: cnnviz run model.onnx`,
  ],
  [
    /^\s*\{[\s\S]*"format"\s*:\s*"(layers|graph)-model"/,
    'a TensorFlow.js model',
    (file) => `convert it: python -m tf2onnx.convert --tfjs ${file} --output model.onnx, then: cnnviz run model.onnx`,
  ],
  [
    /^\s*\{[\s\S]*"(architectures|model_type)"\s*:/,
    'a configuration of Hugging Face, which names an architecture but no layers',
    () => 'export the model: optimum-cli export onnx --model FOLDER out/, then: cnnviz run out/model.onnx',
  ],
  [
    /^\s*\{[\s\S]*"class_name"\s*:\s*"(Sequential|Functional|Model)"/,
    'the architecture of a Keras model',
    () => 'export the model where it was made: python -m tf2onnx.convert --keras FILE.h5 --output model.onnx',
  ],
  [
    /^\s*(<\?xml[^>]*>\s*)?<net\s/,
    'the layers of an OpenVINO model',
    () => 'take the .onnx or .pth that it was made from',
  ],
  [
    /^\s*(#[^\n]*\n\s*)*(name\s*:\s*"[^"]*"\s+)?(input\s*:\s*"[^"]*"[^{]*)?layers?\s*\{/,
    'the layers of a Caffe model (.prototxt)',
    () => 'convert it to ONNX, or write its layers as a network file (.yaml)',
  ],
  [
    /^\s*(#[^\n]*\n\s*)*\[net(work)?\]\s*\n/,
    'the layers of a Darknet model (.cfg)',
    () => 'convert it to ONNX, or write its layers as a network file (.yaml)',
  ],
];

/** How much of a file tells what it is. */
export const FOREIGN_BYTES = 4096;

/**
 * What a file is by its first bytes, whatever it is called, when it is of a kind that is not read; null for all others.
 * @param file what it is called, for the command that helps
 */
export function foreignFile(start: Uint8Array, file: string): ForeignFile | null {
  const text = asText(start.subarray(0, FOREIGN_BYTES));
  const word = shellWord(file);
  const sign = SIGNS.find(([at, magic]) => text.startsWith(magic, at));
  if (sign) return { what: sign[2], fix: sign[3](word) };
  const found = TEXTS.find(([pattern]) => pattern.test(text));
  return found ? { what: found[1], fix: found[2](word) } : null;
}
