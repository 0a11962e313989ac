import { bytesOf } from '../core/values.js';
import { type BandedStep, bandedConv, roomBytes, runsInBands } from './banded-steps.js';
import { fusedConstants } from './fused.js';
import { type BandedConv, constantBytes, type Lane, laneBytes } from './lane.js';
import type { OneRun } from './one-run.js';
import type { Room } from './operators/room.js';
import type { Plan } from './plan.js';
import type { ConvStep, Step } from './steps.js';
import type { ThreadTeam } from './threads/shared-work.js';
import { sharedSteps } from './threads/sharing.js';
import { Layout, type PlannedValues, planValues } from './value-places.js';
import { isVectorStep, vectorConstants } from './vectors.js';

/** A step that is computed in bands, and where its parts lie. */
export interface BandedLayout {
  readonly step: BandedStep;
  readonly conv: BandedConv;
  /** Packed weights, bias, border columns: from the start of the constants. */
  readonly constants: readonly number[];
  /** Where input and output lie when the threads of a team share the step: from the start of the rest. */
  readonly shared: { readonly x: number; readonly y: number } | null;
}

/** What a session needs of the engine's memory, and where each part lies in its two blocks. */
export interface SessionLayout {
  /** Bytes of what stays the same for every input: weights and other constants. Threads with one plan need it once. */
  readonly constantBytes: number;
  /** Bytes of all that is written during a run: threads with one plan need it once each. */
  readonly ownBytes: number;
  readonly banded: readonly BandedLayout[];
  /** Linear layers over many vectors, with their weights and biases: from the start of the constants. */
  readonly vectors: readonly { readonly step: ConvStep; readonly constants: readonly number[] }[];
  /** The steps that threads share. */
  readonly shared: ReadonlySet<Step>;
  /** Constants that operators read, from the start of the constants. */
  readonly read: readonly { readonly name: string; readonly at: number }[];
  readonly lanes: readonly Lane[];
  /** For what layers need beside their values while they are computed: one for each thread. */
  readonly rooms: readonly Readonly<Room>[];
  readonly places: ReturnType<PlannedValues['place']>;
}

/**
 * Finds room for everything a plan's sessions need. `team`: threads that help with large steps; `once`: each step's packed
 * weights take the place of those before
 */
export function layOut(plan: Plan, team: ThreadTeam | null, once: OneRun | null = null): SessionLayout {
  const values = planValues(plan);
  const [constants, own] = [new Layout(), new Layout()];
  const shared: ReadonlySet<Step> = team ? sharedSteps(plan, team) : new Set();
  /** A place for each thread that helps with any of some steps. */
  const forThreads = <T>(steps: readonly Step[], place: () => T): T[] =>
    Array.from({ length: steps.some((step) => shared.has(step)) ? team!.size : 1 }, place);
  const steps = plan.steps.filter(runsInBands);
  const convs = steps.map((step) => {
    const rows = once?.rowsAtOnce(step) ?? null;
    return bandedConv(step, isCutForThreads(step, shared) ? team!.size : 1, values, rows);
  });
  const vectorSteps = plan.steps.filter(isVectorStep);
  const parts = [...convs.map(constantBytes), ...vectorSteps.map(vectorConstants)];
  const packed = once?.place(parts, constants) ?? parts.map((sizes) => sizes.map((bytes) => constants.add(bytes)));
  const lane = laneBytes(convs);
  const lanes = forThreads(steps, () => eachPart(lane, (bytes) => own.add(bytes)));
  const banded = convs.map((conv, s): BandedLayout => {
    const { geometry: g, isInside, staysInside } = conv;
    const isShared = isCutForThreads(steps[s], shared);
    const areas = {
      x: isShared && !isInside ? own.add(g.C * g.H * g.W * 4) : 0,
      y: isShared && !staysInside ? own.add(g.M * g.oH * g.oW * 4) : 0,
    };
    return { step: steps[s], conv, constants: packed[s], shared: isShared ? areas : null };
  });
  const vectors = vectorSteps.map((step, v) => ({ step, constants: packed[convs.length + v] }));
  const left = roomBytes(plan);
  const rooms = forThreads(plan.steps, () => ({ at: own.add(left), left }));
  const places = values.place(own);
  const read = constantsRead(plan).map((name) => ({
    name,
    at: constants.add(bytesOf(plan.shaped.infos.get(name)!)),
  }));
  const bytes = { constantBytes: constants.bytes, ownBytes: own.bytes };
  return { ...bytes, banded, vectors, shared, read, lanes, rooms, places };
}

/** Whether threads share a step's bands; pools are shared plane by plane. */
function isCutForThreads(step: BandedStep, shared: ReadonlySet<Step>): boolean {
  return step.kind === 'conv' && shared.has(step);
}

/** The same of every part of a lane. */
export function eachPart(parts: Lane, of: (part: number) => number): Lane {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, of(part)])) as unknown as Lane;
}

/** The constants that operators read, and what is done in bands; those of convolutions are packed instead. */
function constantsRead({ steps, shaped }: Plan): string[] {
  const made = new Set(steps.flatMap(({ outputs }) => outputs));
  const fed = new Set(shaped.model.inputs.map(({ name }) => name));
  const read = steps.flatMap((step) => {
    if (step.kind === 'operator') return step.inputs;
    return step.kind === 'conv' ? fusedConstants(step.fused) : [];
  });
  return [...new Set(read)].filter((name): name is string => name !== null && !made.has(name) && !fed.has(name));
}
