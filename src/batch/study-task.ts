import type { Breathe } from '../engine/execute.js';
import type { Homes } from '../engine/home.js';
import type { Item } from './work.js';

/**
 * What a command does to each of many inputs with one network, by its name in the table of the worker. `job` is plain JSON:
 * threads of another process open it too.
 */
export interface StudyTask {
  readonly kind: 'study';
  readonly study: string;
  readonly job: unknown;
}

/** What a study finds around it. */
export interface StudyContext {
  /** Threads that may work within one input; no result depends on it. */
  readonly threads: number;
  /** Who has room for sessions, where several threads run one network. */
  readonly homes: Homes | null;
}

/** Takes one input to its result, plain data, or throws a CnnvizError. */
export type StudyOn<I extends Item, R> = (input: I, breathe: Breathe) => Promise<R>;

/** Reads what a study needs besides its inputs. */
export type OpenStudy<J, I extends Item, R> = (job: J, context: StudyContext) => Promise<StudyOn<I, R>>;

/** The studies that a worker knows, each loaded when it is opened. */
export type Studies = Readonly<Record<string, () => Promise<OpenStudy<never, never, unknown>>>>;
