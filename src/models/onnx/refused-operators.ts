import { CnnvizError } from '../../core/errors.js';
import { someOf } from '../../core/text.js';
import type { OnnxModel, OnnxNode } from './builder.js';
import { TRANSLATORS } from './translators/index.js';

const RECURRENT = 'a recurrent layer: cnnviz shows convolutional networks';
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

/**
 * All operators that are not supported at once, before anything is translated.
 * @throws CnnvizError 'unsupported'
 */
export function checkOperators(nodes: readonly OnnxNode[], { opsets }: Pick<OnnxModel, 'opsets'>): void {
  const refused = nodes.filter(({ domain, operator }) => domain !== '' || !TRANSLATORS.has(operator));
  if (refused.length === 0) return;
  const [first] = refused;
  const { name, domain, operator, outputs } = first;
  const others = [...new Set(refused.map(fullName))].filter((other) => other !== fullName(first));
  const more = others.length > 0 ? `, nor are ${someOf(others)}` : '';
  const place = name || outputs.find(Boolean) || operator;
  const reason = domain === '' && REASONS[operator] ? ` (${REASONS[operator]})` : '';
  throw new CnnvizError(
    'unsupported',
    `${place}: operator ${fullName(first)} (opset ${opsets.get(domain) ?? 'unknown'}) is not supported${reason}${more}`,
    { fix: fixFor(domain) },
  );
}

/** No near name is suggested: programs spell operators right, and ConvTranspose is no Transpose. */
function fixFor(domain: string): string {
  const list = `docs/networks.md lists the ${TRANSLATORS.size} operators of ONNX that are supported`;
  if (domain === '') return list;
  if (domain !== RUNTIME) return `export the model without it, it is an operator of ${domain} alone; ${list}`;
  return `it is an operator of onnxruntime alone: export the model without it, a quantised one by quantize_static(…, quant_format=QuantFormat.QDQ); ${list}`;
}

function fullName({ domain, operator }: Pick<OnnxNode, 'domain' | 'operator'>): string {
  return domain === '' ? operator : `${domain}.${operator}`;
}
