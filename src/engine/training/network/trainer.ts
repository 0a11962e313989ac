import { aligned, EngineMemory, type RoutineKind } from '../../wasm/memory.js';
import { ADAM, groupsOf, slicesOf, ticketsOf, updateStatistics } from './phases.js';
import { type DescentSettings, PHASE_NUMBERS, type PhaseKind, type TrainingShare } from './share.js';
import { SLICE, type Tape } from './tape.js';
import { CONTROL_BYTES, dismissTeam, openTeam, runPhase, type TrainingTeam } from './team.js';

/** Images with their classes, decoded once. */
export interface TrainingImages {
  /** [N, C, H, W]: bytes, or numbers as the network reads them. */
  readonly data: Uint8Array | Float32Array;
  /** [C, 256]: what each byte stands for; null where data are numbers. */
  readonly tables: Float32Array | null;
  /** [N] */
  readonly labels: Int32Array;
}

/** Where a step stands. */
export interface StepPlace {
  /** From 1, over all epochs. */
  readonly step: number;
  readonly epoch: number;
  readonly rate: number;
}

/** What some images were taken for. */
export interface Judged {
  /** The mean of −ln p of the right class. */
  readonly loss: number;
  readonly said: Int32Array;
}

/** A network with its images in memory, its weights and what the optimizer keeps. */
export interface Training {
  readonly tape: Tape;
  /** Parameters in the tape's order, learnt ones first, then buffers: views of what is stored. */
  readonly numbers: ReadonlyMap<string, Float32Array>;
  /** What the optimizer keeps, by name: views. */
  readonly moments: readonly (readonly [name: string, numbers: Float32Array])[];
  /** One step on these images. @returns their mean loss before it, and what they were taken for */
  step(images: Int32Array, place: StepPlace): Judged;
  /** The gradients of the last step, before the optimizer's: only until the next step. */
  gradient(name: string): Float32Array;
  /** As the network will be used. */
  evaluate(images: Int32Array): Judged;
  close(): void;
}

/** What a training is opened with. */
export interface TrainingNeeds {
  readonly tape: Tape;
  readonly images: TrainingImages;
  readonly settings: DescentSettings;
  /** Who helps; null: nobody. */
  readonly team: TrainingTeam | null;
  readonly kind?: RoutineKind;
}

/** Images that one phase of an evaluation looks at. */
const EVALUATED = 2048;

