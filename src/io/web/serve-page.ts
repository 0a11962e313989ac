import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CnnvizError } from '../../core/errors.js';

const HOST = '127.0.0.1';
/** What a page's bytes are called beside it. */
export const BYTES_PATH = 'bytes';

/** A page and the bytes it asks for. */
export interface ServedPage {
  /** The page, told where it is served. */
  readonly page: (origin: string) => Uint8Array;
  /** How many bytes there are beside it. */
  readonly length: number;
  /** Some of them, in pieces, read when they are sent. */
  readonly read: (at: number, length: number) => Iterable<Uint8Array>;
}

/** A page that is served until it is closed. */
export interface PageServer {
  /** With the token: who does not know it gets nothing. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves one page and its bytes on this machine alone, under an address that cannot be guessed. Whoever asks in the name of
 * another host (DNS rebinding), for anything else, or to change something is refused. The page is isolated from others, so
 * that its engine may share memory.
 * @param port null: any that is free
 * @throws CnnvizError 'usage' when the port is taken
 */
export async function servePage(served: ServedPage, port: number | null): Promise<PageServer> {
  const token = randomBytes(16).toString('hex');
  const server = createServer();
  await listen(server, port);
  const origin = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  const page = served.page(origin);
  const hosts = [HOST, 'localhost'].map((name) => `${name}:${new URL(origin).port || '80'}`);
  server.on('request', (request, response) => {
    answer(request, response, { ...served, page, token, hosts }).catch((error) => response.destroy(error));
  });
  return {
    address: `${origin}/${token}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server, port: number | null): Promise<void> {
  server.listen(port ?? 0, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const words: Record<string, string> = { EADDRINUSE: 'another program listens there', EACCES: 'not allowed' };
    if (words[code] === undefined) throw error;
    throw new CnnvizError('usage', `--port ${port}: ${words[code]}`, {
      fix: 'leave --port out: a free one is found',
      cause: error,
    });
  }
}

interface Serving extends Omit<ServedPage, 'page'> {
  readonly page: Uint8Array;
  readonly token: string;
  readonly hosts: readonly string[];
}

/** On every answer. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

async function answer(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const { page, token, hosts, length } = serving;
  const refuse = (status: number, more: Readonly<Record<string, string>> = {}) => {
    response.writeHead(status, { ...HEADERS, ...more, 'Content-Length': '0' }).end();
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, { Allow: 'GET, HEAD' });
  if (!hosts.includes(request.headers.host ?? '')) return refuse(421);
  const [empty, said = '', name, ...more] = (request.url ?? '').split('/');
  if (empty !== '' || !isSame(said, token) || more.length > 0) return refuse(404);
  if (name === '') {
    const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': String(page.length) };
    response.writeHead(200, { ...HEADERS, ...headers }).end(request.method === 'HEAD' ? undefined : page);
    return;
  }
  if (name !== BYTES_PATH) return refuse(404);
  const range = rangeOf(request.headers.range, length);
  if (range === null) return refuse(416, { 'Content-Range': `bytes */${length}` });
  const { at, end, status } = range;
  response.writeHead(status, {
    ...HEADERS,
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(end - at),
    ...(status === 206 ? { 'Content-Range': `bytes ${at}-${end - 1}/${length}` } : {}),
  });
  if (request.method === 'GET') await send(response, serving.read(at, end - at));
  response.end();
}

/** Piece by piece, no faster than they are taken. */
async function send(response: ServerResponse, pieces: Iterable<Uint8Array>): Promise<void> {
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
}

/** One range of bytes, as RFC 9110 writes it; without one all of them. Null for what is none. */
function rangeOf(text: string | undefined, length: number): { at: number; end: number; status: 200 | 206 } | null {
  if (text === undefined) return { at: 0, end: length, status: 200 };
  const match = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(text);
  if (!match) return null;
  const at = Number(match[1]);
  const end = match[2] === '' ? length : Math.min(length, Number(match[2]) + 1);
  return at < end ? { at, end, status: 206 } : null;
}

/** In a time that does not tell how much of it is right. */
function isSame(said: string, token: string): boolean {
  const [a, b] = [said, token].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a, b);
}
