import { plural } from '../core/geometry.js';
import type { ProfiledLayer, RunProfile } from '../core/profile.js';
import { formatBytes, groupDigits } from '../core/text.js';
import { tableLines } from './table.js';
import type { Style } from './text.js';

/** Kinds of work told below the layers, the longest first. */
const KINDS = 5;

/** "12.3" milliseconds, "0.004": three digits that mean something. */
export function msWords(ms: number): string {
  return ms >= 100 ? groupDigits(Math.round(ms)) : ms >= 1 ? ms.toFixed(ms >= 10 ? 1 : 2) : ms.toFixed(3);
}

/** "winograd4", or what the layer is where it is computed one way only. */
export function wayOf({ kind, algorithm }: Pick<ProfiledLayer, 'kind' | 'algorithm'>): string {
  return algorithm === null || algorithm === kind ? kind : `${kind} ${algorithm}`;
}

/** "+ batch_norm, relu" */
export function withKinds({ with: others }: ProfiledLayer): string {
  return others.length === 0 ? '' : `+ ${others.map(({ kind }) => kind).join(', ')}`;
}

/** "bn1 folded, relu fused" */
export function withWords({ with: others }: ProfiledLayer): string {
  return others.map(({ layer, how }) => `${layer} ${how}`).join(', ');
}

/** "43.5 GFLOP/s" of all layers; '' where nothing is multiplied. */
export function totalRate({ macs, ms }: Pick<RunProfile, 'macs' | 'ms'>): string {
  return macs === 0 || ms === 0 ? '' : `${((2 * macs) / ms / 1e6).toFixed(1)} GFLOP/s`;
}

/** What each kind of work took together, the longest first: ["conv gemm", milliseconds, layers]. */
export function kindsOf({ layers }: RunProfile): (readonly [way: string, ms: number, count: number])[] {
  const kinds = new Map<string, readonly [number, number]>();
  for (const layer of layers) {
    const [ms, count] = kinds.get(wayOf(layer)) ?? [0, 0];
    kinds.set(wayOf(layer), [ms + layer.ms, count + 1]);
  }
  return [...kinds].map(([way, [ms, count]]) => [way, ms, count] as const).sort((a, b) => b[1] - a[1]);
}

/** A table of the layers in the order of the network, and what each kind of work took. */
export function describeProfile(facts: RunProfile, style: Style): string[] {
  const { layers, ms, packMs, vectorBits } = facts;
  if (layers.length === 0) return ['profile: no layer was computed'];
  const parts = layers.some(({ part }) => part !== '');
  const repeats = layers.some(({ runs }) => runs > 1);
  const others = layers.some((layer) => layer.with.length > 0);
  const titles = ['layer', 'computed by', 'ms', 'share', 'GFLOP/s', 'result', 'memory'];
  const rows = layers.map((layer) => [
    ...(parts ? [layer.part] : []),
    layer.layer,
    wayOf(layer),
    ...(repeats ? [groupDigits(layer.runs)] : []),
    msWords(layer.ms),
    `${layer.share.toFixed(1)} %`,
    layer.gflops === null ? '' : layer.gflops.toFixed(1),
    layer.shape === null ? 'various' : layer.shape.join('×'),
    formatBytes(layer.bytes),
    ...(others ? [withWords(layer)] : []),
  ]);
  const [first, second, ...rest] = titles;
  const head = [
    ...(parts ? ['network'] : []),
    first,
    second,
    ...(repeats ? ['runs'] : []),
    ...rest,
    ...(others ? ['with'] : []),
  ];
  const names = parts ? 2 : 1;
  const isLeft = (column: number) => column <= names || (others && column === head.length - 1);
  const lines = tableLines([head, ...rows], { indent: 1, gap: 2, isLeft, names }, style.columns).flat();
  const rate = totalRate(facts);
  const kinds = kindsOf(facts);
  const told = kinds
    .slice(0, KINDS)
    .map(([way, own, count]) => `${way} ${((100 * own) / ms).toFixed(1)} % (${groupDigits(count)})`)
    .join(', ');
  const [title, ...below] = lines;
  return [
    ...(title === undefined ? [] : [style.dim(title)]),
    ...below,
    ` ${style.strong(`${msWords(ms)} ms`)} in ${plural(layers.length, 'layer')}${rate === '' ? '' : `, ${rate}`}; before them ${msWords(packMs)} ms for memory and weights${vectorBits === 256 ? '; vectors of 256 bits' : ''}`,
    ` ${told}${kinds.length > KINDS ? ', …' : ''}`,
  ];
}
