import { describe, expect, it } from 'vitest';
import { proxyAuthorization, proxyFor } from '../../../src/io/web/proxy.js';

const HTTPS = new URL('https://download.example.org/a.pth');
const PROXY = 'http://proxy:3128';

describe('the proxy that the environment names', () => {
  it.each([
    ['none', {}, null],
    ['HTTPS_PROXY', { HTTPS_PROXY: PROXY }, 'http://proxy:3128/'],
    ['small letters first', { https_proxy: 'http://small:1', HTTPS_PROXY: PROXY }, 'http://small:1/'],
    ['HTTP_PROXY is not for https', { HTTP_PROXY: PROXY }, null],
    ['ALL_PROXY', { ALL_PROXY: PROXY }, 'http://proxy:3128/'],
    ['without http://', { HTTPS_PROXY: 'proxy:3128' }, 'http://proxy:3128/'],
    ['by https', { HTTPS_PROXY: 'https://proxy' }, 'https://proxy/'],
    ['empty is none', { HTTPS_PROXY: '', ALL_PROXY: '' }, null],
    ['NO_PROXY: the host', { HTTPS_PROXY: PROXY, NO_PROXY: 'a.b,download.example.org' }, null],
    ['NO_PROXY: a domain', { HTTPS_PROXY: PROXY, NO_PROXY: 'example.org' }, null],
    ['NO_PROXY: .domain', { HTTPS_PROXY: PROXY, no_proxy: '.example.org' }, null],
    ['NO_PROXY: *.domain', { HTTPS_PROXY: PROXY, no_proxy: '*.EXAMPLE.org' }, null],
    ['NO_PROXY: all', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, null],
    ['NO_PROXY: its port', { HTTPS_PROXY: PROXY, NO_PROXY: 'example.org:443' }, null],
    ['NO_PROXY: another port', { HTTPS_PROXY: PROXY, NO_PROXY: 'example.org:8443' }, 'http://proxy:3128/'],
    ['NO_PROXY: half a name', { HTTPS_PROXY: PROXY, NO_PROXY: 'ample.org ,' }, 'http://proxy:3128/'],
  ] as const)('%s', (_, env, expected) => {
    expect(proxyFor(HTTPS, env)?.href ?? null).toBe(expected);
  });

  it.each([
    ['[::1]', null],
    ['::1', null],
    ['[::1]:8080', null],
    ['[::1]:9', 'http://proxy:3128/'],
  ] as const)('NO_PROXY=%s for an address in brackets', (list, expected) => {
    const env = { http_proxy: PROXY, NO_PROXY: list };
    expect(proxyFor(new URL('http://[::1]:8080/a.pth'), env)?.href ?? null).toBe(expected);
  });

  it.each(['socks5://name:secret@proxy:1080', 'http://na me:secret@pro xy'])(
    '%s is refused, and its password is not printed',
    (text) => {
      const refused = () => proxyFor(HTTPS, { HTTPS_PROXY: text });
      expect(refused).toThrow(/^HTTPS_PROXY: (?:a socks5 proxy, which is not supported|not an address)$/);
    },
  );

  it('is told its password in a header', () => {
    expect(proxyAuthorization(new URL('http://proxy'))).toEqual({});
    const { 'proxy-authorization': header } = proxyAuthorization(new URL('http://me:p%40ss@proxy'));
    expect(Buffer.from(header.slice('Basic '.length), 'base64').toString()).toBe('me:p@ss');
  });
});