/** Takes the memory for all of a training. @throws CnnvizError 'unsupported' when it cannot be had */
export function openTraining({ tape, images, settings, team, kind = 'wasm' }: TrainingNeeds): Training {
  const memory = new EngineMemory(kind);
  const threads = team?.size ?? 1;
  const slicesMeet = tape.segments.length > 1;
  const batchSlices = slicesOf(settings.batch);
  const most = Math.max(EVALUATED, batchSlices * SLICE);
  const groups = groupsOf(settings.batch);
  const pieces: Record<string, number> = {
    weights: tape.weightBytes,
    buffers: tape.bufferBytes,
    tables: tape.tables.length,
    gradients: tape.learntBytes * groups,
    mean: tape.learntBytes,
    square: settings.optimizer === 'adam' ? tape.learntBytes : 0,
    betas: 64,
    order: most * 4,
    losses: (most / SLICE) * 8,
    said: most * 4,
    phase: PHASE_NUMBERS * 8,
    control: CONTROL_BYTES,
    byteTables: images.tables ? images.tables.length * 4 : 0,
    labels: images.labels.length * 4,
    images: images.data.byteLength,
  };
  const areaCount = slicesMeet ? Math.max(threads, batchSlices) : threads;
  const small = Object.values(pieces).reduce((sum, bytes) => sum + aligned(bytes), 0);
  memory.reserve(small + areaCount * aligned(tape.sliceBytes) + threads * aligned(tape.workBytes));
  const at = Object.fromEntries(Object.entries(pieces).map(([name, bytes]) => [name, memory.allocate(bytes)]));
  const share: TrainingShare = {
    tape,
    settings,
    images: { at: at.images, tables: images.tables ? at.byteTables : null, labels: at.labels },
    areas: Array.from({ length: areaCount }, () => memory.allocate(tape.sliceBytes)),
    slicesMeet,
    works: Array.from({ length: threads }, () => memory.allocate(tape.workBytes)),
    weights: at.weights,
    buffers: at.buffers,
    tables: at.tables,
    gradients: at.gradients,
    moments: [at.mean, at.square],
    betas: at.betas,
    order: at.order,
    losses: at.losses,
    said: at.said,
    phase: at.phase,
    control: at.control,
  };
  const { heap } = memory;
  heap.u8.set(tape.tables, at.tables);
  heap.f32.set([1 - ADAM.beta1, ADAM.beta2, 1 - ADAM.beta2], at.betas / 4);
  heap.i32.set(images.labels, at.labels / 4);
  if (images.tables) heap.f32.set(images.tables, at.byteTables / 4);
  if (images.data instanceof Float32Array) heap.f32.set(images.data, at.images / 4);
  else heap.u8.set(images.data, at.images);
  openTeam(memory, share);
  team?.start(memory, share);

  const view = (base: number, { at: own, floats }: { readonly at: number; readonly floats: number }) =>
    heap.f32.subarray((base + own) / 4, (base + own) / 4 + floats);
  const run = (phase: PhaseKind, segment: number, count: number, place: StepPlace) => {
    const { step, epoch, rate } = place;
    const corrected = settings.optimizer === 'adam' ? corrections(step) : { rate: 1, correction: 1 };
    const one = {
      kind: phase,
      segment,
      tickets: ticketsOf(phase, count, share),
      images: count,
      step,
      epoch,
      rate: rate * corrected.rate,
      correction: corrected.correction,
    };
    runPhase(memory, share, one);
    return one;
  };
  /** The sum of the losses, slice by slice; each image's class. */
  const collect = (count: number) => {
    let loss = 0;
    for (let slice = 0; slice < slicesOf(count); slice++) loss += heap.f64[at.losses / 8 + slice];
    return { loss, said: heap.i32.slice(at.said / 4, at.said / 4 + count) };
  };
  const last = tape.segments.length - 1;
  return {
    tape,
    numbers: new Map([
      ...[...tape.parameters, ...tape.fixed].map((one) => [one.name, view(at.weights, one)] as const),
      ...tape.buffers.map((one) => [one.name, view(at.buffers, one)] as const),
    ]),
    moments: tape.parameters.flatMap((one): [string, Float32Array][] =>
      settings.optimizer === 'adam'
        ? [
            [`mean.${one.name}`, view(at.mean, one)],
            [`square.${one.name}`, view(at.square, one)],
          ]
        : [[`velocity.${one.name}`, view(at.mean, one)]],
    ),
    step(indices, place) {
      const count = indices.length;
      heap.i32.set(indices, at.order / 4);
      for (let segment = 0; segment < last; segment++) run('forward', segment, count, place);
      run('turn', last, count, place);
      for (let segment = last - 1; segment >= 0; segment--) run('backward', segment, count, place);
      const { loss, said } = collect(count);
      const phase = run('update', 0, count, place);
      updateStatistics(memory, share, { ...phase, kind: 'turn' });
      return { loss: loss / count, said };
    },
    gradient: (name) => view(at.gradients, tape.parameters.find((one) => one.name === name)!),
    evaluate(indices) {
      const said = new Int32Array(indices.length);
      let loss = 0;
      for (let start = 0; start < indices.length; start += EVALUATED) {
        const some = indices.subarray(start, start + EVALUATED);
        heap.i32.set(some, at.order / 4);
        run('evaluate', 0, some.length, { step: 0, epoch: 0, rate: 0 });
        const part = collect(some.length);
        loss += part.loss;
        said.set(part.said, start);
      }
      return { loss: loss / indices.length, said };
    },
    close() {
      dismissTeam(memory, share);
    },
  };
}

/** 1/(1 − β₁^t) and 1/√(1 − β₂^t) */
function corrections(step: number): { rate: number; correction: number } {
  const rest = (beta: number) => 1 - powerOf(beta, step);
  return { rate: 1 / rest(ADAM.beta1), correction: 1 / Math.sqrt(rest(ADAM.beta2)) };
}

/** β^t by squaring: the same bits on every machine. */
function powerOf(beta: number, t: number): number {
  let [value, square] = [1, beta];
  for (let rest = t; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) value *= square;
    square *= square;
  }
  return value;
}
