import type { Task, TaskMaterials } from '../batch/work.js';
import type { Input } from '../io/inputs.js';
import type { ProductsOf } from '../run/place.js';

/** A command that works on many inputs, checked as it is when it is typed, and not begun. */
export interface TakenOrder {
  readonly task: Task;
  readonly materials: TaskMaterials[Task['kind']];
  readonly inputs: readonly Input[];
  /** How many arguments named inputs. */
  readonly named: number;
  readonly products: ProductsOf | null;
  /** Of its flags, those that say how it is carried out; where its inputs come from. */
  readonly flags: {
    readonly timeout: number | null;
    readonly resume: boolean;
    readonly skipExisting: boolean;
    readonly filesFrom: readonly string[];
  };
  /** The names of the flags that were typed. */
  readonly typed: ReadonlySet<string>;
}

type RunLine = (typed: readonly string[]) => Promise<void>;

let runLine: RunLine | null = null;
let take: ((order: TakenOrder) => void) | null = null;

/** Said by the program's entry, which alone knows all commands. */
export function linesAreRunBy(run: RunLine): void {
  runLine = run;
}

/** Who takes the order of the command that is being typed; null: it is to be followed. */
export function orderTaker(): ((order: TakenOrder) => void) | null {
  return take;
}

/**
 * Types a command for its order: everything is checked, nothing is worked on.
 * @returns null when it gave none
 * @throws CnnvizError as the command does
 */
export async function orderOf(typed: readonly string[]): Promise<TakenOrder | null> {
  let taken: TakenOrder | null = null;
  take = (order) => {
    taken = order;
  };
  try {
    await runLine!(typed);
  } finally {
    take = null;
  }
  return taken;
}
