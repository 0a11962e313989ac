import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../../src/core/errors.js';
import { planModel } from '../../../src/engine/plan.js';
import { arrayOf, importBytes, readJson, run, type StoredArray, worstOfLargest } from './arrays.js';

/** A folder that `fixtures/make/onnx_cases.py --all` has filled; without it nothing here runs. */
const FOLDER = process.env.CNNVIZ_ONNX_CASES;
/** Only operators of these names, separated by commas. */
const ONLY = process.env.CNNVIZ_ONNX_ONLY?.split(',');

type Named = StoredArray & { readonly name: string };

interface Case {
  readonly name: string;
  readonly model: string;
  /** null: something other than arrays. */
  readonly inputs: readonly Named[] | null;
  readonly outputs: readonly Named[] | null;
  readonly half: boolean;
}

type Verdict = 'agrees' | 'refused' | 'wrong' | 'crash';

/** What the operators of ONNX draw at random: no two engines agree. */
const RANDOM = /^test_(bernoulli|training_dropout(?!_zero))/;

/** Expected values that ONNX writes by hand, with four digits. */
const FOUR_DIGITS = [
  'test_averagepool_2d_ceil_last_window_starts_on_pad',
  'test_roialign_aligned_false',
  'test_roialign_aligned_true',
];

/** As a share of the largest value; cnnviz computes half precision in float32, ONNX rounds after each operator. */
function toleranceOf(name: string, isFloat: boolean, half: boolean): number {
  if (!isFloat) return 0;
  if (FOUR_DIGITS.includes(name)) return 5e-4;
  // bfloat16 has 8 bits
  return half ? (/bf(?:loat)?16/.test(name) ? 2 ** -7 : 4e-3) : 1e-5;
}

/** Runs one case. Refused means: by a CnnvizError before any number was computed, or for what the numbers are. */
function verdictOf({ name, model: bytes, inputs, outputs, half }: Case): [Verdict, string] {
  try {
    const model = importBytes(Buffer.from(bytes, 'base64'));
    if (!inputs || !outputs) {
      // what cannot be given as arrays can still be told: nothing to compare
      planModel(model, new Map(), { algorithm: null, exact: true });
      return ['wrong', 'imported, with values that are no arrays'];
    }
    const results = run(model, new Map(inputs.map((array) => [array.name, arrayOf(array)])));
    for (const output of outputs) {
      const [got, expected] = [results.get(output.name), arrayOf(output)];
      if (!got) return ['wrong', `${output.name}: not there`];
      const [found, meant] = [`${got.dtype} [${got.shape}]`, `${expected.dtype} [${expected.shape}]`];
      if (found !== meant) return ['wrong', `${output.name}: expected ${meant}, got ${found}`];
      const worst = worstOfLargest(got, expected);
      const tolerance = toleranceOf(name, expected.dtype.startsWith('float'), half);
      if (!(worst <= tolerance))
        return ['wrong', `${output.name}: off by ${worst.toExponential(1)} of its largest value`];
    }
    return ['agrees', ''];
  } catch (error) {
    if (error instanceof CnnvizError) return ['refused', `${error.code}: ${error.message}`];
    return ['crash', error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 3).join(' ') : String(error)];
  }
}

describe.runIf(FOLDER !== undefined)("all of ONNX's own tests: agreed with or refused, none wrong", () => {
  const lines: string[] = [];
  const files = FOLDER === undefined ? [] : readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  const wanted = files.filter((file) => ONLY === undefined || ONLY.includes(file.split('.')[0]));
  it.each(wanted)('%s', (file) => {
    const { cases } = readJson(join(FOLDER!, file)) as { cases: readonly Case[] };
    const found = cases
      .filter(({ name }) => !RANDOM.test(name))
      .map((one) => ({ name: one.name, verdict: verdictOf(one) }));
    const count = (verdict: Verdict) => found.filter((one) => one.verdict[0] === verdict).length;
    const counts = (['agrees', 'refused', 'wrong', 'crash'] as const).map((verdict) => `${verdict} ${count(verdict)}`);
    lines.push(`${file.slice(0, -5).padEnd(34)} ${counts.join('  ')}`);
    const rest = found.filter(({ verdict }) => verdict[0] !== 'agrees');
    for (const { name, verdict } of rest) lines.push(`    ${verdict[0]} ${name}: ${verdict[1]}`);
    // every file's share so far: what is stopped early is not lost
    if (ONLY === undefined) writeFileSync(join(FOLDER!, '..', 'report.txt'), `${lines.join('\n')}\n`);
    else process.stdout.write(`${lines.splice(0).join('\n')}\n`);
    expect(rest.filter(({ verdict }) => verdict[0] === 'wrong' || verdict[0] === 'crash')).toEqual([]);
  });
});
