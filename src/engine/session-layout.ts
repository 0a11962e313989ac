import { bytesOf } from '../core/values.js';
import { type BandedStep, bandedConv, isWorthSharing, roomBytes, runsInBands } from './banded-steps.js';
import { type BandedConv, constantBytes, type Lane, laneBytes } from './lane.js';
import type { Room } from './operators/room.js';
import type { Plan } from './plan.js';
import type { ThreadTeam } from './shared-bands.js';
import { Layout, type PlannedValues, planValues } from './value-places.js';

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
  /** Constants that operators read, from the start of the constants. */
  readonly read: readonly { readonly name: string; readonly at: number }[];
  readonly lanes: readonly Lane[];
  /** For what layers need beside their values while they are computed. */
  readonly room: Readonly<Room>;
  readonly places: ReturnType<PlannedValues['place']>;
}

/** Finds room for everything a plan's sessions need. `team`: threads that help with one large convolution */
export function layOut(plan: Plan, team: ThreadTeam | null): SessionLayout {
  const values = planValues(plan);
  const [constants, own] = [new Layout(), new Layout()];
  const steps = plan.steps.filter(runsInBands);
  const shared = steps.map((step) => team !== null && isWorthSharing(step, team));
  const convs = steps.map((step, s) => bandedConv(step, shared[s] ? team!.size : 1, values));
  const packed = convs.map((conv) => constantBytes(conv).map((bytes) => constants.add(bytes)));
  const lane = laneBytes(convs);
  const lanes = Array.from({ length: shared.includes(true) ? team!.size : 1 }, () =>
    eachPart(lane, (bytes) => own.add(bytes)),
  );
  const banded = convs.map((conv, s): BandedLayout => {
    const { geometry: g, isInside, staysInside } = conv;
    const areas = {
      x: shared[s] && !isInside ? own.add(g.C * g.H * g.W * 4) : 0,
      y: shared[s] && !staysInside ? own.add(g.M * g.oH * g.oW * 4) : 0,
    };
    return { step: steps[s], conv, constants: packed[s], shared: shared[s] ? areas : null };
  });
  const left = roomBytes(plan);
  const room = { at: own.add(left), left };
  const places = values.place(own);
  const read = constantsRead(plan).map((name) => ({
    name,
    at: constants.add(bytesOf(plan.shaped.infos.get(name)!)),
  }));
  return { constantBytes: constants.bytes, ownBytes: own.bytes, banded, read, lanes, room, places };
}

/** The same of every part of a lane. */
export function eachPart(parts: Lane, of: (part: number) => number): Lane {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, of(part)])) as unknown as Lane;
}

/** The constants that operators read; those of convolutions are packed instead. */
function constantsRead({ steps, shaped }: Plan): string[] {
  const made = new Set(steps.flatMap(({ outputs }) => outputs));
  const fed = new Set(shaped.model.inputs.map(({ name }) => name));
  const read = steps.flatMap((step) => (step.kind === 'operator' ? step.inputs : []));
  return [...new Set(read)].filter((name): name is string => name !== null && !made.has(name) && !fed.has(name));
}
