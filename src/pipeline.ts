import { atPlace } from './core/errors.js';
import type { Job } from './core/job.js';
import type { RunResult } from './core/result.js';
import type { Breathe } from './engine/execute.js';
import { writeAtomic } from './io/files.js';
import type { Input } from './io/inputs.js';
import { bindKernels } from './stages/bind.js';
import { computeBanks } from './stages/compute.js';
import { drawProducts } from './stages/draw.js';
import type { Materials } from './stages/materials.js';
import { measureBank } from './stages/measure.js';
import type { Claims } from './stages/place.js';
import { readSource } from './stages/source.js';

/** What a run is given by whoever runs it. */
export interface RunContext {
  readonly materials: Materials;
  readonly claims: Claims;
  readonly breathe: Breathe;
  /** Threads that one large convolution may use; no result depends on it. */
  readonly threads: number;
  /** Takes the bytes of a result that goes to standard output. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
}

/**
 * The whole program, for one input: decode → preprocess → bind kernels → plan and execute → measure → draw → write.
 * @throws CnnvizError with the input's name in front
 */
export async function runJob(
  job: Job,
  input: Input,
  { materials, claims, breathe, threads, send }: RunContext,
): Promise<RunResult> {
  try {
    const source = await readSource(input, job);
    const banks = bindKernels(job.layer, materials, source.x.shape, source.x);
    const start = performance.now();
    const computed = await computeBanks(job.layer, materials, banks, source.x, { breathe, threads });
    const engineMs = performance.now() - start;
    const measured = computed.map(measureBank);
    const drawn = await drawProducts(job, source, measured);

    const outputs = [];
    for (const { bytes, ...product } of drawn.products) {
      const path = claims.claim(input, product);
      if (path === '-') await send(bytes);
      else await writeAtomic(path, bytes, { clobber: job.output.clobber });
      outputs.push({ path, kind: product.kind, bytes: bytes.length });
    }

    const results = measured.map((bank, b) => ({ ...bank.result, maps: drawn.maps[b].map(({ result }) => result) }));
    return { input: source.facts, banks: results, outputs, engineMs, warnings: source.warnings };
  } catch (error) {
    throw atPlace(input.path === '-' ? 'standard input' : input.path, error);
  }
}
