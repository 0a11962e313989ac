import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CnnvizError } from '../../../src/core/errors.js';
import { download, type Fetching, type Wanted } from '../../../src/io/web/download.js';
import { inFolder } from '../../cli/cnnviz.js';
import { broken, file, type Served, serve } from './server.js';

const BYTES = randomBytes(300_000);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const OTHER = randomBytes(300_000);

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly served: Served;
  /** What is fetched from here on. */
  fetch(more?: Partial<Wanted>, how?: Partial<Fetching>): ReturnType<typeof download>;
  /** What goes wrong when it is. */
  fault(more?: Partial<Wanted>, how?: Partial<Fetching>): Promise<CnnvizError>;
}

/** A server that answers one request after another so, the last one for ever, and a folder. */
async function withServer(answers: readonly RequestListener[], use: (place: Place) => Promise<void>): Promise<void> {
  let turn = 0;
  const served = await serve((...args) => answers[Math.min(turn++, answers.length - 1)](...args));
  try {
    await inFolder(async (root) => {
      const folder = join(root, 'cache');
      const path = join(folder, 'net.pth');
      const fetch: Place['fetch'] = (more = {}, how = {}) =>
        download(
          {
            address: new URL(`http://127.0.0.1:${served.port}/net.pth`),
            path,
            sha256: SHA256,
            size: null,
            mostBytes: 1e6,
            clobber: true,
            ...more,
          },
          { env: {}, silenceMs: 5_000, progress: async () => {}, ...how },
        );
      const fault: Place['fault'] = async (...args) => {
        const error = await fetch(...args).then(
          () => null,
          (thrown: CnnvizError) => thrown,
        );
        expect(error).toMatchObject({ name: 'CnnvizError', fix: expect.stringMatching(/./) });
        expect(existsSync(path)).toBe(false);
        return error!;
      };
      await use({ folder, path, served, fetch, fault });
    });
  } finally {
    await served.close();
  }
}

describe('a file of the web', () => {
  it('appears whole, and nothing beside it stays', () =>
    withServer([file(BYTES)], async ({ folder, path, fetch }) => {
      const seen: (number | null)[][] = [];
      const fetched = await fetch({}, { progress: async (done, total) => void seen.push([done, total]) });
      expect(fetched).toEqual({ bytes: BYTES.length, sha256: SHA256, resumed: 0 });
      expect(readFileSync(path).equals(BYTES)).toBe(true);
      expect(readdirSync(folder)).toEqual(['net.pth']);
      expect([seen[0], seen.at(-1)]).toEqual([
        [0, BYTES.length],
        [BYTES.length, BYTES.length],
      ]);
    }));

  it('is known by the eight digits that torchvision puts into names, and by no wrong ones', () =>
    withServer([file(BYTES)], async ({ fetch, fault }) => {
      const { message } = await fault({ sha256: SHA256[0] === '0' ? '10000000' : '00000000' });
      expect(message).toContain(`net.pth: its SHA-256 begins with ${SHA256.slice(0, 8)}, expected`);
      await fetch({ sha256: SHA256.slice(0, 8) });
    }));

  it('with another hash is not kept', () =>
    withServer([file(OTHER)], async ({ folder, fault }) => {
      const { code, message } = await fault();
      expect([code, message]).toEqual(['input', expect.stringMatching(/^net\.pth: its SHA-256 is .*, expected /)]);
      expect(readdirSync(folder)).toEqual([]);
    }));

  it('that is replaced was there until the new one was whole', () =>
    withServer([broken(BYTES, 1000), file(BYTES)], async ({ folder, path, fetch }) => {
      mkdirSync(folder);
      writeFileSync(path, 'old');
      await expect(fetch()).rejects.toThrow('broke off');
      expect(readFileSync(path, 'utf8')).toBe('old');
      await expect(fetch({ clobber: false })).rejects.toThrow('exists already, and --no-clobber was given');
      expect(readFileSync(path, 'utf8')).toBe('old');
      await fetch();
      expect(readFileSync(path).equals(BYTES)).toBe(true);
    }));
});

