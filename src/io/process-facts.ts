import { readFileSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { posix } from 'node:path';

/** Whether a process of this number runs on this machine. */
export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, in ticks since the machine did: tells it from a later one of the same number. Linux only. */
export function processStart(pid: number): string | null {
  const facts = textOf(`/proc/${pid}/stat`);
  // the name in parentheses may hold anything; what follows it starts with the third field
  return facts?.slice(facts.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/**
 * Cores this process may use: those it is bound to, and no more than the quota of its container. Node 20 knows of the
 * first only.
 */
export function coreCount(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cpuQuota())));
}

/** Bytes of memory that this process may still take: what the machine has left, and no more than its container may. */
export function memoryToUse(): number {
  // Node 20 lacks some of these, and tells of no limit as 0 or as one beyond all machines
  const limit = (process as { constrainedMemory?: () => number | undefined }).constrainedMemory?.() || freemem();
  return Math.min(freemem(), limit);
}

/** The least quota of this process's control groups, in cores. */
function cpuQuota(): number {
  let least = Number.POSITIVE_INFINITY;
  for (const line of (textOf('/proc/self/cgroup') ?? '0::/').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isSecond = controllers === '';
    if (path === undefined || !(isSecond || controllers.split(',').includes('cpu'))) continue;
    // inside a container the path may be the host's, and only the root is mounted
    for (let group = path; ; group = posix.dirname(group)) {
      least = Math.min(least, isSecond ? quotaOf(group) : firstQuotaOf(group));
      if (group === '/' || group === '.') break;
    }
  }
  return least;
}

/** cgroup 2: "max 100000" or "50000 100000" */
function quotaOf(group: string): number {
  const [quota, period] = (textOf(`/sys/fs/cgroup${group}/cpu.max`) ?? '').split(/\s+/).map(Number);
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

function firstQuotaOf(group: string): number {
  const quota = Number(textOf(`/sys/fs/cgroup/cpu${group}/cpu.cfs_quota_us`));
  const period = Number(textOf(`/sys/fs/cgroup/cpu${group}/cpu.cfs_period_us`));
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // not this kind of machine
  }
}
