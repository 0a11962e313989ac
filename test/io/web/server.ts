import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSafeServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import type { OwnCertificate } from './certificate.js';

/** A server on this machine, for one test. */
export interface Served {
  readonly port: number;
  /** What was asked for, with the headers that matter here. */
  readonly asked: { readonly url: string; readonly range?: string; readonly ifRange?: string }[];
  close(): Promise<void>;
}

/** Listens on a port of its own, by https where there is a certificate. */
export async function serve(answer: RequestListener, certificate: OwnCertificate | null = null): Promise<Served> {
  const asked: Served['asked'][number][] = [];
  const listener: RequestListener = (request, response) => {
    const { range, 'if-range': ifRange } = request.headers;
    asked.push({ url: request.url!, ...(range && { range }), ...(ifRange && { ifRange: String(ifRange) }) });
    return answer(request, response);
  };
  const server = certificate ? createSafeServer({ ...certificate }, listener) : createServer(listener);
  return { asked, ...(await listening(server)) };
}

/** A proxy that lets every host through to one port of this machine, and what it was asked for; spoken to by https, with a certificate. */
export async function serveProxy(
  port: number,
  { password = null, certificate = null }: { password?: string | null; certificate?: OwnCertificate | null } = {},
) {
  const asked: string[] = [];
  const refuse: RequestListener = (request, response) => {
    asked.push(`GET ${request.url}`);
    response.writeHead(502).end();
  };
  const server = certificate ? createSafeServer({ ...certificate }, refuse) : createServer(refuse);
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    client.on('error', () => {});
    const own = `Basic ${Buffer.from(password ?? '').toString('base64')}`;
    if (password !== null && request.headers['proxy-authorization'] !== own) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    target.on('error', () => client.destroy());
  });
  return { asked, ...(await listening(server)) };
}

async function listening(server: Server) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A whole file, or the part that is asked for if it is still the same: what a good server does. */
export function file(bytes: Uint8Array, etag = '"one"'): RequestListener {
  return (request, response) => {
    const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const isSame = request.headers['if-range'] === etag;
    const at = from !== undefined && isSame ? Number(from) : 0;
    const headers = { etag, 'content-length': bytes.length - at };
    if (at === 0) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${at}-${bytes.length - 1}/${bytes.length}` });
    response.end(bytes.subarray(at));
  };
}

/** Says the right length, sends so much of it, and breaks off. */
export function broken(bytes: Uint8Array, after: number, etag: string | null = '"one"'): RequestListener {
  return (_, response: ServerResponse) => {
    response.writeHead(200, { ...(etag === null ? {} : { etag }), 'content-length': bytes.length });
    response.write(bytes.subarray(0, after), () => setTimeout(() => response.destroy(), 20));
  };
}
