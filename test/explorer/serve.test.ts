import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PageServer, servePage } from '../../src/io/web/serve-page.js';
import { BIN, cnnviz, IMAGES, inFolder, NODE } from '../cli/cnnviz.js';

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const PAGE = '<!doctype html><p>page';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** One request, its path as it is: `fetch` would put it in order first. */
function ask(
  address: string,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) });
      });
    });
    asked.on('error', reject);
    asked.end(method === 'POST' ? 'x=1' : undefined);
  });
}

describe('a page that is served', () => {
  let server: PageServer;
  let told = '';
  let root = '';
  const reads: [number, number][] = [];

  beforeAll(async () => {
    server = await servePage(
      {
        page: (origin) => {
          told = origin;
          return new TextEncoder().encode(PAGE);
        },
        length: BYTES.length,
        *read(at, length) {
          reads.push([at, length]);
          for (let from = at; from < at + length; from += 300)
            yield BYTES.slice(from, Math.min(from + 300, at + length));
        },
      },
      null,
    );
    root = new URL(server.address).pathname;
  });
  afterAll(() => server.close());

  it('is found under an address that nobody can guess, on this machine alone', async () => {
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    expect(told).toBe(new URL(server.address).origin);
    const { status, headers, body } = await ask(server.address, root);
    expect([status, body.toString()]).toEqual([200, PAGE]);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(PAGE.length),
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    const head = await ask(server.address, root, { method: 'HEAD' });
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, String(PAGE.length)]);
  });

  it.each([
    ['no token', () => '/'],
    ['another token', () => `/${'0'.repeat(32)}/`],
    ['a token that is cut off', () => root.slice(0, -2)],
    ['a token without the folder', () => root.slice(0, -1)],
    ['the bytes without the token', () => '/bytes'],
    ['something else', () => `${root}index.html`],
    ['a list of the folder', () => `${root}.`],
    ['a way out', () => `${root}../../etc/passwd`],
    ['a way out in disguise', () => `${root}%2e%2e/%2e%2e/etc/passwd`],
    ['a way back', () => `${root}bytes/../bytes`],
    ['a whole address', () => `http://127.0.0.1${root}`],
    ['a question', () => `${root}?x`],
  ])('gives nothing for %s', async (_, path) => {
    const { status, body } = await ask(server.address, path());
    expect([status, body.length]).toEqual([404, 0]);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', 'localhost.evil.example'])(
    'gives nothing to who calls it %s',
    async (host) => {
      const { status, body } = await ask(server.address, root, { headers: { host } });
      expect([status, body.length]).toEqual([421, 0]);
    },
  );

  it('knows its other name, as a tunnel uses it', async () => {
    const { port } = new URL(server.address);
    expect((await ask(server.address, root, { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s', async (method) => {
    const { status, headers, body } = await ask(server.address, root, { method });
    expect([status, headers.allow, body.length]).toEqual([405, 'GET, HEAD', 0]);
  });

  it('gives bytes by their range, and reads no others', async () => {
    reads.length = 0;
    const { status, headers, body } = await ask(server.address, `${root}bytes`, {
      headers: { range: 'bytes=100-799' },
    });
    expect([status, headers['content-range']]).toEqual([206, 'bytes 100-799/1000']);
    expect(body.equals(BYTES.subarray(100, 800))).toBe(true);
    expect(reads).toEqual([[100, 700]]);
    const end = await ask(server.address, `${root}bytes`, { headers: { range: 'bytes=990-5000' } });
    expect([end.status, end.body.equals(BYTES.subarray(990)), end.headers['content-range']]).toEqual([
      206,
      true,
      'bytes 990-999/1000',
    ]);
    const open = await ask(server.address, `${root}bytes`, { headers: { range: 'bytes=999-' } });
    expect([open.status, open.body.length]).toEqual([206, 1]);
    const all = await ask(server.address, `${root}bytes`);
    expect([all.status, all.body.equals(BYTES)]).toEqual([200, true]);
    const head = await ask(server.address, `${root}bytes`, { method: 'HEAD', headers: { range: 'bytes=0-9' } });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([206, '10', 0]);
  });

  it.each(['bytes=1000-', 'bytes=5-4', 'bytes=-5', 'bytes=0-1,3-4', 'pages=0-1', 'bytes=a-b'])(
    'refuses the range %s',
    async (range) => {
      const { status, headers, body } = await ask(server.address, `${root}bytes`, { headers: { range } });
      expect([status, headers['content-range'], body.length]).toEqual([416, 'bytes */1000', 0]);
    },
  );

  it('lives on after what is no request', async () => {
    const { port } = new URL(server.address);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('\0\0 nonsense\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    expect((await ask(server.address, root)).status).toBe(200);
  });

  it('says that a port is taken', async () => {
    const { port } = new URL(server.address);
    const again = servePage({ page: () => BYTES, length: 0, read: () => [] }, Number(port));
    await expect(again).rejects.toMatchObject({
      code: 'usage',
      message: `--port ${port}: another program listens there`,
      fix: 'leave --port out: a free one is found',
    });
  });
});

describe('cnnviz explore --serve', () => {
  const line = ['explore', join(IMAGES, 'five.png'), '-k', 'edge3x3', '--serve'];

  it('prints its address, serves the page and its bytes, and ends with Ctrl-C', () =>
    inFolder(async (cwd) => {
      const child = spawn(NODE, [BIN, ...line], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
      let printed = '';
      child.stdout.on('data', (part) => {
        printed += part;
      });
      while (!printed.includes('http://')) await once(child.stdout, 'data');
      const [address] = /http:\S+/.exec(printed)!;
      const page = await (await fetch(address)).text();
      const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1];
      expect(policy).toContain(`connect-src ${new URL(address).origin}`);
      const data = JSON.parse(/id="cnnviz-data">(.*?)<\/script>/s.exec(page)![1]);
      expect(data.bytes).toEqual({ kind: 'served', path: 'bytes' });
      expect(page).not.toContain('id="cnnviz-weights"');
      const { at, length } = data.networks[0].model.constants[0].bytes;
      const range = `bytes=${at}-${at + length - 1}`;
      const bytes = await (await fetch(new URL('bytes', address), { headers: { range } })).arrayBuffer();
      expect([...new Float32Array(bytes)].slice(0, 9)).toEqual([1, 0, -1, 1, 0, -1, 1, 0, -1]);
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      expect(await ended).toEqual([null, 'SIGINT']);
      await expect(fetch(address)).rejects.toThrow();
    }));

  it('tells its address under --json and -q, too', () =>
    inFolder(async (cwd) => {
      for (const more of [['--json'], ['-q']]) {
        const child = spawn(NODE, [BIN, ...line, ...more], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
        let printed = '';
        while (!/\/[0-9a-f]{32}\//.test(printed)) printed += (await once(child.stdout, 'data'))[0];
        child.kill();
        await once(child, 'exit');
        if (more[0] === '--json') expect(JSON.parse(printed)).toMatchObject({ command: 'explore', kind: 'layer' });
        else expect(printed).toMatch(/^http:\S+\n$/);
      }
    }));

  it('writes no file, and takes no port that is none', async () => {
    const both = await cnnviz([...line, '-o', 'x.html']);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--serve writes no file, -o names one')]);
    const port = await cnnviz([...line, '--port', '70000']);
    expect([port.code, port.stderr]).toEqual([2, expect.stringContaining('expected a number from 1 to 65535')]);
    const alone = await cnnviz(['explore', '--port', '8000']);
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('--port goes with --serve')]);
  });
});
