import { makerOf } from './examination.js';
import type { Finding, Look } from './finding.js';

/** A softmax of a softmax: shares that are nearly equal, whatever the network thinks. */
export const lookForDoubleSoftmax: Look = ({ shaped, seen }) =>
  shaped.model.nodes.flatMap((node): Finding[] => {
    const { layer, name, inputs } = node;
    if (layer.kind !== 'softmax' && layer.kind !== 'log_softmax') return [];
    const before = makerOf(shaped, inputs[0]!);
    const isDouble = before?.layer.kind === 'softmax' || before?.layer.kind === 'log_softmax' || seen?.given.has(name);
    if (!isDouble) return [];
    const first = before?.name ?? inputs[0]!;
    return [
      {
        kind: 'double-softmax',
        severity: 'broken',
        layer: name,
        channels: null,
        what: `softmax is applied twice: ${name} reads ${first}, which is one already; the shares it gives are nearly equal`,
        numbers: { first, second: name },
        fix: `leave ${name} out: return ${first}, or the scores before it`,
      },
    ];
  });
