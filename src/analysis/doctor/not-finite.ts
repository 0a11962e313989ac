import { plural } from '../../core/geometry.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { isFloat, type Numbers } from '../../core/values.js';
import type { ShapedModel } from '../../layers/infer.js';
import { MASKING } from '../../layers/kind-lists.js';
import type { ModelNode } from '../../layers/model.js';
import { channelWords, type Finding, type Look, listed } from './finding.js';

/** Parameters with NaN or infinities, and where the first of them is born in a run. */
export const lookForNotFinite: Look = ({ shaped, seen }) => {
  const { model } = shaped;
  const bad = new Map(model.nodes.map((node) => [node.name, badParameters(shaped, node)]));
  const birth = seen?.faults.find(({ kind }) => kind !== 'explosion') ?? null;
  const findings: Finding[] = [];
  if (birth) {
    const cause = bad.get(birth.layer)?.[0] ?? null;
    const { layer, kind, channels, count } = birth;
    const because = cause ? `: ${cause.words}` : '';
    const node = model.nodes.find(({ name }) => name === layer);
    const behind = kind === 'NaN' ? '; what reads them is NaN, too' : '';
    findings.push({
      kind: 'nan',
      severity: 'broken',
      layer,
      channels,
      what: `${kind} is born in ${layer}, channel${channels.length === 1 ? '' : 's'} ${listed(channels)}${because} (${plural(count, 'value')}${behind})`,
      numbers: { values: count, ...(cause && { parameter: cause.name, index: cause.index, value: cause.value }) },
      fix: cause
        ? `load or export ${cause.name} again: in the file it is ${cause.value}`
        : `look at what arrives: --layers '${node?.inputs[0] ?? layer}' of cnnviz run`,
    });
  }
  for (const node of model.nodes) {
    for (const one of bad.get(node.name)!) {
      // told already, as the cause of what it led to
      if (node.name === birth?.layer && one === bad.get(node.name)![0]) continue;
      if (one.kind === 'variance') continue;
      findings.push({
        kind: 'nan',
        severity: 'broken',
        layer: node.name,
        channels: one.channels,
        what: `${node.name}: ${one.words}`,
        numbers: { parameter: one.name, values: one.count, index: one.index, value: one.value },
        fix: `load or export ${one.name} again: every number that reads it is lost`,
      });
    }
  }
  return findings;
};

interface BadParameter {
  readonly kind: 'not finite' | 'variance';
  readonly name: string;
  readonly words: string;
  readonly channels: readonly number[];
  readonly count: number;
  /** Of the first one. */
  readonly index: number;
  readonly value: string;
}

/** The parameters of a layer that cannot be right: not finite, or a variance below zero. */
export function badParameters({ model }: ShapedModel, { inputs, layer }: ModelNode): BadParameter[] {
  return inputs.flatMap((name, place): BadParameter[] => {
    const constant = name === null ? undefined : model.constants.get(name);
    if (!constant || name === null || !isFloat(constant.dtype) || MASKING.includes(layer.kind)) return [];
    const isVariance = layer.kind === 'batch_norm' && place === 4;
    const { data } = constant.load();
    const wrong = indicesOf(data, (value) => !Number.isFinite(value));
    const isNegative = wrong.length === 0 && isVariance;
    const found = isNegative ? indicesOf(data, (value) => value < 0) : wrong;
    if (found.length === 0) return [];
    const rows = constant.shape[0] ?? 1;
    const channels = [...new Set(found.map((index) => Math.floor(index / (data.length / rows))))];
    const value = wordOf(data[found[0]]);
    const at =
      found.length === 1
        ? `${name}[${found[0]}] is ${value}`
        : `${groupDigits(found.length)} numbers of ${name} are ${isNegative ? 'below zero' : 'NaN or infinite'}, the first [${found[0]}] ${value}`;
    return [
      {
        kind: isNegative ? 'variance' : 'not finite',
        name,
        words: constant.shape.length > 1 ? `${at} (${channelWords(channels, rows)})` : at,
        channels,
        count: found.length,
        index: found[0],
        value,
      },
    ];
  });
}

function indicesOf(data: Numbers, isMeant: (value: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < data.length; i++) if (isMeant(data[i])) found.push(i);
  return found;
}

function wordOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? formatNumber(value).replace('-', '−') : value > 0 ? 'infinite' : '−infinite';
}
