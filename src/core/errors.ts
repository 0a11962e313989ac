import { shorten } from './text.js';

/** Names come from strangers' files: one of many letters is told by its beginning, its length and its end. */
const LONGEST = 500;

/** What kind of fault: decides the exit code and whether a batch goes on. */
export type ErrorCode =
  /** a flag, a name or a number the user typed */
  | 'usage'
  /** an image that cannot be read */
  | 'decode'
  /** a file of numbers (.npy, .json, metadata) that breaks its format */
  | 'format'
  /** sizes that do not fit together */
  | 'shape'
  /** well-formed, but not something cnnviz does */
  | 'unsupported'
  /** an input that cannot be opened */
  | 'input'
  /** an output that cannot be written */
  | 'output'
  /** an input that ended the process working on it */
  | 'crash'
  /** an input that took longer than allowed */
  | 'timeout'
  /** nothing matched */
  | 'nothing';

interface ErrorDetail {
  /** What to do about it: an action. */
  fix?: string;
  cause?: unknown;
  /** 'command': the fault lies in what was asked, not in one of its inputs: no other input would do better. */
  scope?: ErrorScope;
}

export type ErrorScope = 'input' | 'command';

/** The one error of cnnviz: `message` says where, what was expected and what was found; `fix` says what to do. */
export class CnnvizError extends Error {
  readonly code: ErrorCode;
  readonly fix: string | undefined;
  readonly scope: ErrorScope;

  constructor(code: ErrorCode, what: string, detail: ErrorDetail = {}) {
    super(shorten(what, LONGEST), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'CnnvizError';
    this.code = code;
    this.fix = detail.fix === undefined ? undefined : shorten(detail.fix, LONGEST);
    this.scope = detail.scope ?? 'input';
  }
}

/** The same error with the place it happened at in front of its message; a fault of the command has no such place. */
export function atPlace(place: string, error: unknown): unknown {
  return error instanceof CnnvizError && error.scope === 'command' ? error : atLine(place, error);
}

/** The same error with the line of the user's own file that it comes from in front of its message. */
export function atLine(place: string, error: unknown): unknown {
  if (!(error instanceof CnnvizError) || error.message.startsWith(`${place}:`)) return error;
  return retold(error, `${place}: ${error.message}`, error.scope);
}

/** The same error as a fault of the command: a batch ends with it, and the exit code is that of a refusal. */
export function ofCommand(error: unknown): unknown {
  return error instanceof CnnvizError ? retold(error, error.message, 'command') : error;
}

function retold({ code, fix, cause }: CnnvizError, message: string, scope: ErrorScope): CnnvizError {
  return new CnnvizError(code, message, { ...(fix === undefined ? {} : { fix }), cause, scope });
}
