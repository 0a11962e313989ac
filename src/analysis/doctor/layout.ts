import type { Finding, Look } from './finding.js';

/** An input [N, H, W, C] that a Reshape, where a Transpose belongs, makes [N, C, H, W] of: rows of colours become maps. */
export const lookAtLayout: Look = ({ shaped: { model, infos } }) =>
  model.nodes.flatMap((node): Finding[] => {
    const [name] = node.inputs;
    if (node.layer.kind !== 'reshape' || !model.inputs.some((input) => input.name === name)) return [];
    const before = infos.get(name!)!.shape;
    const after = infos.get(node.outputs[0])!.shape;
    if (before.length !== 4 || after.length !== 4) return [];
    const [N, H, W, C] = before;
    const isLast = (C === 3 || C === 4) && H > 4 && W > 4;
    if (!isLast || after[0] !== N || after[1] !== C || after[2] * after[3] !== H * W) return [];
    return [
      {
        kind: 'layout',
        severity: 'broken',
        layer: node.name,
        channels: null,
        what: `${node.name} reshapes NHWC [${before.join(', ')}] into NCHW [${after.join(', ')}]: numbers stay where they are, so colours are torn apart`,
        numbers: { from: before.join(','), to: after.join(',') },
        fix: 'a Transpose with perm 0,3,1,2 belongs there: x.permute(0, 3, 1, 2)',
      },
    ];
  });
