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

export interface ErrorDetail {
  /** What to do about it: an action. */
  fix?: string;
  cause?: unknown;
}

/** The one error of cnnviz: `message` says where, what was expected and what was found; `fix` says what to do. */
export class CnnvizError extends Error {
  readonly code: ErrorCode;
  readonly fix: string | undefined;

  constructor(code: ErrorCode, what: string, detail: ErrorDetail = {}) {
    super(what, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'CnnvizError';
    this.code = code;
    this.fix = detail.fix;
  }
}

/** The same error with the place it happened at in front of its message. */
export function atPlace(place: string, error: unknown): unknown {
  if (!(error instanceof CnnvizError) || error.message.startsWith(`${place}:`)) return error;
  return new CnnvizError(error.code, `${place}: ${error.message}`, {
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    cause: error.cause,
  });
}
