import { viewOf } from '../../core/bytes.js';
import { messageOf, rootField } from './binary.js';
import { archiveOf, begins, either, type ForeignKind, folderOf, matches, original } from './foreign-kind.js';

/** What is made for one runtime or one device, out of a model of another format. */
export const DEVICES: readonly ForeignKind[] = [
  {
    what: "a model in ONNX Runtime's own format (.ort)",
    told: begins('ORTM', 4),
    fix: () => 'take the .onnx that it was made from',
  },
  {
    what: 'the layers of an ncnn model (.param)',
    told: either(begins('7767517\n'), begins('7767517\r\n'), folderOf(/^[^/]+\.param$/, /^[^/]+\.bin$/)),
    fix: original('ncnn has no way back'),
  },
  {
    what: 'the weights of an ncnn model (.bin)',
    told: either(begins('\x47\x6b\x30\x01'), begins('\x38\x4b\x0d\0')),
    fix: original('ncnn has no way back'),
  },
  {
    what: 'the layers of an OpenVINO model',
    told: either(matches(/^\s*(<\?xml[^>]*>\s*)?<net\s/), folderOf(/^openvino_model\.(xml|bin)$/)),
    fix: original('OpenVINO has no way back, ovc leads to it alone'),
  },
  {
    what: 'a Core ML model',
    told: either(
      messageOf(
        ([first, second, ...rest]) =>
          first.number === 1 &&
          first.type === 'varint' &&
          second?.number === 2 &&
          rest.some(({ number }) => number >= 200 && number <= 3000),
      ),
      folderOf(/^Manifest\.json$/, /^Data\/com\.apple\.CoreML/),
      folderOf(/^coremldata\.bin$/),
    ),
    fix: original('coremltools has no way back'),
  },
  {
    what: 'a GGUF file, of llama.cpp and its kin',
    told: either(begins('GGUF'), begins('lmgg'), begins('tjgg')),
    fix: () => 'take the original .safetensors or .pth',
  },
  { what: 'a model of MNN', told: isMnn, fix: original('MNNConvert leads to MNN alone') },
  {
    what: 'a model for Rockchip processors (.rknn)',
    told: either(begins('RKNN'), begins('RKNN', 4), begins('RKNX'), begins('CYPTRKNN')),
    fix: original('rknn-toolkit has no way back'),
  },
  {
    what: 'an engine of TensorRT, compiled for one GPU',
    told: either(begins('ptrt'), begins('ftrt'), matches(/^[\s\S]{4}\{"description": "Ultralytics /)),
    fix: original('an engine has no way back'),
  },
  {
    what: 'a container for Qualcomm processors (.dlc)',
    told: archiveOf(/^dlc\.metadata$/),
    fix: original('SNPE has no way back'),
  },
];

/** Net of MNN's schema: oplists stands in field 3, tensorName, a list of names, in field 7; there is no magic number. */
function isMnn({ source }: Parameters<ForeignKind['told']>[0]): boolean {
  if (source === null || rootField(source, 3) === null) return false;
  const field = rootField(source, 7);
  const number = (at: number | null) =>
    at !== null && at + 4 <= source.size ? viewOf(source.read(at, 4)).getUint32(0, true) : null;
  const follow = (at: number | null) => (at === null || number(at) === null ? null : at + number(at)!);
  const list = follow(field);
  const count = number(list);
  if (list === null || count === null || count === 0 || 4 * count > source.size) return false;
  const name = follow(list + 4);
  const length = number(name);
  if (name === null || length === null || length === 0 || length > 256 || name + 4 + length > source.size) return false;
  return /^[ -~]+$/.test(String.fromCharCode(...source.read(name + 4, length)));
}
