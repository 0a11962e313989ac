import { messageOf } from './binary.js';
import { begins, bytesLike, either, type ForeignKind, folderOf, matches } from './foreign-kind.js';

const CAFFE =
  'convert both files: python -m caffe2onnx.convert --prototxt NET.prototxt --caffemodel NET.caffemodel --onnx model.onnx';
const LAYERS = 'convert it to ONNX, or write its layers as a network file (.yaml)';
const MXNET = `convert both files: python -c "import mxnet as mx; mx.onnx.export_model('net-symbol.json', 'net-0000.params', [(1, 3, 224, 224)], 'float32', 'model.onnx')" (MXNet 1.9)`;
const PADDLE = (folder: string) =>
  `convert it: paddle2onnx --model_dir ${folder} --model_filename NAME.pdmodel --params_filename NAME.pdiparams --save_file model.onnx`;

/** A layer of Caffe, its name before its type; an entry of CNTK's dictionary, its key before its value. */
function isNamed(head: string, behind: RegExp): boolean {
  const length = head.charCodeAt(1);
  const [name, next] = [head.slice(2, 2 + length), head.slice(2 + length)];
  return head[0] === '\n' && length < 128 && /^[ -~]*$/.test(name) && next[0] === '\x12' && behind.test(next.slice(2));
}

/** Formats of frameworks that are no more, or seldom used. */
export const OLDER: readonly ForeignKind[] = [
  {
    what: 'the layers of a Caffe model (.prototxt)',
    told: matches(
      /^\s*(#[^\n]*\n\s*)*(name\s*:\s*"[^"]*"\s+)?(input\s*:\s*"[^"]*"[^{]*(input_(shape|dim)[^}]*\}?\s*)*)?layers?\s*\{/,
    ),
    fix: () => CAFFE,
  },
  {
    what: 'the weights of a Caffe model (.caffemodel)',
    told: messageOf((fields, head) =>
      fields.some((field) => field.number === 100 && field.type === 'bytes' && isNamed(head(field), /^[A-Z][A-Za-z]+/)),
    ),
    fix: () => CAFFE,
  },
  {
    what: 'the layers of a Darknet model (.cfg)',
    told: matches(/^\s*(#[^\n]*\n\s*)*\[net(work)?\]\s*\n/),
    fix: () => LAYERS,
  },
  {
    what: 'the weights of a Darknet model (.weights)',
    told: bytesLike(/^000000000[12]0000000[05]000000/),
    fix: () => 'convert it to ONNX with its .cfg: the numbers do not say what layers they are of',
  },
  {
    what: 'the layers of a PaddlePaddle model',
    told: either(
      bytesLike(/^0a([89a-f].)*[0-7].080010(ff){9}01/),
      matches(/^\s*\{[\s\S]{0,40}"base_code"\s*:\s*\{[^}]*"pir"/),
      folderOf(/\.pdiparams$/),
    ),
    fix: () => PADDLE('FOLDER'),
  },
  {
    what: 'the weights of a PaddlePaddle model (.pdiparams)',
    told: bytesLike(/^(00){16}[0-7].00000008[01]./),
    fix: () => PADDLE('FOLDER'),
  },
  {
    what: 'the weights of an MXNet model (.params)',
    told: begins('\x12\x01\0\0\0\0\0\0'),
    fix: () => MXNET,
  },
  {
    what: 'the layers of an MXNet model (-symbol.json)',
    told: matches(/^\s*\{\s*"nodes"\s*:\s*\[[\s\S]*"op"\s*:\s*"null"/),
    fix: () => MXNET,
  },
  {
    what: 'a model of CNTK',
    told: either(
      begins('B\0C\0N\0'),
      messageOf(
        ([first, ...rest], head) =>
          first.number === 1 &&
          first.type === 'varint' &&
          rest.length > 0 &&
          rest.every((field) => field.number === 2 && field.type === 'bytes' && isNamed(head(field), /^/)),
      ),
    ),
    fix: () =>
      `convert it: python -c "import cntk as C; C.Function.load('net.model').save('model.onnx', format=C.ModelFormat.ONNX)"`,
  },
  {
    what: 'arrays of MATLAB (.mat)',
    told: begins('MATLAB '),
    fix: () => 'scipy.io.loadmat reads them, numpy.savez writes them; of version 7.3: h5py',
  },
];
