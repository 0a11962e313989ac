import { CnnvizError } from '../../core/errors.js';
import { someOf } from '../../core/text.js';
import type { OnnxModel, OnnxNode } from './builder.js';
import { TRANSLATORS } from './translators/index.js';

const RECURRENT = 'a recurrent layer: only convolutional networks are shown';
const CHOSEN = 'what it runs is chosen while the model runs';
/** Why operators that are asked for are not computed, where more can be said than that they are not. */
const REASONS: Readonly<Record<string, string>> = {
  LSTM: RECURRENT,
  GRU: RECURRENT,
  RNN: RECURRENT,
  Loop: CHOSEN,
  Scan: CHOSEN,
  If: CHOSEN,
};

/** Operators of onnxruntime itself. */
const RUNTIME = 'com.microsoft';

/** Why a node is not computed when its operator is not supported, with all others of the graph; null for one that is. */
export function operatorRefusals(
  nodes: readonly OnnxNode[],
  { opsets }: Pick<OnnxModel, 'opsets'>,
): (node: OnnxNode) => CnnvizError | null {
  const isRefused = ({ domain, operator }: OnnxNode) => domain !== '' || !TRANSLATORS.has(operator);
  const all = [...new Set(nodes.filter(isRefused).map(fullName))];
  return (node) => {
    if (!isRefused(node)) return null;
    const { name, domain, operator, outputs } = node;
    const others = all.filter((other) => other !== fullName(node));
    const more = others.length > 0 ? `, nor are ${someOf(others)}` : '';
    const place = name || outputs.find(Boolean) || operator;
    const reason = domain === '' && REASONS[operator] ? ` (${REASONS[operator]})` : '';
    return new CnnvizError(
      'unsupported',
      `${place}: operator ${fullName(node)} (opset ${opsets.get(domain) ?? 'unknown'}) is not supported${reason}${more}`,
      { fix: fixFor(domain) },
    );
  };
}

/** No near name is suggested: programs spell operators right, and ConvTranspose is no Transpose. */
function fixFor(domain: string): string {
  const list = `docs/networks.md lists the ${TRANSLATORS.size} operators of ONNX that are supported`;
  if (domain === '') return list;
  if (domain !== RUNTIME) return `export the model without it, it is an operator of ${domain} alone; ${list}`;
  return `it is an operator of onnxruntime alone: export the model without it, a quantised one by quantize_static(…, quant_format=QuantFormat.QDQ); ${list}`;
}

/** "Conv"; "com.microsoft.Attention" */
export function fullName({ domain, operator }: Pick<OnnxNode, 'domain' | 'operator'>): string {
  return domain === '' ? operator : `${domain}.${operator}`;
}