describe('a broken download', () => {
  it('says where, and the next one asks for the rest of the same file only', () =>
    withServer(
      [broken(BYTES, 120_000), broken(BYTES, 50_000), file(BYTES)],
      async ({ folder, served, path, fetch, fault }) => {
        const { code, message, fix } = await fault();
        expect([code, fix]).toEqual(['output', 'run the same command again: it goes on from there']);
        expect(message).toMatch(/^127\.0\.0\.1:\d+: the connection broke off \(ECONNRESET\), after 120 kB of 300 kB$/);
        expect(readdirSync(folder).sort()).toEqual(['net.pth.part', 'net.pth.part.json']);
        // this server does not go on: it sends all, and breaks off earlier
        expect((await fault()).message).toContain('after 50 kB of 300 kB');
        const { resumed } = await fetch();
        expect(resumed).toBe(50_000);
        expect(readFileSync(path).equals(BYTES)).toBe(true);
        expect(readdirSync(folder)).toEqual(['net.pth']);
        expect(served.asked.map(({ range, ifRange }) => [range, ifRange])).toEqual([
          [undefined, undefined],
          ['bytes=120000-', '"one"'],
          ['bytes=50000-', '"one"'],
        ]);
      },
    ));

  it('begins anew when the file has changed since', () =>
    withServer([broken(OTHER, 120_000, '"old"'), file(BYTES)], async ({ path, fetch, fault }) => {
      await fault();
      expect((await fetch()).resumed).toBe(0);
      expect(readFileSync(path).equals(BYTES)).toBe(true);
    }));

  it('begins anew for another address, whose file may have the same ETag', () =>
    withServer([broken(OTHER, 120_000), file(BYTES)], async ({ served, path, fetch, fault }) => {
      await fault();
      await fetch({ address: new URL(`http://127.0.0.1:${served.port}/other/net.pth`) });
      expect(served.asked.map(({ range }) => range)).toEqual([undefined, undefined]);
      expect(readFileSync(path).equals(BYTES)).toBe(true);
    }));

  it.each([null, 'W/"weak"'])('begins anew when nothing tells the file from another: ETag %s', (etag) =>
    withServer([broken(BYTES, 120_000, etag), file(BYTES)], async ({ served, fetch, fault }) => {
      expect((await fault()).fix).toBe('run the same command again');
      await fetch();
      expect(served.asked.map(({ range }) => range)).toEqual([undefined, undefined]);
    }),
  );

  it('whose part is not what it was noted as is told by its hash, and gone', () =>
    withServer([broken(BYTES, 120_000), file(BYTES)], async ({ folder, path, fetch, fault }) => {
      await fault();
      writeFileSync(`${path}.part`, OTHER.subarray(0, 120_000));
      expect((await fault()).message).toContain('its SHA-256 is');
      expect(readdirSync(folder)).toEqual([]);
      await fetch();
    }));

  it.each([
    ['416', (_: unknown, response: Parameters<RequestListener>[1]) => response.writeHead(416).end()],
    [
      'another part',
      (_: unknown, response: Parameters<RequestListener>[1]) =>
        response.writeHead(206, { 'content-range': 'bytes 0-9/300000' }).end(BYTES.subarray(0, 10)),
    ],
  ])('begins anew after %s', (_, answer) =>
    withServer(
      [broken(BYTES, 120_000), answer as RequestListener, file(BYTES)],
      async ({ served, path, fetch, fault }) => {
        await fault();
        await fetch();
        expect(readFileSync(path).equals(BYTES)).toBe(true);
        expect(served.asked.map(({ range }) => range)).toEqual([undefined, 'bytes=120000-', undefined]);
      },
    ),
  );

  it('that had everything but its name asks for nothing', () =>
    withServer([broken(BYTES, 120_000), file(BYTES)], async ({ served, path, fetch, fault }) => {
      await fault();
      writeFileSync(`${path}.part`, BYTES);
      await fetch();
      expect(served.asked).toHaveLength(1);
    }));
});

