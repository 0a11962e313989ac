import { messageOf } from './binary.js';
import { either, type ForeignKind, folderOf, hexOf, matches } from './foreign-kind.js';

const graphModel = (file: string) =>
  `convert it: python -m tf2onnx.convert --tfjs ${file} --output model.onnx, then: cnnviz run model.onnx`;

/** A node of a graph: its name, then its operator. */
function isNode(head: string): boolean {
  const name = head.charCodeAt(1);
  const rest = head.slice(2 + name);
  return head[0] === '\n' && name > 0 && name < 128 && rest[0] === '\x12' && /^[A-Z_]\w+/.test(rest.slice(2));
}

/** What TensorFlow, Keras and TensorFlow.js write. */
export const TENSORFLOW: readonly ForeignKind[] = [
  {
    what: 'a TensorFlow.js graph model: a graph of TensorFlow, not layers',
    told: matches(/^\s*\{[\s\S]*"format"\s*:\s*"graph-model"/),
    fix: graphModel,
  },
  {
    what: 'the architecture of a Keras model, without its weights',
    told: matches(/^\s*\{[\s\S]*"class_name"\s*:\s*"(Sequential|Functional|Model)"/),
    fix: () => 'save both where it was made: model.save("model.keras")',
  },
  {
    what: 'a SavedModel of TensorFlow',
    told: either(
      messageOf(
        ([first, ...rest], head) =>
          first.number === 1 &&
          first.type === 'varint' &&
          first.low === 1 &&
          rest.length > 0 &&
          rest.every(
            (field) =>
              field.number === 2 && field.type === 'bytes' && /^0a(..){1,3}(0a|12|1a|22|2a)/.test(hexOf(head(field))),
          ),
      ),
      folderOf(/(^|\/)saved_model\.pb(txt)?$/),
    ),
    fix: (file) => {
      const folder = file.replace(/\/?[^/]*\.pb(txt)?(?="?$)/, '') || '.';
      return `convert its folder: python -m tf2onnx.convert --saved-model ${folder} --output model.onnx, then: cnnviz run model.onnx`;
    },
  },
  {
    what: 'a graph of TensorFlow (GraphDef, .pb)',
    told: messageOf(
      (fields, head) => fields[0].number === 1 && fields.every(({ number }) => number <= 4) && isNode(head(fields[0])),
    ),
    fix: (file) =>
      `convert it, with the names of its ends: python -m tf2onnx.convert --graphdef ${file} --inputs INPUT:0 --outputs OUTPUT:0 --output model.onnx`,
  },
  {
    what: 'a checkpoint of TensorFlow',
    told: either(
      matches(/^(model_checkpoint_path|all_model_checkpoint_paths)\s*:/),
      ({ source }) =>
        source !== null &&
        source.size > 48 &&
        String.fromCharCode(...source.read(source.size - 8, 8)) === '\x57\xfb\x80\x8b\x24\x75\x47\xdb',
      folderOf(/\.data-\d{5}-of-\d{5}$/, /\.index$/),
    ),
    fix: () =>
      `its .meta beside it: python -m tf2onnx.convert --checkpoint NAME.meta --inputs INPUT:0 --outputs OUTPUT:0 --output model.onnx; of Keras: model.load_weights("NAME"), then model.save("model.keras")`,
  },
];
