import type { QueueConnection } from './connect.js';
import { PREFIX } from './job-queue.js';

/** What a worker has done of a job, and with how many failures. */
export interface JobTally {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Failures that are kept to be shown; the manifest has all of them. */
export const MOST_FAILURES = 10_000;

/** A worker that says nothing for so long is not shown any more. */
const SILENT_S = 20;
/** After so long it is forgotten. */
const FORGOTTEN_S = 3600;

/**
 * A job has come to its end, if whoever says so has its lease: what is known of it is kept once, whoever else says so
 * later. -1: the lease had ended. KEYS finished record failures job lease; ARGV number token value done failed skipped most failures…
 */
const SETTLE = `
if redis.call('GET', KEYS[5]) ~= ARGV[2] then return -1 end
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[3]) == 1 then
  redis.call('HINCRBY', KEYS[2], 'done', ARGV[4])
  redis.call('HINCRBY', KEYS[2], 'failed', ARGV[5])
  redis.call('HINCRBY', KEYS[2], 'skipped', ARGV[6])
  for i = 8, #ARGV do
    if redis.call('LLEN', KEYS[3]) < tonumber(ARGV[7]) then redis.call('RPUSH', KEYS[3], ARGV[i]) end
  end
end
redis.call('DEL', KEYS[4])
return redis.call('HLEN', KEYS[1])`;

/** By the clock of Redis: those of workers differ. KEYS beats times; ARGV name text forgotten */
const BEAT = `
local now = tonumber(redis.call('TIME')[1])
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('ZADD', KEYS[2], now, ARGV[1])
end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[3]))) do
  redis.call('HDEL', KEYS[1], name)
  redis.call('ZREM', KEYS[2], name)
end
return 1`;

/** KEYS beats times; ARGV silent */
const HEARD = `
local now = tonumber(redis.call('TIME')[1])
local heard = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], now - tonumber(ARGV[1]), '+inf')) do
  local text = redis.call('HGET', KEYS[1], name)
  if text then table.insert(heard, text) end
end
return heard`;

/** Deletes a lock that is still ours. KEYS lock; ARGV token */
const UNLOCK = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** What a farm keeps in Redis besides the queues: texts by their keys, to be understood by whoever asks. */
export class FarmStore {
  readonly #redis: QueueConnection['redis'];

  constructor({ redis }: QueueConnection) {
    this.#redis = redis;
  }

  /** The names of all submissions, the oldest first. */
  submissions(): Promise<string[]> {
    return this.#redis.zrange(key('submissions'), '0', '-1');
  }

  /** The fields of a submission's record; none when there is no such. */
  record(id: string): Promise<Record<string, string>> {
    return this.#redis.hgetall(key(id));
  }

  /** Writes fields of a record. `at`: when it came, in milliseconds, for a new one. */
  async writeRecord(id: string, fields: Readonly<Record<string, string>>, at: number | null = null): Promise<void> {
    const writing = this.#redis.multi().hset(key(id), { ...fields });
    if (at !== null) writing.zadd(key('submissions'), at, id);
    await writing.exec();
  }

  /** One field of a record; null when it has none. */
  field(id: string, name: string): Promise<string | null> {
    return this.#redis.hget(key(id), name);
  }

  /** Takes away all that is kept of a submission but what `keep` says. */
  async forget(id: string, keep: readonly ('record' | 'failures' | 'lock')[] = []): Promise<void> {
    await this.#redis.unlink(key(id, 'finished'));
    if (!keep.includes('lock')) await this.#redis.unlink(key(id, 'joining'));
    if (!keep.includes('failures')) await this.#redis.unlink(key(id, 'failures'));
    if (!keep.includes('record')) {
      await this.#redis.multi().zrem(key('submissions'), id).del(key(id)).exec();
    }
  }

  /** What is known of a job that somebody began: texts by field. */
  begun(id: string, job: number): Promise<Record<string, string>> {
    return this.#redis.hgetall(jobKey(id, job));
  }