describe('a server that lies', () => {
  it('about a length that is known is refused before its body', () =>
    withServer([file(OTHER.subarray(0, 1000))], async ({ folder, fault }) => {
      const { code, message } = await fault({ size: { bytes: BYTES.length, off: 10 } });
      expect([code, message]).toEqual([
        'input',
        expect.stringContaining('net.pth has 1,000 bytes there, expected 300,000'),
      ]);
      expect(readdirSync(folder)).toEqual([]);
    }));

  it('sends less than it says: that is a broken connection', () =>
    withServer(
      [(_, response) => response.writeHead(200, { 'content-length': 400_000 }).end(BYTES)],
      async ({ fault }) => {
        expect((await fault()).message).toContain('after 300 kB of 400 kB');
      },
    ));

  it('sends more than it says: what it said is taken', () =>
    withServer(
      [
        (request) => {
          const { socket } = request;
          socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${BYTES.length}\r\nconnection: close\r\n\r\n`);
          socket.write(BYTES);
          socket.end(OTHER);
        },
      ],
      async ({ path, fetch }) => {
        await fetch();
        expect(readFileSync(path).equals(BYTES)).toBe(true);
      },
    ));

  it('sends without end: no more is taken than there may be', () =>
    withServer(
      [
        (_, response) => {
          response.on('error', () => {});
          const more = () => {
            while (!response.destroyed && response.write(OTHER));
            if (!response.destroyed) response.once('drain', more);
          };
          more();
        },
      ],
      async ({ folder, fault }) => {
        expect((await fault()).message).toContain('sends more than 1,000,000 bytes');
        expect((await fault({ size: { bytes: 300_000, off: 0 } })).message).toContain('sends more than 300,000 bytes');
        expect(readdirSync(folder)).toEqual([]);
      },
    ));

  it('says that it is larger than may be', () =>
    withServer([file(BYTES)], async ({ fault }) => {
      const { message, fix } = await fault({ mostBytes: 1000 });
      expect([message, fix]).toEqual([
        expect.stringContaining('has 300 kB, more than 1 kB'),
        expect.stringContaining('--max-bytes'),
      ]);
    }));

  it('packs what was not to be packed', () =>
    withServer(
      [(_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(BYTES)],
      async ({ fault }) => {
        expect((await fault()).message).toContain('packed (gzip)');
      },
    ));

  it('does not speak HTTP', () =>
    withServer([(request) => request.socket.end('220 ftp ready\r\n')], async ({ fault }) => {
      expect((await fault()).message).toContain('does not speak HTTP');
    }));
});

describe('a server', () => {
  it('that is slow is waited for, one that is silent is not', () =>
    withServer(
      [
        (_, response) => {
          response.writeHead(200, { 'content-length': BYTES.length });
          let at = 0;
          const timer = setInterval(() => {
            response.write(BYTES.subarray(at, at + 30_000));
            at += 30_000;
            if (at >= BYTES.length) clearInterval(timer);
          }, 150);
        },
        (_, response) =>
          void response.writeHead(200, { 'content-length': BYTES.length }).write(BYTES.subarray(0, 10_000)),
        () => {},
      ],
      async ({ path, fetch }) => {
        await fetch({}, { silenceMs: 1000 });
        expect(readFileSync(path).equals(BYTES)).toBe(true);
        await expect(fetch({}, { silenceMs: 1000 })).rejects.toThrow(
          /went silent \(silent for 1 s\), after 10 kB of 300 kB/,
        );
        await expect(fetch({}, { silenceMs: 1000 })).rejects.toThrow(/went silent/);
      },
    ));

  it.each([
    [404, 'input', 'no such file there (404)'],
    [410, 'input', 'no such file there (410)'],
    [403, 'input', 'refused (403)'],
    [503, 'output', 'the server cannot serve it now (503)'],
    [429, 'output', 'the server cannot serve it now (429)'],
    [204, 'input', 'refused (204)'],
  ])('that answers %i', (status, code, words) =>
    withServer([(_, response) => response.writeHead(status).end()], async ({ folder, fault }) => {
      const fault_ = await fault();
      expect([fault_.code, fault_.message]).toEqual([code, expect.stringContaining(`/net.pth: ${words}`)]);
      expect(readdirSync(folder)).toEqual([]);
    }),
  );

  it.each([
    ['http://127.0.0.1/net.pth', 'redirected to http://127.0.0.1, which is not https'],
    ['file:///etc/passwd', 'redirected to file://, which is not https'],
    ['http://[', 'to nowhere'],
  ])('that redirects to %s is not followed', (location, words) =>
    withServer([(_, response) => response.writeHead(302, { location }).end()], async ({ served, fault }) => {
      expect((await fault()).message).toContain(words);
      expect(served.asked).toHaveLength(1);
    }),
  );

  it('without https is asked through HTTP_PROXY by its whole address', () =>
    withServer([file(BYTES)], async ({ served, path, fetch }) => {
      const env = { HTTP_PROXY: `http://127.0.0.1:${served.port}` };
      await fetch({ address: new URL('http://nowhere.invalid/net.pth?a=1') }, { env });
      expect(served.asked.map(({ url }) => url)).toEqual(['http://nowhere.invalid/net.pth?a=1']);
      expect(readFileSync(path).equals(BYTES)).toBe(true);
    }));

  it('that is not there', () =>
    withServer([file(BYTES)], async ({ served, fault }) => {
      await served.close();
      const { code, message } = await fault();
      expect([code, message]).toEqual([
        'output',
        expect.stringMatching(/cannot be reached: offline\? \(ECONNREFUSED\)/),
      ]);
      expect((await fault({ address: new URL('http://nowhere.invalid/net.pth') })).message).toContain(
        'nowhere.invalid: the name is not found: offline? (E',
      );
    }));
});

describe('the place', () => {
  it('may be a file, or taken by another command', () =>
    withServer([file(BYTES)], async ({ folder, path, fault }) => {
      writeFileSync(folder, '');
      expect(await fault()).toMatchObject({ code: 'output', fix: expect.stringContaining('CNNVIZ_CACHE=FOLDER') });
      const other = join(`${folder}2`, 'net.pth');
      mkdirSync(`${folder}2`);
      writeFileSync(
        `${other}.lock`,
        `${JSON.stringify({ pid: process.ppid, host: (await import('node:os')).hostname(), start: null })}\n`,
      );
      expect((await fault({ path: other })).message).toBe('net.pth: another command is fetching it');
      expect(existsSync(path)).toBe(false);
    }));

  it('may be too small, which is said before the body comes', (context) =>
    withServer([file(BYTES)], async ({ folder, fault }) => {
      mkdirSync(folder);
      const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', folder]).status === 0;
      if (!isMounted) return context.skip();
      try {
        expect(await fault()).toMatchObject({
          code: 'output',
          message: expect.stringMatching(/300 kB are still to come, and .* are free/),
          fix: expect.stringContaining('CNNVIZ_CACHE=FOLDER'),
        });
        expect(readdirSync(folder)).toEqual([]);
      } finally {
        spawnSync('umount', [folder]);
      }
    }));

  it('may become full on the way', (context) =>
    withServer([(_, response) => response.writeHead(200).end(BYTES)], async ({ folder, fault }) => {
      mkdirSync(folder);
      const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', folder]).status === 0;
      if (!isMounted) return context.skip();
      try {
        expect(await fault()).toMatchObject({
          code: 'output',
          message: expect.stringMatching(/net\.pth: cannot be written: no space left/),
          fix: expect.stringContaining('CNNVIZ_CACHE=FOLDER'),
        });
      } finally {
        spawnSync('umount', [folder]);
      }
    }));
});
