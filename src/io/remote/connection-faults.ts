import { type Passing, TRIES } from './retry.js';

/** Answers that may be others the next time. */
export const PASSING_STATUS: readonly (number | undefined)[] = [408, 429, 500, 502, 503, 504];

/** Of a server that is not there: a wrong name is to be told soon. */
const UNREACHABLE_TRIES = 4;
const UNREACHABLE = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN|ENOTFOUND|EADDRNOTAVAIL)$/;
const BROKEN = /^(ECONNRESET|EPIPE|ECONNABORTED|ETIMEDOUT|ERR_STREAM_PREMATURE_CLOSE|CNNVIZ_SILENT)$/;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS|ERR_SSL|EPROTO/;

/** What another try is worth, by the system's word for what was wrong; null: nothing. */
export function passingCode(code: string): Passing | null {
  if (UNREACHABLE.test(code)) return { tries: UNREACHABLE_TRIES, afterMs: null };
  return BROKEN.test(code) ? { tries: TRIES, afterMs: null } : null;
}

/** What is wrong with a connection, and what helps; null for another word. */
export function connectionFault(
  code: string,
  tries: number,
  away: string,
  again: string,
): [what: string, fix: string] | null {
  if (CERTIFICATE.test(code)) {
    return [
      `its certificate is not accepted (${code})`,
      'name the file with its certificate: NODE_EXTRA_CA_CERTS=FILE.pem',
    ];
  }
  if (UNREACHABLE.test(code)) return [`cannot be reached (${code})`, away];
  if (BROKEN.test(code))
    return [`the connection broke off (${code === 'CNNVIZ_SILENT' ? 'silent' : code}), ${times(tries)}`, again];
  if (code.startsWith('HPE_')) return ['what answers does not speak HTTP', away];
  return null;
}

export function times(tries: number): string {
  return tries === 1 ? 'once' : `${tries} times`;
}
