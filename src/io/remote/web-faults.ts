import { CnnvizError } from '../../core/errors.js';
import { CutShort, TooLong } from './body.js';
import { connectionFault, PASSING_STATUS, passingCode, times } from './connection-faults.js';
import { type Passing, TRIES } from './retry.js';

/** An answer that is no file. */
export class WebStatus extends Error {
  readonly status: number;
  readonly retryAfter: string | undefined;

  constructor(status: number, retryAfter: string | undefined) {
    super(String(status));
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** What another try is worth; null: nothing. */
export function passingWebFault(error: unknown): Passing | null {
  if (error instanceof CutShort) return { tries: TRIES, afterMs: null };
  if (error instanceof WebStatus) {
    const afterMs = /^\d{1,6}$/.test(error.retryAfter ?? '') ? Number(error.retryAfter) * 1000 : null;
    return PASSING_STATUS.includes(error.status) ? { tries: TRIES, afterMs } : null;
  }
  return passingCode(codeOf(error));
}

/** The system's word; `ask` has put it into words of its own. */
function codeOf(error: unknown): string {
  const { code, cause } = error as NodeJS.ErrnoException;
  const own = error instanceof CnnvizError ? (cause as NodeJS.ErrnoException | undefined)?.code : code;
  return own ?? '';
}

const CHECK = 'check the address';
const AGAIN = 'run the command again later; --resume does what is missing';

/** Why a file of the web is not read, in words; errors of another kind as they are. */
export function webInputFault(place: string, error: unknown, tries: number): unknown {
  const said = (what: string, fix: string) => new CnnvizError('input', `${place}: ${what}`, { fix, cause: error });
  if (error instanceof CutShort) return said(`the connection broke off, ${times(tries)}`, AGAIN);
  if (error instanceof TooLong) return said('the server sends more bytes than it says', AGAIN);
  if (error instanceof WebStatus) return statusFault(error.status, tries, said);
  const known = connectionFault(codeOf(error), tries, 'go online, or check the address', AGAIN);
  if (known !== null) return said(...known);
  if (!(error instanceof CnnvizError)) return error;
  if (error.message.startsWith(`${place}:`)) return error;
  return said(error.message, CHECK);
}

function statusFault(status: number, tries: number, said: (what: string, fix: string) => CnnvizError): CnnvizError {
  if (status === 0) return said('the answer is packed, which was not asked for', CHECK);
  if (status === 404 || status === 410) return said(`no such file there (${status})`, CHECK);
  if (status === 401 || status === 403)
    return said(`access denied (${status})`, 'an address that was signed may have expired: ask for a new one');
  if (status === 407)
    return said('the proxy wants a name and a password (407)', 'HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT');
  if (status === 416) return said('another file has taken its place since it was listed', 'run the command again');
  return said(`the server answered ${status}${tries > 1 ? `, ${times(tries)}` : ''}`, tries > 1 ? AGAIN : CHECK);
}
