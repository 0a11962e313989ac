import { CnnvizError } from '../../core/errors.js';

/** Where a queue's Redis is, and how one is let in. */
export interface QueueAddress {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly username: string | null;
  readonly password: string | null;
  /** As it may be told: without the user's name and the password. */
  readonly shown: string;
}

const EXAMPLE = 'redis://127.0.0.1:6379';
const PORT = 6379;

/**
 * redis://host:6379, rediss:// with TLS, /2 behind it for another database. User and password stand in it, or in
 * REDIS_USERNAME and REDIS_PASSWORD.
 * @throws CnnvizError 'usage', which does not repeat what may hold a password
 */
export function queueAddress(text: string, env: Readonly<Record<string, string | undefined>>): QueueAddress {
  const refuse = (what: string): never => {
    throw new CnnvizError('usage', `--queue: ${what}`, { fix: `such as --queue ${EXAMPLE}, rediss:// with TLS` });
  };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return refuse('expected an address that begins with redis:// or rediss://');
  }
  const { protocol, hostname, port, pathname, search, hash } = url;
  if (protocol !== 'redis:' && protocol !== 'rediss:') return refuse('expected redis:// or rediss://');
  if (hostname === '') return refuse('expected a host in it');
  if (search !== '' || hash !== '') return refuse('expected nothing behind the database');
  const database = /^\/?(\d{0,4})$/.exec(pathname)?.[1];
  if (database === undefined) return refuse('expected a number as the database');
  const tls = protocol === 'rediss:';
  const number = port === '' ? PORT : Number(port);
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    tls,
    host,
    port: number,
    database: Number(database),
    username: decoded(url.username) ?? given(env.REDIS_USERNAME),
    password: decoded(url.password) ?? given(env.REDIS_PASSWORD),
    shown: `${protocol}//${hostname}:${number}${Number(database) === 0 ? '' : `/${database}`}`,
  };
}

/** Whether a host is this machine, seen from itself alone. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function given(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

function decoded(text: string): string | null {
  if (text === '') return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
