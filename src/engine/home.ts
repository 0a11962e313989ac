import type { EngineMemory } from './wasm/memory.js';

/**
 * Room for a session in a memory that several threads run one plan in: its weights and other constants lie there once, what a
 * run writes lies there once for each thread.
 */
export interface Home {
  readonly memory: EngineMemory;
  /** Address of the constants. */
  readonly constants: number;
  /** Address of what this thread alone writes. */
  readonly own: number;
  /** Null: nobody else packs the constants. */
  readonly packing: Packing | null;
}

/** Packs so many parts, each by one thread; what `pack` said of each, whichever thread it was. */
export type Packing = (count: number, pack: (part: number) => boolean) => readonly boolean[];

export const packAlone: Packing = (count, pack) => Array.from({ length: count }, (_, part) => pack(part));

/** What a home must have room for, in bytes. */
export interface HomeBytes {
  readonly constants: number;
  readonly own: number;
  /** How many parts the constants are packed in. */
  readonly parts: number;
}

/** Who has room for sessions. Threads come here before each run: what one of them holds is held until it lets go. */
export interface Homes {
  /**
   * Room for a plan of this key, as soon as there is any; the same as before where this thread still holds it.
   * @param key the same for plans of equal steps, shapes and constants
   */
  enter(key: string, bytes: HomeBytes): Promise<Entered>;
  /** A run is through: what is held is let go if somebody waits for it. */
  rest(): void;
  /** What is held is let go: it could not be packed. */
  leave(): void;
}

export interface Entered {
  /** Another one for another room. */
  readonly id: number;
  /** Null: there is room, in a memory that the session takes by itself. */
  readonly home: Home | null;
}
