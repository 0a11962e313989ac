import http from 'node:http';
import https from 'node:https';
import { CnnvizError } from '../../core/errors.js';
import { formatBytes } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { ask } from '../web/request.js';
import { bodyOf, CutShort, SILENCE_MS } from './body.js';
import { persistently, type Waits } from './retry.js';
import type { ByteRange } from './stored.js';
import { passingWebFault, WebStatus, webInputFault } from './web-faults.js';

/** What is wanted of a file of the web. */
interface WantedFile {
  readonly range: ByteRange | null;
  /** Of the file that is meant. */
  readonly etag: string | null;
  readonly mostBytes: number;
}

interface WebBytes {
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly total: number;
  /** Null: none that promises the same bytes. */
  readonly etag: string | null;
}

/** Many images of one host go through few connections. */
const AGENTS = {
  http: new http.Agent({ keepAlive: true, maxSockets: 64 }),
  https: new https.Agent({ keepAlive: true, maxSockets: 64 }),
};

/**
 * A file of the web, or some of its bytes. What broke off is gone on with, of the same file.
 * @param place how errors call it: addresses may hold what nobody is to see
 * @throws CnnvizError 'input'
 */
export async function readWeb(
  address: string,
  place: string,
  { range, etag, mostBytes }: WantedFile,
  { waits, silenceMs = SILENCE_MS }: { readonly waits?: Waits; readonly silenceMs?: number } = {},
): Promise<WebBytes> {
  const parts: Uint8Array[] = [];
  let at = 0;
  let known = etag;
  const attempt = async (): Promise<WebBytes> => {
    const from = (range?.from ?? 0) + at;
    const { response } = await ask({
      address: new URL(address),
      headers: {
        'user-agent': `cnnviz/${VERSION}`,
        'accept-encoding': 'identity',
        ...(range !== null || at > 0 ? { range: `bytes=${from}-${range ? range.from + range.size - 1 : ''}` } : {}),
        ...((range !== null || at > 0) && known !== null && { 'if-range': `"${known}"` }),
      },
      silenceMs,
      env: process.env,
      agents: AGENTS,
      mayStayPlain: true,
    });
    try {
      const { statusCode: status = 0, headers } = response;
      if (status !== 200 && status !== 206) throw new WebStatus(status, headers['retry-after']);
      if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new WebStatus(PACKED, undefined);
      const tag = /^"(.*)"$/.exec(headers.etag ?? '')?.[1] ?? null;
      const length = headers['content-length'] === undefined ? null : Number(headers['content-length']);
      const { start, whole } = partOf(status, headers['content-range'], length);
      if (range !== null && (start !== from || status === 200)) throw notByRange(place, etag);
      if (known !== null && tag !== null && tag !== known) {
        if (etag !== null || range !== null) throw changedFile(place);
        // another file than the one that broke off: from its beginning
        known = null;
        parts.length = at = 0;
        throw new CutShort('the file was changed');
      }
      if (start !== from) parts.length = at = 0;
      known ??= tag;
      const most = range === null ? mostBytes - at : range.size - at;
      if (length !== null && length > most) throw tooLarge(place, range, at + length, mostBytes);
      for await (const part of bodyOf(response, { expected: length, mostBytes: most, silenceMs })) {
        parts.push(part);
        at += part.length;
      }
      if (range !== null && at < range.size) throw changedFile(place);
      return { bytes: Buffer.concat(parts, at), total: range === null ? at : whole, etag: known };
    } catch (error) {
      if (error instanceof CutShort && known === null) parts.length = at = 0;
      throw error;
    } finally {
      if (!response.complete) response.destroy();
    }
  };
  return persistently(attempt, passingWebFault, (error, tries) => webInputFault(place, error, tries), waits);
}

/** Where an answer begins in its file, and how long that is. */
function partOf(status: number, range = '', length: number | null): { readonly start: number; readonly whole: number } {
  const [, start, whole] = (status === 206 ? /^bytes (\d+)-\d+\/(\d+)$/.exec(range) : null) ?? [];
  return start === undefined ? { start: 0, whole: length ?? 0 } : { start: Number(start), whole: Number(whole) };
}

/** In the place of a status: an answer in a form that was not asked for. */
export const PACKED = 0;

function notByRange(place: string, etag: string | null): CnnvizError {
  return etag === null
    ? new CnnvizError('input', `${place}: the server does not read by range`, { fix: 'download it, and name the file' })
    : changedFile(place);
}

function changedFile(place: string): CnnvizError {
  return new CnnvizError('input', `${place}: another file has taken its place since it was listed`, {
    fix: 'run the command again',
  });
}

function tooLarge(place: string, range: ByteRange | null, size: number, most: number): CnnvizError {
  const what =
    range === null ? `${formatBytes(size)}, more than ${formatBytes(most)}` : 'more bytes than were asked for';
  return new CnnvizError('input', `${place}: ${what}`, { fix: 'name something smaller' });
}
