import { type ForeignKind, matches } from './foreign-kind.js';

/** Texts about a model, which is somewhere else. */
export const DESCRIPTIONS: readonly ForeignKind[] = [
  {
    what: 'an index of weights that lie in several files',
    told: matches(/^\s*\{[\s\S]*"weight_map"\s*:\s*\{/),
    fix: () => 'name one of the files that it lists: cnnviz weights model-00001-of-00002.safetensors',
  },
  {
    what: 'a configuration of Hugging Face, which names an architecture but no layers',
    told: matches(/^\s*\{[\s\S]*"(architectures|model_type)"\s*:/),
    fix: () => 'export the model: optimum-cli export onnx --model FOLDER out/, then: cnnviz run out/model.onnx',
  },
  {
    what: 'the description of a YOLO network, without its weights',
    told: matches(/^backbone:[ \t]*(#[^\n]*)?\r?\n[\s\S]*\[\s*-1\s*,/m),
    fix: () => 'export the trained model: yolo export model=best.pt format=onnx, then: cnnviz run best.onnx',
  },
  {
    what: 'a program in Python, which is not run',
    // import x from 'y' and import x, { z } from 'y' are JavaScript
    told: matches(
      /^\s*(#[^\n]*\n\s*)*(("""|''')[\s\S]*?\3\s*(#[^\n]*\n\s*)*)?(import [\w.]+(?![\w.])(?! +from| *, *[{*])|from [\w.]+ import )/,
    ),
    fix: () =>
      "export the model where it is made: torch.onnx.export(model, x, 'model.onnx'), then: cnnviz run model.onnx",
  },
];
