import type { Entered, Home, HomeBytes, Homes } from '../engine/home.js';
import { packTogether } from '../engine/threads/shared-packing.js';
import { EngineMemory } from '../engine/wasm/memory.js';
import type { Grant } from './home-keeper.js';

/** What a thread asks its keeper for. */
export type ToKeeper =
  | { readonly type: 'enter'; readonly key: string; readonly bytes: HomeBytes }
  | { readonly type: 'leave' };

/** What the keeper tells a thread. */
export type FromKeeper = { readonly type: 'granted'; readonly grant: Grant } | { readonly type: 'wanted' };

/** The homes of one thread, seen from within: the keeper is asked only when something changes. */
export class LaneHomes implements Homes {
  readonly #tell: (message: ToKeeper) => void;
  #held: { readonly key: string; readonly entered: Entered } | null = null;
  #isRunning = false;
  #isWanted = false;
  #granted: ((grant: Grant) => void) | null = null;

  constructor(tell: (message: ToKeeper) => void) {
    this.#tell = tell;
  }

  async enter(key: string, bytes: HomeBytes): Promise<Entered> {
    this.#isRunning = true;
    if (this.#held?.key === key) return this.#held.entered;
    this.#held = null;
    this.#isWanted = false;
    const { id, room } = await new Promise<Grant>((resolve) => {
      this.#granted = resolve;
      this.#tell({ type: 'enter', key, bytes });
    });
    this.#held = { key, entered: { id, home: room && homeIn(room) } };
    return this.#held.entered;
  }

  rest(): void {
    this.#isRunning = false;
    if (this.#isWanted) this.#leave();
  }

  leave(): void {
    this.#isRunning = false;
    this.#leave();
  }

  receive(message: FromKeeper): void {
    if (message.type === 'granted') this.#granted!(message.grant);
    else if (this.#isRunning) this.#isWanted = true;
    else this.#leave();
  }

  #leave(): void {
    if (this.#held === null) return;
    this.#held = null;
    this.#isWanted = false;
    this.#tell({ type: 'leave' });
  }
}

function homeIn({ memory: wasm, parts, constants, own }: NonNullable<Grant['room']>): Home {
  const memory = new EngineMemory('wasm', wasm);
  return { memory, constants, own, packing: (count, pack) => packTogether(memory, parts, count, pack) };
}
