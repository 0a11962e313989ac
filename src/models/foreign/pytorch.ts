import { archiveOf, bytesLike, type ForeignKind, matches } from './foreign-kind.js';

/** What PyTorch and its neighbours write beside state_dicts. */
export const PYTORCH: readonly ForeignKind[] = [
  {
    what: 'a TorchScript archive: a program, not a state_dict',
    told: archiveOf(/^[^/]+\/(constants\.pkl|code\/.*)$/),
    fix: (_, python) =>
      `its weights: python -c "import torch; torch.save(torch.jit.load(${python}).state_dict(), 'weights.pth')"; the network: torch.onnx.export(model, x, 'model.onnx'), where it was made`,
  },
  {
    what: 'a TorchServe archive (.mar)',
    told: archiveOf(/^MAR-INF\/MANIFEST\.json$/),
    fix: (file) => `unpack it, then name the checkpoint in it: unzip ${file}`,
  },
  {
    what: 'a program for ExecuTorch (.pte), compiled for one device',
    told: matches(/^[\s\S]{4}ET\d\d/),
    fix: () => 'it has no way back: take the model that it was made from',
  },
  {
    what: 'a model of Torch7 (.t7), for Lua',
    told: bytesLike(/^0[34]0000000100000003000000562031/),
    fix: () => 'its arrays: torchfile (PyPI) reads them, numpy.savez writes them',
  },
  {
    what: 'a pickle of Python objects',
    told: bytesLike(/^800[2-5]/),
    more: ({ start }) => {
      const maker = /\b(sklearn|joblib|keras|tensorflow|xgboost|lightgbm|pandas|numpy)\b/.exec(start)?.[1];
      return `${maker ? ` (${maker})` : ''}, which would run code when it is read`;
    },
    fix: () => 'where you trust it, save its arrays: numpy.savez("w.npz", **arrays)',
  },
];
