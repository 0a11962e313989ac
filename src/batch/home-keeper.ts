import type { HomeBytes } from '../engine/home.js';
import { partsBytes } from '../engine/threads/shared-packing.js';
import { aligned } from '../engine/wasm/memory.js';

/** Constants of fewer bytes are packed by each thread for itself: that takes less time than to agree with the others. */
const SMALL_CONSTANTS = 8 * 2 ** 20;
/** What a thread needs besides its session: decoded images, what is kept and drawn, its program. */
const BESIDES_BYTES = 96 * 2 ** 20;
const PAGE = 65_536;
/** The first page is the compiler's, as in engine/wasm/memory.ts; WebAssembly has no more than 4 GiB. */
const BASE = PAGE;
const MOST_BYTES = 65_536 * PAGE;

/** A home as it is told to a thread. */
export interface Grant {
  readonly id: number;
  /** Null: the session takes a memory of its own. */
  readonly room: {
    readonly memory: WebAssembly.Memory;
    readonly constants: number;
    readonly own: number;
    readonly parts: number;
  } | null;
}

/** A thread that waits for room. */
interface Waiting {
  readonly lane: number;
  readonly key: string;
  readonly bytes: HomeBytes;
}

/** Constants, which those who enter pack together, and the rooms around them. */
interface SharedHome {
  /** Of each room. A session has its room's addresses: whoever comes back to another one needs another session. */
  readonly ids: readonly number[];
  readonly key: string;
  readonly bytes: HomeBytes;
  readonly memory: WebAssembly.Memory;
  /** Which lane has which room; null: free. */
  readonly rooms: (number | null)[];
}

interface KeeperEvents {
  /** A thread has its room. */
  granted(lane: number, grant: Grant): void;
  /** A thread is to let go of its room as soon as it does not run: somebody waits. */
  wanted(lane: number): void;
}

/**
 * Gives threads room for their sessions, in the order they ask: one home with shared constants at a time, as many rooms in it
 * as memory allows. Whoever is alone always gets room.
 */
export class HomeKeeper {
  readonly #lanes: number;
  readonly #budget: number;
  readonly #events: KeeperEvents;
  #home: SharedHome | null = null;
  /** Bytes that each lane holds; those of constants are the home's. */
  readonly #held = new Map<number, number>();
  readonly #waiting: Waiting[] = [];
  #ids = 0;

  /** @param budget bytes that all sessions and threads may take together */
  constructor(lanes: number, budget: number, events: KeeperEvents) {
    this.#lanes = lanes;
    this.#budget = budget;
    this.#events = events;
  }

  enter(lane: number, key: string, bytes: HomeBytes): void {
    this.#release(lane);
    this.#waiting.push({ lane, key, bytes });
    this.#serve();
  }

  /** A thread lets go of its room. */
  leave(lane: number): void {
    this.#release(lane);
    this.#serve();
  }

  #release(lane: number): void {
    this.#held.delete(lane);
    const room = this.#home?.rooms.indexOf(lane) ?? -1;
    if (room >= 0) this.#home!.rooms[room] = null;
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const [request] = this.#waiting;
      const grant = request.bytes.constants < SMALL_CONSTANTS ? this.#alone(request) : this.#shared(request);
      if (grant === null) break;
      this.#waiting.shift();
      this.#events.granted(request.lane, grant);
    }
    if (this.#waiting.length > 0) for (const lane of this.#held.keys()) this.#events.wanted(lane);
  }

  /** A memory of its own. */
  #alone({ lane, bytes }: Waiting): Grant | null {
    const need = bytes.constants + bytes.own;
    if (!this.#hasRoomFor(need)) return null;
    this.#held.set(lane, need);
    return { id: ++this.#ids, room: null };
  }

  #shared(request: Waiting): Grant | null {
    const { lane, key, bytes } = request;
    if (this.#home?.key !== key && !this.#move(request)) return null;
    const home = this.#home!;
    const free = home.rooms.indexOf(null);
    if (free === -1 || !this.#hasRoomFor(bytes.own)) return null;
    home.rooms[free] = lane;
    this.#held.set(lane, bytes.own);
    const [constants, rooms] = placesIn(bytes);
    return { id: home.ids[free], room: { memory: home.memory, parts: BASE, constants, own: rooms + free * bytes.own } };
  }

  /** Another plan's constants take the place of those that nobody uses. */
  #move({ key, bytes }: Waiting): boolean {
    if (this.#home?.rooms.some((lane) => lane !== null)) return false;
    this.#home = null;
    if (!this.#hasRoomFor(bytes.constants + bytes.own)) return false;
    const [, first] = placesIn(bytes);
    const rooms = Math.max(1, Math.min(this.#lanes, Math.floor((MOST_BYTES - first) / Math.max(1, bytes.own))));
    const pages = Math.ceil((first + rooms * bytes.own) / PAGE);
    this.#home = {
      ids: Array.from({ length: rooms }, () => ++this.#ids),
      key,
      bytes,
      // what nobody has written takes no memory yet
      memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }),
      rooms: new Array<number | null>(rooms).fill(null),
    };
    return true;
  }

  #hasRoomFor(bytes: number): boolean {
    if (this.#held.size === 0) return true;
    let total = (this.#home?.bytes.constants ?? 0) + bytes + BESIDES_BYTES;
    for (const held of this.#held.values()) total += held + BESIDES_BYTES;
    return total <= this.#budget;
  }
}

/** Where the constants of a home begin, behind what is told about their parts; and its rooms. */
function placesIn({ parts, constants }: HomeBytes): readonly [constants: number, rooms: number] {
  const at = BASE + aligned(partsBytes(parts));
  return [at, at + constants];
}