  /** Writes and deletes fields of what is known of a job; nobody waits for it. */
  async note(
    id: string,
    job: number,
    fields: Readonly<Record<string, string>>,
    gone: readonly string[] = [],
  ): Promise<void> {
    const writing = this.#redis.pipeline();
    if (Object.keys(fields).length > 0) writing.hset(jobKey(id, job), { ...fields });
    if (gone.length > 0) writing.hdel(jobKey(id, job), ...gone);
    await writing.exec();
  }

  /** Adds one to a count among what is known of a job. @returns the count */
  count(id: string, job: number, field: string): Promise<number> {
    return this.#redis.hincrby(jobKey(id, job), field, 1);
  }

  async forgetJobs(id: string, jobs: readonly number[]): Promise<void> {
    if (jobs.length > 0) await this.#redis.unlink(...jobs.map((job) => jobKey(id, job)));
  }

  /**
   * A job has come to its end. @returns how many have, or null: the lease had ended, and nothing was kept
   */
  async settle(
    id: string,
    job: { readonly number: number; readonly token: string; readonly leaseKey: string },
    value: string,
    { done, failed, skipped }: JobTally,
    failures: readonly string[],
  ): Promise<number | null> {
    const keys = [key(id, 'finished'), key(id), key(id, 'failures'), jobKey(id, job.number), job.leaseKey];
    const told = [String(job.number), job.token, value, `${done}`, `${failed}`, `${skipped}`, `${MOST_FAILURES}`];
    const count = Number(await this.#redis.eval(SETTLE, keys.length, ...keys, ...told, ...failures));
    return count < 0 ? null : count;
  }

  /** The same of one that was found done before it was queued: nobody has a lease. */
  async settleUnqueued(id: string, job: number, value: string, { done, failed, skipped }: JobTally): Promise<void> {
    await this.#redis
      .multi()
      .hset(key(id, 'finished'), String(job), value)
      .hincrby(key(id), 'done', done)
      .hincrby(key(id), 'failed', failed)
      .hincrby(key(id), 'skipped', skipped)
      .exec();
  }

  /** How many jobs have come to their end. */
  finishedCount(id: string): Promise<number> {
    return this.#redis.hlen(key(id, 'finished'));
  }

  /** What was kept of these jobs; null for one that has not come to its end. */
  async finished(id: string, jobs: readonly number[]): Promise<(string | null)[]> {
    return jobs.length === 0 ? [] : this.#redis.hmget(key(id, 'finished'), ...jobs.map(String));
  }

  async isFinished(id: string, job: number): Promise<boolean> {
    return (await this.#redis.hexists(key(id, 'finished'), String(job))) === 1;
  }

  /** Failures from the first on, at most so many. */
  failures(id: string, most: number): Promise<string[]> {
    return this.#redis.lrange(key(id, 'failures'), 0, most - 1);
  }

  /** Says that a worker lives; an empty text: that it has ended. */
  async beat(name: string, text: string): Promise<void> {
    await this.#redis.eval(BEAT, 2, key('workers'), key('heard'), name, text, String(FORGOTTEN_S));
  }

  /** What the workers said last that were heard of lately. */
  async workers(): Promise<string[]> {
    return (await this.#redis.eval(HEARD, 2, key('workers'), key('heard'), String(SILENT_S))) as string[];
  }

  /** Takes a lock that ends by itself, or renews it. @returns whether it is ours */
  async lock(id: string, token: string, ms: number): Promise<boolean> {
    const name = key(id, 'joining');
    if ((await this.#redis.set(name, token, 'PX', ms, 'NX')) === 'OK') return true;
    if ((await this.#redis.get(name)) !== token) return false;
    await this.#redis.pexpire(name, ms);
    return true;
  }

  async unlock(id: string, token: string): Promise<void> {
    await this.#redis.eval(UNLOCK, 1, key(id, 'joining'), token);
  }
}

function key(...parts: readonly string[]): string {
  return [PREFIX, 'farm', ...parts].join(':');
}

function jobKey(id: string, job: number): string {
  return key(id, 'job', String(job));
}
