import { atPlace } from '../core/errors.js';
import type { Job, NetworkJob, OutputJob } from '../core/job.js';
import type { NetworkRunResult } from '../core/network-result.js';
import type { OutputFile, RunResult } from '../core/result.js';
import type { ValueFault } from '../core/values.js';
import type { Breathe } from '../engine/execute.js';
import type { Step } from '../engine/steps.js';
import { writeAtomic } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { bindKernels, checkFits } from './bind.js';
import { computeBanks } from './compute.js';
import { type DrawnProduct, drawLayers, drawProducts } from './draw.js';
import type { Materials } from './materials.js';
import { measureBank } from './measure.js';
import { bestClasses, classesShare, measureLayers } from './network-layers.js';
import type { NetworkMaterials } from './network-session.js';
import { readNetworkSource } from './network-source.js';
import type { Claims } from './place.js';
import { readSource } from './source.js';

/** What a run is given by whoever runs it. */
interface RunContext<M> {
  readonly materials: M;
  readonly claims: Claims;
  readonly breathe: Breathe;
  /** Threads that one large convolution may use; no result depends on it. */
  readonly threads: number;
  /** Takes the bytes of a result that goes to standard output. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** Told what was read and written; a batch keeps it. */
  readonly record?: RunRecord;
}

/** Told of every file a run touched, by its bytes. */
export interface RunRecord {
  /** The SHA-256 of the input. */
  read(sha256: string): void;
  wrote(path: string, bytes: Uint8Array): void;
}

/**
 * One layer, for one input: decode → preprocess → bind kernels → plan and execute → measure → draw → write.
 * @throws CnnvizError with the input's name in front
 */
export async function runJob(job: Job, input: Input, context: RunContext<Materials>): Promise<RunResult> {
  try {
    const { materials } = context;
    const source = await readSource(input, job, (size) => checkFits(job.layer, materials, size));
    context.record?.read(source.sha256);
    const banks = bindKernels(job.layer, materials, source.x.shape, source.x);
    const start = performance.now();
    const computed = await computeBanks(job.layer, materials, banks, source.x, context);
    const engineMs = performance.now() - start;
    const measured = computed.map(measureBank);
    const drawn = await drawProducts(job, source, measured);

    const outputs: OutputFile[] = [];
    for (const product of drawn.products) outputs.push(await deliver(product, input, job.output, context));

    const results = measured.map((bank, b) => ({ ...bank.result, maps: drawn.maps[b].map(({ result }) => result) }));
    return { input: source.facts, banks: results, outputs, engineMs, warnings: source.warnings };
  } catch (error) {
    throw atPlace(nameOf(input), error);
  }
}

/**
 * A network, for one input: decode → preprocess → bind weights, plan (once for each shape) → execute → measure → draw →
 * write.
 * @throws CnnvizError with the input's name in front
 */
export async function runNetworkJob(
  job: NetworkJob,
  input: Input,
  context: RunContext<NetworkMaterials>,
): Promise<NetworkRunResult> {
  try {
    const { opened, sessions, labels, checkPlaces } = context.materials;
    const source = await readNetworkSource(input, job, opened);
    context.record?.read(source.sha256);
    const session = sessions.for(source.info);
    await checkPlaces(session);
    await session.pack();
    const start = performance.now();
    const faults: ValueFault[] = [];
    let taken: ReadonlyMap<string, Step> = new Map();
    const values = await session.run(source.x, context.breathe, {
      fault: (fault) => faults.push(fault),
      taken: (steps) => {
        taken = steps;
      },
    });
    const engineMs = performance.now() - start;
    const layers = measureLayers(session, values, taken);
    const classes = bestClasses(job, session, values, labels);

    const outputs: OutputFile[] = [];
    for await (const product of drawLayers(job, opened.name, source, layers)) {
      outputs.push(await deliver(product, input, job.output, context));
    }

    const { facts, preprocess, warnings } = source;
    const results = layers.map(({ result }) => result);
    return {
      input: facts,
      preprocess,
      layers: results,
      ...classes,
      scoresShare: classesShare(session),
      outputs,
      engineMs,
      warnings: [...session.notes, ...warnings],
      faults,
    };
  } catch (error) {
    throw atPlace(nameOf(input), error);
  }
}

/** Writes one product under the name that is its own. */
async function deliver(
  { bytes, ...product }: DrawnProduct,
  input: Input,
  { clobber }: OutputJob,
  { claims, send, record }: RunContext<unknown>,
): Promise<OutputFile> {
  const path = claims.claim(input, product);
  if (path === '-') await send(bytes);
  else {
    await writeAtomic(path, bytes, { clobber });
    record?.wrote(path, bytes);
  }
  return { path, kind: product.kind, layer: product.layer, bytes: bytes.length };
}

function nameOf({ path }: Input): string {
  return path === '-' ? 'standard input' : path;
}
