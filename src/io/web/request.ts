import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { CnnvizError } from '../../core/errors.js';
import { proxyAuthorization, proxyFor } from './proxy.js';

/** What is asked for. */
export interface Asked {
  readonly address: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** A server that is silent for so long is given up. */
  readonly silenceMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Connections that are kept for the next question; absent: each has its own. */
  readonly agents?: { readonly http: http.Agent; readonly https: https.Agent };
  /** What began without https may be led on without it. */
  readonly mayStayPlain?: boolean;
}

/** An answer whose body is still to come, and the address that gave it in the end. */
export interface Answered {
  readonly response: IncomingMessage;
  readonly address: URL;
}

const MOST_REDIRECTS = 5;
const REDIRECTS: readonly (number | undefined)[] = [301, 302, 303, 307, 308];

/**
 * GET, through the proxy that the environment names. Redirects lead to https (or stay without it), and no further than a few.
 * fetch of Node 20 knows no proxies, so it is Node's own https: one header, one answer, no decoding.
 * @throws CnnvizError for an answer that does not come, or leads elsewhere
 */
export async function ask(asked: Asked): Promise<Answered> {
  for (let hop = 0, address = asked.address; ; hop++) {
    const response = await answerOf({ ...asked, address });
    const { statusCode, headers } = response;
    if (!REDIRECTS.includes(statusCode)) return { response, address };
    response.destroy();
    const next = addressFrom(headers.location, address);
    if (hop === MOST_REDIRECTS) throw misled(asked.address, `more than ${MOST_REDIRECTS} redirects`);
    if (next === null) throw misled(address, `a redirect (${statusCode}) to nowhere`);
    const isPlain = asked.mayStayPlain && address.protocol === 'http:' && next.protocol === 'http:';
    if (next.protocol !== 'https:' && !isPlain)
      throw misled(address, `redirected to ${next.protocol}//${next.host}, which is not https`);
    address = next;
  }
}

function misled(address: URL, what: string): CnnvizError {
  return new CnnvizError('input', `${address.host}: ${what}`, { fix: OTHER_WAY });
}

/** What is always possible. */
export const OTHER_WAY = 'fetch the file in another way, and name it: cnnviz run NET@FILE photo.jpg';

function addressFrom(location: string | undefined, base: URL): URL | null {
  try {
    return location === undefined ? null : new URL(location, base);
  } catch {
    return null; // said by whoever follows it
  }
}

async function answerOf({ address, headers, silenceMs, env, agents }: Asked): Promise<IncomingMessage> {
  const proxy = proxyFor(address, env);
  try {
    const request = await requestTo(address, headers, proxy, silenceMs, agents);
    return await responseTo(request, silenceMs);
  } catch (error) {
    throw webFault(address, error, proxy);
  }
}

async function requestTo(
  address: URL,
  headers: Asked['headers'],
  proxy: URL | null,
  silenceMs: number,
  agents: Asked['agents'],
): Promise<ClientRequest> {
  const isSafe = address.protocol === 'https:';
  if (proxy === null) {
    const agent = (isSafe ? agents?.https : agents?.http) ?? false;
    return (isSafe ? https : http).request(address, { headers, agent });
  }
  if (!isSafe) {
    const asProxy = { host: address.host, ...headers, ...proxyAuthorization(proxy) };
    return clientOf(proxy).request({ ...placeOf(proxy), path: address.href, headers: asProxy, agent: false });
  }
  const socket = await tunnel(proxy, address, silenceMs);
  const { host } = placeOf(address);
  const servername = isIP(host) === 0 ? host : '';
  return https.request(address, { headers, createConnection: () => connect({ socket, host, servername }) });
}

/** A connection to the address's host that the proxy only passes on. @throws what the proxy says instead */
function tunnel(proxy: URL, address: URL, silenceMs: number): Promise<Socket> {
  const path = `${address.hostname}:${address.port || 443}`;
  const headers = { host: path, ...proxyAuthorization(proxy) };
  const request = clientOf(proxy).request({ ...placeOf(proxy), method: 'CONNECT', path, headers, agent: false });
  return new Promise((resolve, reject) => {
    request.once('connect', ({ statusCode }, socket: Socket) => {
      socket.setTimeout(0);
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(refusedBy(proxy, statusCode));
    });
    request.once('error', reject);
    request.setTimeout(silenceMs, () => request.destroy(silent(silenceMs)));
    request.end();
  });
}

function refusedBy({ host }: URL, status = 0): CnnvizError {
  const fix =
    status === 407
      ? 'the proxy wants a name and a password: HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT'
      : 'ask who runs the proxy, or except the host: NO_PROXY=HOST';
  return new CnnvizError('output', `the proxy ${host} refuses (${status})`, { fix });
}

function responseTo(request: ClientRequest, silenceMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // a body that stops coming is an error of the response
    let response: IncomingMessage | null = null;
    request.once('response', (found) => {
      response = found;
      resolve(found);
    });
    request.on('error', reject);
    request.setTimeout(silenceMs, () => (response ?? request).destroy(silent(silenceMs)));
    request.end();
  });
}

const SILENT = 'CNNVIZ_SILENT';

function silent(silenceMs: number): Error {
  return Object.assign(new Error(`silent for ${Math.round(silenceMs / 1000)} s`), { code: SILENT });
}

function clientOf({ protocol }: URL): typeof http | typeof https {
  return protocol === 'https:' ? https : http;
}

function placeOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

const AGAIN = 'run the same command again';

/** What is wrong with a connection, by the system's word for it. */
const FAULTS: readonly (readonly [pattern: RegExp, what: string, fix: string])[] = [
  [/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/, 'the name is not found: offline?', `go online and try again; or ${OTHER_WAY}`],
  [
    /^(ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ENETDOWN|ETIMEDOUT|EADDRNOTAVAIL)$/,
    'cannot be reached: offline?',
    `go online and try again; or ${OTHER_WAY}`,
  ],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, 'the connection broke off', AGAIN],
  [new RegExp(`^${SILENT}$`), 'the connection went silent', AGAIN],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS|ERR_SSL|EPROTO/,
    'its certificate is not accepted',
    'where a proxy opens https, name the file with its certificate: NODE_EXTRA_CA_CERTS=FILE.pem',
  ],
  [/^HPE_/, 'what answers does not speak HTTP', OTHER_WAY],
];

/** Why nothing comes from an address, in words; errors of another kind as they are. */
export function webFault(address: URL, error: unknown, proxy: URL | null = null): unknown {
  if (error instanceof CnnvizError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const fault = FAULTS.find(([pattern]) => pattern.test(code));
  if (fault === undefined) return error;
  const [, what, fix] = fault;
  const who = proxy === null ? address.host : `${address.host} through the proxy ${proxy.host}`;
  const isAway = proxy !== null && fix.startsWith('go online');
  return new CnnvizError('output', `${who}: ${what} (${code === SILENT ? (error as Error).message : code})`, {
    fix: isAway ? `check HTTPS_PROXY, or except the host: NO_PROXY=${address.hostname}` : fix,
    cause: error,
  });
}
