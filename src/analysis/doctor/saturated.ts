import { keepsNumbers, nameOf } from '../../layers/index.js';
import { MOVING } from '../../layers/kind-lists.js';
import type { Model } from '../../layers/model.js';
import type { Finding, Look } from './finding.js';
import { imagesWords } from './finding.js';

/** A layer with more of its values at the limits than the first is stuck, than the second worth a remark. */
const [STUCK, MUCH] = [0.95, 0.5];

/** Sigmoids, tanhs and their like that are at their limits nearly everywhere: no gradient and no difference passes them. */
export const lookForSaturated: Look = ({ seen, shaped: { model } }) =>
  (seen?.layers ?? []).flatMap(({ node, saturated, channels, lo, hi }): Finding[] => {
    if (saturated === null || saturated < MUCH) return [];
    const name = nameOf(node.layer);
    // a gate is made to open and close, and an output to decide
    const isFree = name === 'relu6' || isGateOrOutput(model, node.outputs[0]);
    const isStuck = !isFree && saturated >= STUCK;
    const percent = `${(100 * saturated).toFixed(1)} %`;
    const isConstant = Array.from(lo).every((least, c) => least === hi[c]);
    if (isConstant) return [];
    return [
      {
        kind: isStuck ? 'saturated' : 'near-limits',
        severity: isStuck ? 'suspect' : 'remark',
        layer: node.name,
        channels: null,
        what: `${node.name}: ${percent} of its values are at the limits of ${name} on ${imagesWords(seen!.images)}`,
        numbers: { share: saturated, channels, images: seen!.images },
        fix: isStuck
          ? 'what arrives is too large: look at the range of the input (--pixels) and at the weights before it'
          : null,
      },
    ];
  });

/** Whether a value is only multiplied with others, or leaves the network. */
function isGateOrOutput(model: Model, value: string): boolean {
  if (model.outputs.includes(value)) return true;
  const readers = model.nodes.filter(({ inputs }) => inputs.includes(value));
  return readers.every(({ layer, outputs }) => {
    if (layer.kind === 'mul') return true;
    const passes = keepsNumbers(layer) || MOVING.includes(layer.kind);
    return passes && outputs.every((output) => isGateOrOutput(model, output));
  });
}
