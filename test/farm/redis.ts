import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach } from 'vitest';

const isThere = spawnSync('redis-server', ['--version']).status === 0;

/** Why tests of a farm do not run here; null: they do. In CI they must. */
export const NO_REDIS = isThere || process.env.CI === 'true' ? null : 'redis-server is not installed';

/** A port that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A redis-server for the tests of a describe, empty before each. `server()`: once they run */
export function redisForTests(options: readonly string[] = []): { readonly server: () => RedisServer } {
  let redis: RedisServer;
  let data: string;
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'cnnviz-redis-'));
    redis = await RedisServer.start(data, options);
  });
  beforeEach(() => redis.clear());
  afterAll(async () => {
    await redis.stop();
    rmSync(data, { recursive: true, force: true });
  });
  return { server: () => redis };
}

/** A redis-server of a test's own. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #child: ChildProcess | null = null;

  private constructor(port: number, folder: string, options: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  static async start(folder: string, options: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), folder, options);
    await server.begin();
    return server;
  }

  get address(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async begin(): Promise<void> {
    const own = ['--port', String(this.port), '--dir', this.#folder, '--save', '', '--appendonly', 'yes'];
    this.#child = spawn('redis-server', [...own, ...this.#options], { stdio: 'ignore' });
    const redis = new Redis({ host: '127.0.0.1', port: this.port, lazyConnect: true, retryStrategy: () => 50 });
    redis.on('error', () => {});
    await redis.connect().catch(() => {});
    // it answers, with a word or with a refusal
    await redis.ping().catch((error: Error) => {
      if (!error.message.includes('NOAUTH')) throw error;
    });
    redis.disconnect();
  }

  /** A port at which there is none. */
  static async none(): Promise<{ readonly port: number }> {
    return { port: await freePort() };
  }

  /** Ends it at once, or as whoever restarts it does. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /** Asks it something. */
  async ask<T>(question: (client: Redis) => Promise<T>, password?: string): Promise<T> {
    const client = new Redis({ host: '127.0.0.1', port: this.port, ...(password && { password }) });
    try {
      return await question(client);
    } finally {
      client.disconnect();
    }
  }

  async clear(): Promise<void> {
    await this.ask((client) => client.flushall());
  }

  /** Everything in it. */
  async keys(): Promise<string[]> {
    return (await this.ask((client) => client.keys('*'))).sort();
  }
}
