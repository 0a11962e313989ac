import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutate } from './mutate.js';
import { type FuzzTarget, tryRead } from './targets.js';

/** A mutation that takes longer than this hangs. */
const SLOW_MS = 2000;

export interface FuzzResult {
  readonly name: string;
  readonly count: number;
  readonly accepted: number;
  readonly refused: number;
  readonly slowestMs: number;
  /** What went wrong, with the seed and the file that shows it. */
  readonly faults: readonly string[];
}

/** `count` seeded mutations of a target's seeds. */
export function fuzz(target: FuzzTarget, count: number, firstSeed: number): FuzzResult {
  let [accepted, refused, slowestMs] = [0, 0, 0];
  const faults: string[] = [];
  for (let i = 0; i < count && faults.length < 5; i++) {
    const seed = firstSeed + i;
    const bytes = mutate(target.seeds[i % target.seeds.length], seed);
    const start = performance.now();
    const outcome = tryRead(target, bytes);
    const took = performance.now() - start;
    slowestMs = Math.max(slowestMs, took);
    if (outcome === 'accepted') accepted++;
    else if (outcome === 'refused') refused++;
    else faults.push(`seed ${seed}: ${String(outcome.fault)}; ${keep(bytes, target.name, seed)}`);
    if (took > SLOW_MS) faults.push(`seed ${seed}: ${Math.round(took)} ms; ${keep(bytes, target.name, seed)}`);
  }
  return { name: target.name, count, accepted, refused, slowestMs, faults };
}

function keep(bytes: Uint8Array, name: string, seed: number): string {
  const path = join(mkdtempSync(join(tmpdir(), 'cnnviz-fuzz-')), `${name}-${seed}.bin`);
  writeFileSync(path, bytes);
  return path;
}
