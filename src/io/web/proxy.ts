import { CnnvizError } from '../../core/errors.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for an address, as curl reads it: HTTPS_PROXY or HTTP_PROXY by the address, else
 * ALL_PROXY, in small letters too and those first; NO_PROXY excepts hosts. Null: none.
 * @throws CnnvizError 'unsupported' for a proxy that is not spoken to by HTTP
 */
export function proxyFor(address: URL, env: Environment): URL | null {
  const kind = address.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const name = [kind, kind.toUpperCase(), 'all_proxy', 'ALL_PROXY'].find((one) => env[one]);
  if (name === undefined || isExcepted(address, env.no_proxy ?? env.NO_PROXY ?? '')) return null;
  const text = env[name]!;
  const proxy = parsed(withScheme(text));
  if (proxy !== null && /^https?:$/.test(proxy.protocol)) return proxy;
  // a proxy's address may hold a password
  const what = proxy === null ? 'not an address' : `a ${proxy.protocol.slice(0, -1)} proxy, which is not supported`;
  throw new CnnvizError('unsupported', `${name}: ${what}`, {
    fix: `name an HTTP proxy, ${name}=http://HOST:PORT, or except the host: NO_PROXY=${address.hostname}`,
  });
}

/** The header that a proxy asks a password by; none where its address has none. */
export function proxyAuthorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const words = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(words).toString('base64')}` };
}

/** "proxy.example:8080" stands for itself behind http:// */
function withScheme(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null; // said by whoever asked
  }
}

/** NO_PROXY is names with commas or blanks between them: a host and all below it, with or without its port, or * for all. */
function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, bracketed, plain, entryPort] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
      if (entryPort !== undefined && entryPort !== ownPort) return false;
      const name = (bracketed ?? plain ?? entry).replace(/^\*?\./, '');
      return host === name || (name !== '' && host.endsWith(`.${name}`));
    });
}
