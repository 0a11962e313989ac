import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { readWeb } from '../../../src/io/remote/web-file.js';
import { type Served, serve } from '../web/server.js';

const BYTES = Buffer.from('0123456789'.repeat(5000));
const AT_ONCE = { waits: { wait: async () => {}, random: () => 0 }, silenceMs: 2000 };
const ALL = { range: null, etag: null, mostBytes: 1e6 };
let server: Served | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

async function addressOf(answer: Answer): Promise<string> {
  let count = 0;
  server = await serve((request, response) => answer(request, response, ++count));
  return `http://127.0.0.1:${server.port}/a/x.jpg`;
}

/** As a file server does. */
function file({ headers }: IncomingMessage, response: ServerResponse, etag = '"one"'): void {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const isPart = from !== undefined && [undefined, etag].includes(headers['if-range'] as string | undefined);
  if (!isPart) {
    response.writeHead(200, { etag, 'content-length': BYTES.length }).end(BYTES);
    return;
  }
  const part = BYTES.subarray(Number(from), to === '' ? BYTES.length : Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${BYTES.length}`;
  response.writeHead(206, { etag, 'content-length': part.length, 'content-range': range }).end(part);
}

it('a file is read whole, and by range of the very file', async () => {
  const address = await addressOf((request, response) => file(request, response));
  const whole = await readWeb(address, 'x', ALL, AT_ONCE);
  expect([Buffer.compare(whole.bytes, BYTES), whole.total, whole.etag]).toEqual([0, BYTES.length, 'one']);
  const part = await readWeb(address, 'x', { ...ALL, range: { from: 3, size: 4 }, etag: 'one' }, AT_ONCE);
  expect([Buffer.from(part.bytes).toString(), part.total]).toEqual(['3456', BYTES.length]);
  const other = { ...ALL, range: { from: 3, size: 4 }, etag: 'two' };
  await expect(readWeb(address, 'x', other, AT_ONCE)).rejects.toThrow('x: another file has taken its place');
});

it('what broke off is gone on with where it ended', async () => {
  const address = await addressOf((request, response, count) => {
    if (count > 1) return file(request, response);
    response.writeHead(200, { etag: '"one"', 'content-length': BYTES.length });
    response.write(BYTES.subarray(0, 20_000), () => response.destroy());
  });
  const { bytes } = await readWeb(address, 'x', ALL, AT_ONCE);
  expect(Buffer.compare(bytes, BYTES)).toBe(0);
  expect(server!.asked[1].range).toBe('bytes=20000-');
});

it('of a file that was changed in between nothing is kept, and without a tag neither', async () => {
  for (const etag of ['"old"', null]) {
    const address = await addressOf((request, response, count) => {
      if (count > 1) return file(request, response);
      response.writeHead(200, { ...(etag && { etag }), 'content-length': BYTES.length });
      response.write(Buffer.alloc(20_000, 'x'), () => response.destroy());
    });
    const { bytes } = await readWeb(address, 'x', ALL, AT_ONCE);
    expect(Buffer.compare(bytes, BYTES)).toBe(0);
    await server!.close();
  }
  server = null;
});

it('busy servers are asked again, and given up after ten tries', async () => {
  const busy = await addressOf((request, response, count) =>
    count < 4 ? void response.writeHead(429, { 'retry-after': '0' }).end() : file(request, response),
  );
  expect((await readWeb(busy, 'x', ALL, AT_ONCE)).total).toBe(BYTES.length);
  await server!.close();
  const never = await addressOf((_, response) => void response.writeHead(503).end());
  await expect(readWeb(never, 'x', ALL, AT_ONCE)).rejects.toMatchObject({
    code: 'input',
    message: 'x: the server answered 503, 10 times',
  });
  expect(server!.asked).toHaveLength(10);
});

it.each([
  [404, 'no such file there (404)'],
  [403, 'access denied (403)'],
  [418, 'the server answered 418'],
])('%i is told at once', async (status, words) => {
  const address = await addressOf((_, response) => void response.writeHead(status).end());
  await expect(readWeb(address, 'x', ALL, AT_ONCE)).rejects.toThrow(`x: ${words}`);
  expect(server!.asked).toHaveLength(1);
});

it('what is too large is refused before its body is read', async () => {
  const address = await addressOf((_, response) => {
    response.writeHead(200, { 'content-length': 5e6 });
    response.write('x');
  });
  await expect(readWeb(address, 'x', ALL, AT_ONCE)).rejects.toThrow('x: 5 MB, more than 1 MB');
});

it('a server that sends more than it says, packs, or does not read by range is not believed', async () => {
  const endless = await addressOf((_, response) => {
    response.writeHead(200);
    response.end(Buffer.alloc(2e6));
  });
  await expect(readWeb(endless, 'x', ALL, AT_ONCE)).rejects.toThrow('x: the server sends more bytes than it says');
  await server!.close();
  const packed = await addressOf((_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end());
  await expect(readWeb(packed, 'x', ALL, AT_ONCE)).rejects.toThrow('x: the answer is packed');
  await server!.close();
  const whole = await addressOf((_, response) => void response.writeHead(200, { 'content-length': 3 }).end('abc'));
  const part = { ...ALL, range: { from: 0, size: 2 } };
  await expect(readWeb(whole, 'x', part, AT_ONCE)).rejects.toThrow('x: the server does not read by range');
});

it('a redirect is followed, but never from https to http', async () => {
  const address = await addressOf((request, response) =>
    request.url === '/a/x.jpg' ? void response.writeHead(302, { location: '/b.jpg' }).end() : file(request, response),
  );
  expect((await readWeb(address, 'x', ALL, AT_ONCE)).total).toBe(BYTES.length);
  await server!.close();
  const elsewhere = await addressOf((_, response) => void response.writeHead(302, { location: 'ftp://h/x' }).end());
  await expect(readWeb(elsewhere, 'x', ALL, AT_ONCE)).rejects.toMatchObject({
    message: expect.stringContaining('redirected to ftp://h, which is not https'),
    fix: 'check the address',
  });
});

it('silence and a server that is not there are told', async () => {
  const address = await addressOf(() => {});
  const quick = { waits: AT_ONCE.waits, silenceMs: 30 };
  await expect(readWeb(address, 'x', ALL, quick)).rejects.toThrow('x: the connection broke off (silent), 10 times');
  const gone = 'http://127.0.0.1:9/x.jpg?token=secret';
  const fault = await readWeb(gone, 'x', ALL, AT_ONCE).catch((error) => error);
  expect(fault).toMatchObject({ code: 'input', message: 'x: cannot be reached (ECONNREFUSED)' });
});
