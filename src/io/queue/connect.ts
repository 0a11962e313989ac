import type { Redis } from 'ioredis';
import { CnnvizError } from '../../core/errors.js';
import { optionalPackage } from '../remote/optional-package.js';
import { isThisMachine, type QueueAddress } from './address.js';
import { queueFault } from './faults.js';

interface Manner {
  /** Talk to a Redis on another host though it lets everybody in. */
  readonly insecure: boolean;
  /** Told when a connection that was there is lost, and when it is back. */
  readonly note: (text: string) => void;
}

/** Time for a first answer. */
const CONNECT_MS = 10_000;
/** Tries for one that is not there yet: it may have been started a moment ago. */
const FIRST_TRIES = 4;
const LONGEST_WAIT_MS = 2000;
/** A connection that is back sooner was not worth a word. */
const SILENT_MS = 3000;

export interface QueueConnection {
  readonly redis: Redis;
  readonly address: QueueAddress;
  /** Ends it at once. */
  close(): void;
}

/**
 * Connects to a queue. Once it was there, commands wait for it as long as it takes when it is away.
 * @throws CnnvizError 'output' when it cannot be reached or lets us not in, 'usage' when it lets everybody in
 */
export async function connectQueue(address: QueueAddress, { insecure, note }: Manner): Promise<QueueConnection> {
  const { Redis } = await optionalPackage(['bullmq', 'ioredis'], 'a farm', () => import('ioredis'));
  const base = {
    host: address.host,
    port: address.port,
    db: address.database,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    keepAlive: 10_000,
    ...(address.tls && { tls: { servername: address.host } }),
  };
  if (!insecure && !isThisMachine(address.host))
    await refuseOpen(new Redis({ ...base, retryStrategy: () => null }), address);
  let wasThere = false;
  let last: unknown = null;
  const redis = new Redis({
    ...base,
    ...(address.username !== null && { username: address.username }),
    ...(address.password !== null && { password: address.password }),
    retryStrategy: (times: number) =>
      wasThere || (times < FIRST_TRIES && !isRefusal(last)) ? Math.min(LONGEST_WAIT_MS, 100 * 2 ** times) : null,
    // a replica that was the primary: the name may lead to the new one
    reconnectOnError: (error: Error): 2 | false => (error.message.startsWith('READONLY') ? 2 : false),
  });
  redis.on('error', (error) => {
    last = error;
  });
  try {
    await redis.connect();
    await redis.ping();
    wasThere = true;
  } catch (error) {
    redis.disconnect();
    throw queueFault(address.shown, last ?? error);
  }
  const watch = watchConnection(redis, address.shown, note);
  return {
    redis,
    address,
    close() {
      watch.stop();
      redis.disconnect();
    },
  };
}

/** What trying again does not change. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    /NOAUTH|WRONGPASS|NOPERM|ENOTFOUND|certificate|CERT|self.signed/i.test(
      `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`,
    )
  );
}

/** Says once that a connection is gone, and once that it is back. */
function watchConnection(redis: Redis, shown: string, note: (text: string) => void): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let isSaid = false;
  let isEnded = false;
  redis.on('close', () => {
    if (isEnded) return;
    timer ??= setTimeout(() => {
      isSaid = true;
      note(`${shown}: no connection; waiting for it`);
    }, SILENT_MS);
  });
  redis.on('ready', () => {
    clearTimeout(timer);
    timer = undefined;
    if (isSaid) note(`${shown}: back`);
    isSaid = false;
  });
  return {
    stop() {
      isEnded = true;
      clearTimeout(timer);
    },
  };
}

/** @throws CnnvizError 'usage' when whoever reaches it may write to it */
async function refuseOpen(redis: Redis, { shown }: QueueAddress): Promise<void> {
  let last: unknown = null;
  redis.on('error', (error) => {
    last = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    const text = String((last as Error | null)?.message ?? (error as Error).message);
    if (/NOAUTH|NOPERM|WRONGPASS|DENIED/.test(text)) return;
    throw queueFault(shown, last ?? error);
  } finally {
    redis.disconnect();
  }
  throw new CnnvizError('usage', `${shown}: answers without a password, and is not on this machine`, {
    fix: 'set one there (requirepass) and give it in REDIS_PASSWORD; --insecure goes on without',
  });
}
