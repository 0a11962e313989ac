import { CnnvizError } from '../../core/errors.js';
import { CutShort, TooLong } from './body.js';
import { connectionFault, PASSING_STATUS, passingCode, times } from './connection-faults.js';
import { type Passing, TRIES } from './retry.js';

/** What an error of the package says. */
interface Said {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** A store answered a question for a list with something else. */
export class NoList extends Error {}

const PASSING_NAMES = ['RequestTimeout', 'TimeoutError', 'ConditionalRequestConflict', 'OperationAborted'];
const SKEWED = ['RequestTimeTooSkewed', 'RequestExpired'];

/** The status of the answer that an error was made of. */
export function statusOf(error: unknown): number | undefined {
  return (error as Said).$metadata?.httpStatusCode;
}

/** What another try is worth; null: nothing. */
export function passingFault(error: unknown): Passing | null {
  if (error instanceof CnnvizError || error instanceof TooLong) return null;
  if (error instanceof CutShort || error instanceof NoList) return { tries: TRIES, afterMs: null };
  const { name, code = '' } = error as Said;
  // the package has set its own clock by the answer
  if (SKEWED.includes(name)) return { tries: 2, afterMs: null };
  const passes = PASSING_STATUS.includes(statusOf(error)) || PASSING_NAMES.includes(name);
  // an answer that was cut off, and is no XML
  return passes || isTorn(error) ? { tries: TRIES, afterMs: askedWait(error as Said) } : passingCode(code);
}

function isTorn(error: unknown): boolean {
  return statusOf(error) === 200 || (error as Said).message?.includes('Deserialization error');
}

function askedWait({ $response }: Said): number | null {
  const text = $response?.headers?.['retry-after'] ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) * 1000 : null;
}

/** The object was written anew since it was listed, or between two halves of it. */
export function changed(place: string): CnnvizError {
  return new CnnvizError('input', `${place}: another object has taken its place since it was listed`, {
    fix: 'run the command again',
  });
}

const CREDENTIALS =
  'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; a public object also has an address: https://BUCKET.s3.amazonaws.com/KEY';

/** Faults by the store's or the package's own word for them. */
const FAULTS: readonly (readonly [names: RegExp, what: string, fix: string])[] = [
  [/^NoSuchBucket$/, 'no such bucket', 'check its name, and where it is: AWS_REGION, AWS_ENDPOINT_URL'],
  [/^(NoSuchKey|NotFound)$/, 'no such object', 'check its key; what is in the bucket is listed by: aws s3 ls'],
  [/^PreconditionFailed$/, 'another object has taken its place since it was listed', 'run the command again'],
  [/^(CredentialsProviderError|AuthorizationHeaderMissing)$/, 'no credentials found', CREDENTIALS],
  [
    /^(ExpiredToken|TokenRefreshRequired|ExpiredTokenException)$/,
    'the credentials have expired',
    'sign in again, or renew them',
  ],
  [
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|UnrecognizedClientException)$/,
    'the store does not know these credentials',
    CREDENTIALS,
  ],
  [/^RequestTimeTooSkewed$/, 'the clock of this machine is wrong', 'set the clock'],
  [/^InvalidObjectState$/, 'is archived, and has to be restored first', 'restore it: aws s3api restore-object'],
  [/^InvalidRange$/, 'another object has taken its place since it was listed', 'run the command again'],
  [
    /^(AccessDenied|AllAccessDisabled|AccountProblem|Forbidden)$/,
    'access denied',
    'ask whoever owns the bucket for the permission, or use other credentials: AWS_PROFILE',
  ],
];

const ENDPOINT = 'check AWS_ENDPOINT_URL and the network';

/** Why a store does not do what was asked, in words; errors of another kind as they are. */
export function storeFault(place: string, code: 'input' | 'output', error: unknown, tries: number): unknown {
  if (error instanceof CnnvizError) return error;
  const said = (what: string, fix: string) => new CnnvizError(code, `${place}: ${what}`, { fix, cause: plain(error) });
  if (error instanceof TooLong) return said('the store sends more bytes than it says', AGAIN);
  if (error instanceof CutShort) return said(`the connection broke off, ${times(tries)}`, AGAIN);
  if (error instanceof NoList) return said('what answers is no object store', ENDPOINT);
  const { name, message, code: system = '' } = error as Said;
  if (/region is missing/i.test(message)) return said('no region given', 'name it: AWS_REGION=us-east-1');
  const region = regionOf(error as Said);
  if (region !== undefined) return said(`the bucket is in the region ${region}`, `name it: AWS_REGION=${region}`);
  const fault = FAULTS.find(([names]) => names.test(name));
  if (fault !== undefined) return said(fault[1], fault[2]);
  const known = connectionFault(name === 'TimeoutError' ? 'CNNVIZ_SILENT' : system, tries, ENDPOINT, AGAIN);
  if (known !== null) return said(...known);
  const status = statusOf(error);
  if (status === undefined) return error;
  if (status === 403) return said('access denied', FAULTS.at(-1)![2]);
  if (status === 404) return said('no such object', FAULTS[1][2]);
  if (status === 412 || status === 416) return changed(place);
  if (status === 301 || status === 307) return said('the bucket is in another region', 'name it: AWS_REGION');
  if (status === 200) return said('what answers is no object store', ENDPOINT);
  const word = /^[A-Za-z]{3,60}$/.test(name) && name !== 'Error' ? ` (${name})` : '';
  return said(
    `the store answered ${status}${word}${tries > 1 ? `, ${times(tries)}` : ''}`,
    tries > 1 ? AGAIN : ENDPOINT,
  );
}

const AGAIN = 'run the command again later; --resume does what is missing';

/** Where the bucket is, when the store says that it is not here. */
function regionOf({ name, Region, message, $response }: Said): string | undefined {
  if (
    !/^(AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocationConstraintException|TemporaryRedirect)$/.test(
      name,
    )
  )
    return undefined;
  const told = Region ?? $response?.headers?.['x-amz-bucket-region'] ?? /expecting '([\w-]+)'/.exec(message)?.[1];
  return told !== undefined && /^[a-z0-9-]{3,30}$/.test(told) ? told : undefined;
}

/** Its name alone: what the package hangs to an error may hold the request with its signature. */
function plain(error: unknown): Error {
  const { name } = error as Said;
  return new Error(name);
}
