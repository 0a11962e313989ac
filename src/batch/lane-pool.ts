import { memoryToUse } from '../io/process-facts.js';
import { startLane } from '../io/threads.js';
import { HomeKeeper } from './home-keeper.js';
import type { FromLane, ToLane } from './lane.js';
import type { FromWorker, ToWorker } from './worker-process.js';

/** The share of the memory there is that threads may plan with: what they decode and draw is only estimated. */
const SHARE_OF_MEMORY = 0.7;

interface Lane {
  readonly post: (message: ToLane) => void;
  isReady: boolean;
  inFlight: number;
}

/**
 * Threads of one process, each of which takes whole images from their files to their outputs, with one copy of the weights
 * for all. Towards the process's parent they are one worker.
 */
export class LanePool {
  readonly #lanes: readonly Lane[];
  readonly #keeper: HomeKeeper;
  readonly #tell: (message: FromWorker) => void;
  /** Which lane has an input. */
  readonly #laneOf = new Map<number, Lane>();
  /** Inputs that no lane has yet. */
  readonly #waiting: Extract<ToWorker, { type: 'input' }>[] = [];
  /** How many inputs a lane has in hand: one is computed, others are read meanwhile. */
  #each = 1;
  #isOpen = false;

  /** @param tell takes what the parent is to know */
  constructor(count: number, tell: (message: FromWorker) => void) {
    this.#tell = tell;
    this.#lanes = Array.from({ length: count }, (_, lane) => ({
      post: startLane((message) => this.#receive(lane, message as FromLane)),
      isReady: false,
      inFlight: 0,
    }));
    this.#keeper = new HomeKeeper(count, memoryToUse() * SHARE_OF_MEMORY, {
      granted: (lane, grant) => this.#lanes[lane].post({ type: 'granted', grant }),
      wanted: (lane) => this.#lanes[lane].post({ type: 'wanted' }),
    });
  }

  /** What the parent says. */
  receive(message: ToWorker): void {
    switch (message.type) {
      case 'open':
        this.#each = Math.ceil(message.inFlight / this.#lanes.length);
        for (const { post } of this.#lanes) post(message);
        break;
      case 'input':
        this.#waiting.push(message);
        this.#handOut();
        break;
      case 'answer':
        this.#laneOf.get(message.index)!.post(message);
    }
  }

  /** Inputs go to whoever has fewest: a lane that was ready first leaves something to the others. */
  #handOut(): void {
    for (;;) {
      const free = this.#lanes.filter(({ isReady, inFlight }) => isReady && inFlight < this.#each);
      if (this.#waiting.length === 0 || free.length === 0) return;
      const message = this.#waiting.shift()!;
      const lane = free.reduce((least, one) => (one.inFlight < least.inFlight ? one : least));
      this.#laneOf.set(message.index, lane);
      lane.inFlight++;
      lane.post(message);
    }
  }

  #receive(lane: number, message: FromLane): void {
    switch (message.type) {
      case 'enter':
        this.#keeper.enter(lane, message.key, message.bytes);
        break;
      case 'leave':
        this.#keeper.leave(lane);
        break;
      case 'ready':
        this.#lanes[lane].isReady = true;
        // the others join in when they are
        if (!this.#isOpen) this.#tell(message);
        this.#isOpen = true;
        this.#handOut();
        break;
      case 'done':
        this.#lanes[lane].inFlight--;
        this.#laneOf.delete(message.index);
        this.#tell(message);
        this.#handOut();
        break;
      default:
        this.#tell(message);
    }
  }
}
