import { channelWords, type Finding, type Look } from './finding.js';
import type { Weight } from './weights.js';

/** Kernels with the same numbers: one of them is enough, and all of them the same is a network that never began. */
export const lookForDuplicates: Look = ({ weights }) =>
  weights.flatMap((weight): Finding[] => {
    const { node, name, rows, columns, data } = weight;
    if (rows < 2 || columns < 4) return [];
    const groups = sameRows(weight).filter((group) => group.length > 1);
    const zero = groups.find(([row]) =>
      data.subarray(row * columns, (row + 1) * columns).every((value) => value === 0),
    );
    const same = groups.filter((group) => group !== zero);
    if (zero?.length === rows) return [];
    const isAll = same.some((group) => group.length === rows);
    if (isAll) {
      return [
        {
          kind: 'duplicates',
          severity: 'broken',
          layer: node.name,
          channels: Array.from({ length: rows }, (_, m) => m),
          what: `${node.name}: all ${rows} kernels of ${name} are the same`,
          numbers: { parameter: name, channels: rows },
          fix: 'begin with random weights: equal ones stay equal however long they are trained',
        },
      ];
    }
    const findings: Finding[] = [];
    if (same.length > 0) {
      const pairs = same.map((group) => group.join(' = '));
      findings.push({
        kind: 'duplicate-channels',
        severity: 'remark',
        layer: node.name,
        channels: same.flat(),
        what: `${node.name}: channels with the same kernel: ${`${pairs.slice(0, 8).join(', ')}${pairs.length > 8 ? ' …' : ''}`}`,
        numbers: { parameter: name, same: pairs },
        fix: null,
      });
    }
    if (zero) {
      findings.push({
        kind: 'zero-channels',
        severity: 'remark',
        layer: node.name,
        channels: zero,
        what: `${node.name}: ${channelWords(zero, rows)} of ${name} are all zeros`,
        numbers: { parameter: name, zeros: zero.length },
        fix: null,
      });
    }
    return findings;
  });

/** Rows grouped by their numbers, bit by bit. */
function sameRows({ data, rows, columns }: Weight): number[][] {
  const groups = new Map<string, number[]>();
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  for (let m = 0; m < rows; m++) {
    let [one, two] = [0x811c9dc5, 0x9e3779b9];
    for (let i = m * columns; i < (m + 1) * columns; i++) {
      one = Math.imul(one ^ bits[i], 0x01000193);
      two = Math.imul(two ^ (bits[i] >>> 16) ^ (bits[i] << 5), 0x85ebca6b);
    }
    const key = `${one},${two}`;
    groups.set(key, [...(groups.get(key) ?? []), m]);
  }
  return [...groups.values()];
}
