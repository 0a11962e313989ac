import { shellWord } from '../../core/command-text.js';
import type { ForeignFile } from '../../core/foreign-file.js';

/** What a zip archive is by its entries, when it is a model that is not read; null for all others. */
export function foreignArchive(names: readonly string[], file: string): ForeignFile | null {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  // within the quotes of python -c "…"
  const inPython = `'${file.replace(/[\\'"$`!]/g, '\\$&')}'`;
  if (names.includes('config.json') && has(/^model\.weights\.(h5|npz)$/)) {
    return {
      what: 'a Keras model (.keras)',
      fix: `convert it: python -m tf2onnx.convert --keras ${shellWord(file)} --output model.onnx, then: cnnviz run model.onnx`,
    };
  }
  if (has(/(^|\/)(archive_format|serialized_exported_program\.json|models\/[^/]+\.json)$/)) {
    return {
      what: 'an exported program of PyTorch (.pt2)',
      fix: `its weights: python -c "import torch; torch.save(torch.export.load(${inPython}).state_dict, 'weights.pth')"; the network: torch.onnx.export`,
    };
  }
  if (has(/^[^/]+\/(constants\.pkl|code\/.*)$/)) {
    return {
      what: 'a TorchScript archive: a program, not a state_dict',
      fix: `its weights: python -c "import torch; torch.save(torch.jit.load(${inPython}).state_dict(), 'weights.pth')"; the network: torch.onnx.export`,
    };
  }
  return null;
}
