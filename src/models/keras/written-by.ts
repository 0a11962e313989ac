import { CnnvizError } from '../../core/errors.js';
import { isRecord, type Json } from './fields.js';
import type { Writer } from './layer-call.js';

/** More than any configuration has; what is behind is not looked at. */
const MOST_LOOKED_AT = 2_000_000;

/** What is told by a configuration as a whole: fields that only one version of Keras writes. */
interface Traces {
  isKeras3: boolean;
  isKeras2: boolean;
  isKeras1: boolean;
  channelsFirst: boolean;
  policies: Set<string>;
}

/** By the file's word, else by how the configuration is written. @throws CnnvizError 'unsupported' for one of Keras 1 */
export function writerOf(config: unknown, version: string | null): { writer: Writer; policies: ReadonlySet<string> } {
  const traces = tracesOf(config);
  const { isKeras2, isKeras3, channelsFirst, policies } = traces;
  if (traces.isKeras1) {
    throw new CnnvizError('unsupported', 'a configuration of Keras 1: its layers have other fields', {
      fix: 'load it with Keras 2.2 and save it again',
    });
  }
  const byStyle = isKeras3 ? 3 : isKeras2 ? 2 : null;
  return { writer: { major: majorOf(version) ?? byStyle, version, keepsFirst: channelsFirst }, policies };
}

/** "2.15.0", "2.2.4-tf", "3.4.1"; tfjs-layers computes as Keras 2. */
function majorOf(version: string | null): 2 | 3 | null {
  if (version === null) return null;
  if (/tfjs/i.test(version) || /^[12]\./.test(version)) return 2;
  return /^3\./.test(version) ? 3 : null;
}

function tracesOf(config: unknown): Traces {
  const traces: Traces = {
    isKeras3: false,
    isKeras2: false,
    isKeras1: false,
    channelsFirst: false,
    policies: new Set(),
  };
  const waiting: unknown[] = [config];
  for (let looked = 0; waiting.length > 0 && looked < MOST_LOOKED_AT; looked++) {
    const value = waiting.pop();
    if (Array.isArray(value)) {
      for (const item of value) if (typeof item === 'object') waiting.push(item);
      continue;
    }
    if (!isRecord(value)) continue;
    if (value.class_name === '__keras_tensor__' || value.class_name === 'DTypePolicy') traces.isKeras3 = true;
    if (value.data_format === 'channels_first') traces.channelsFirst = true;
    const policy = policyOf(value.dtype ?? null);
    if (policy !== null) traces.policies.add(policy);
    for (const key of Object.keys(value)) {
      if (key === 'batch_input_shape') traces.isKeras2 = true;
      if (key === 'nb_filter' || key === 'border_mode' || key === 'dim_ordering') traces.isKeras1 = true;
      if (key === 'batch_shape') traces.isKeras3 = true;
      const inner = value[key];
      if (typeof inner === 'object' && inner !== null) waiting.push(inner);
    }
  }
  return traces;
}

/** The name of a policy of number types: "float32", "mixed_float16"; null where nothing is said. */
export function policyOf(dtype: Json): string | null {
  if (typeof dtype === 'string') return dtype;
  if (!isRecord(dtype) || !isRecord(dtype.config)) return null;
  return typeof dtype.config.name === 'string' ? dtype.config.name : null;
}
