import { Session, type StepWatch } from '../../engine/session.js';
import { aligned, EngineMemory } from '../../engine/wasm/memory.js';
import type { ComputedUnit } from './units.js';

/** A pool has at least so many bytes, and half as much again as it needs: an edited layer need not fit where the old one lay. */
const LEAST_BYTES = 8 * 2 ** 20;
const SPARE = 1.5;

interface Opened {
  readonly session: Session;
  readonly at: number;
  readonly bytes: number;
}

/**
 * The sessions of all units in one memory: packed weights lie there once each and stay for later runs; what runs write beside
 * their values is one block, since units run one after another. When an edit needs more room than there is, all are packed
 * anew, in a larger memory.
 */
export class SessionPool {
  readonly #memory = new EngineMemory('wasm');
  readonly #open = new Map<ComputedUnit, Opened>();
  /** What runs write. */
  #own = { at: 0, bytes: 0 };
  /** Packed weights. */
  #constants = { at: 0, bytes: 0 };

  /** Makes room for the sessions of these units together. @throws CnnvizError 'unsupported' when there is not so much memory */
  reserve(units: readonly ComputedUnit[]): void {
    const own = units.reduce((most, { layout }) => Math.max(most, layout.ownBytes), 0);
    const missing = units.filter((unit) => !this.#open.has(unit));
    const free = [...this.#open.values()].reduce((left, { bytes }) => left - bytes, this.#constants.bytes);
    if (own <= this.#own.bytes && constantBytes(missing) <= free) return;
    this.#renew(own, Math.ceil(constantBytes(units) * SPARE));
  }

  /** Computes the outputs of one unit; those of float32 in `out`. */
  run(
    unit: ComputedUnit,
    inputs: Parameters<Session['runAll']>[0],
    out: ReadonlyMap<string, Float32Array>,
    watch: StepWatch,
  ): ReturnType<Session['runAll']> {
    return this.#sessionOf(unit).runAll(inputs, out, watch);
  }

  /** Convolutions that the last run of a unit computed otherwise than planned. */
  taken(unit: ComputedUnit): Session['taken'] {
    return this.#open.get(unit)?.session.taken ?? new Map();
  }

  /** Gives back what units have that are not run any more. */
  close(units: Iterable<ComputedUnit>): void {
    for (const unit of units) {
      this.#open.get(unit)?.session.close();
      this.#open.delete(unit);
    }
  }

  #sessionOf(unit: ComputedUnit): Session {
    const opened = this.#open.get(unit);
    if (opened) return opened.session;
    const bytes = constantBytes([unit]);
    if (unit.layout.ownBytes > this.#own.bytes || this.#gap(bytes) === null) this.#renew(unit.layout.ownBytes, bytes);
    const at = this.#gap(bytes)!;
    const home = { memory: this.#memory, constants: at, own: this.#own.at, packing: null };
    const session = new Session(unit.plan, { home });
    this.#open.set(unit, { session, at, bytes });
    return session;
  }

  /** A memory at least as large as the one before, with nothing in it. */
  #renew(ownBytes: number, constantBytes: number): void {
    this.close([...this.#open.keys()]);
    const own = Math.max(ownBytes, this.#own.bytes);
    const constants = Math.max(constantBytes, this.#constants.bytes, LEAST_BYTES);
    this.#memory.reserve(aligned(own) + aligned(constants));
    this.#own = { at: this.#memory.allocate(own), bytes: own };
    this.#constants = { at: this.#memory.allocate(constants), bytes: constants };
  }

  /** Where so many bytes in a row are free; null: nowhere. */
  #gap(bytes: number): number | null {
    let { at } = this.#constants;
    for (const block of [...this.#open.values()].sort((a, b) => a.at - b.at)) {
      if (block.at - at >= bytes) return at;
      at = Math.max(at, block.at + block.bytes);
    }
    return this.#constants.at + this.#constants.bytes - at >= bytes ? at : null;
  }
}

function constantBytes(units: readonly ComputedUnit[]): number {
  return units.reduce((sum, { layout }) => sum + aligned(layout.constantBytes), 0);
}
