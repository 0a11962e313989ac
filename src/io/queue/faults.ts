import { CnnvizError } from '../../core/errors.js';

type Words = readonly [pattern: RegExp, what: string, fix: string];

const AWAKE = 'start it (redis-server), or check the address';
const ENTRY = 'give REDIS_PASSWORD, and REDIS_USERNAME where there are several users';

/** What Redis, ioredis, TLS and the system say, in words. */
const WORDS: readonly Words[] = [
  [/ECONNREFUSED/, 'nobody answers there', AWAKE],
  [/ENOTFOUND|EAI_AGAIN/, 'no such host', 'check the address'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, 'cannot be reached', 'check the address, and the firewalls on the way'],
  [/NOAUTH/, 'wants a password', ENTRY],
  [/WRONGPASS|invalid (?:username-password|password)/i, 'refuses this user or password', ENTRY],
  [/NOPERM/, 'this user may not do what a farm needs', 'let the user run all commands on keys that begin with cnnviz:'],
  [/READONLY/, 'is a replica, which cannot be written', 'name the primary'],
  [/LOADING/, 'is still reading its data', 'try again in a while'],
  [/MISCONF/, 'cannot write its data to its disk, and takes nothing new', 'free some space on its machine'],
  [/OOM command not allowed/, 'its memory is full', 'allow it more (maxmemory), or submit with a larger --job-size'],
  [/CROSSSLOT|MOVED/, 'is a cluster, where one command cannot reach all keys', 'name a Redis that is no cluster'],
  [
    /certificate|CERT|self.signed/i,
    'its certificate is not one that this machine trusts',
    'name the authority in NODE_EXTRA_CA_CERTS',
  ],
  [
    /wrong version number|packet length|EPROTO|SSL/,
    'does not speak TLS there',
    'redis:// instead of rediss://, or the port for TLS',
  ],
  [
    /ECONNRESET|EPIPE|Connection is closed|Protocol error/,
    'ends every connection',
    'is it a Redis, and does it want TLS (rediss://)?',
  ],
  [/unknown command/i, 'is too old for a farm, or some commands are switched off', 'use Redis 6.2 or newer, or Valkey'],
];

/** An error of a queue in words, without anything of its address that lets one in; other errors as they are. */
export function queueFault(shown: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof CnnvizError) return error;
  const text = `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`;
  const found = WORDS.find(([pattern]) => pattern.test(text));
  if (found === undefined) return error;
  const [, what, fix] = found;
  // no cause: a library's error may carry the command that held the password
  return new CnnvizError('output', `${shown}: ${what}`, { fix });
}
