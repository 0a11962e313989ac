import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = process.env.CNNVIZ_FIREFOX ?? 'firefox-esr';
/** How long it may take to start. */
const START_MS = 30_000;

function isThere(): boolean {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Whether tests in Firefox are left out: where there is none, and never in CI. */
export const NO_FIREFOX = process.env.CI !== 'true' && !isThere();

type Answer = readonly [kind: number, id: number, error: { readonly message: string } | null, result: unknown];

/**
 * Debian's Firefox, driven by the protocol it has for that: texts of JSON, each behind its length, over a socket.
 * Source: firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
 */
export class Firefox {
  readonly #profile = mkdtempSync(join(tmpdir(), 'cnnviz-firefox-'));
  #child: ChildProcess | null = null;
  #socket: Socket | null = null;
  #text = Buffer.alloc(0);
  #id = 0;
  readonly #waiting = new Map<number, (answer: Answer) => void>();

  async start(): Promise<void> {
    const port = await freePort();
    const prefs = {
      'marionette.port': port,
      'network.proxy.type': 1,
      'network.proxy.http': '127.0.0.1',
      'network.proxy.http_port': 9,
      'network.proxy.ssl': '127.0.0.1',
      'network.proxy.ssl_port': 9,
    };
    const lines = Object.entries(prefs).map(
      ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});`,
    );
    writeFileSync(join(this.#profile, 'user.js'), lines.join('\n'));
    const words = ['--headless', '--marionette', '--no-remote', '--profile', this.#profile];
    this.#child = spawn(PROGRAM, words, { stdio: 'ignore', env: { ...process.env, HOME: this.#profile } });
    this.#socket = await connected(port);
    this.#socket.on('data', (part) => this.#take(part));
    await this.ask('WebDriver:NewSession', { capabilities: { alwaysMatch: {} } });
  }

  /** A command of the protocol, and what it gives. */
  async ask(name: string, parameters: object): Promise<unknown> {
    const id = ++this.#id;
    const text = JSON.stringify([0, id, name, parameters]);
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket!.write(`${Buffer.byteLength(text)}:${text}`);
    const [, , error, result] = await answer;
    if (error) throw new Error(`${name}: ${error.message}`);
    return result;
  }

  /** What an expression gives in the page; promises are waited for. */
  async evaluate(expression: string): Promise<unknown> {
    const script = `const done = arguments[arguments.length - 1]; Promise.resolve(${expression}).then(done, (error) => done(String(error)));`;
    return ((await this.ask('WebDriver:ExecuteAsyncScript', { script, args: [] })) as { value: unknown }).value;
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    const child = this.#child;
    if (child && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #take(part: Buffer): void {
    this.#text = Buffer.concat([this.#text, part]);
    for (;;) {
      const colon = this.#text.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#text.subarray(0, colon).toString());
      if (this.#text.length < end) return;
      const message = JSON.parse(this.#text.subarray(colon + 1, end).toString());
      this.#text = this.#text.subarray(end);
      // the first tells who speaks
      if (Array.isArray(message)) this.#waiting.get(message[1])?.(message as unknown as Answer);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function connected(port: number): Promise<Socket> {
  for (const start = performance.now(); ; ) {
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('connect', () => resolve(socket));
        socket.once('error', reject);
      });
    } catch (error) {
      if (performance.now() - start > START_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
