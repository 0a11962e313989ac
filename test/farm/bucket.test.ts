import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, cnnvizAlone, inFolder } from '../cli/cnnviz.js';
import { contentsOf, makeImages, start, until } from '../faults/batch.js';
import { startBucket } from '../io/remote/bucket.js';
import { fetched } from './fetched.js';
import { NO_REDIS, RedisServer } from './redis.js';

const CONV = ['conv', 'in', '-k', 'edge3x3', '-o'];

describe.skipIf(NO_REDIS !== null)(`a farm whose results go to a bucket ${NO_REDIS ?? ''}`, () => {
  it('leaves there what one machine leaves in a folder, and nothing else, though a worker is killed', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 12, [40, 30]);
      truncateSync(join(cwd, 'in/0004.png'), 500);
      const bucket = await startBucket(['results'], { busyOneIn: 10, pageSize: 7 });
      const redis = await RedisServer.start(cwd);
      try {
        await cnnviz([...CONV, 'whole', '-q'], { cwd });
        const env = { ...bucket.env, CNNVIZ_QUEUE: redis.address };
        const submit = ['farm', 'submit', '--job-size', '4', '--', ...CONV, 's3://results/out/'];
        const submitted = await cnnvizAlone(submit, { cwd, env });
        expect([submitted.code, submitted.stderr]).toEqual([0, '']);
        const { child, ended } = start(['farm', 'work', '--lease', '1', '-j', '2'], cwd, env);
        let isWritten = false;
        const look = setInterval(async () => {
          isWritten ||= (await bucket.keys('results', 'out/')).some((key) => key.endsWith('.png'));
        }, 50);
        await until(() => isWritten);
        clearInterval(look);
        child.kill('SIGKILL');
        await ended;
        const worked = await cnnvizAlone(['farm', 'work', '--lease', '1', '-j', '2', '--until-done'], { cwd, env });
        expect([worked.code, worked.stdout]).toEqual([1, expect.stringContaining('11 written, 1 failed')]);
        expect(await fetched(bucket, join(cwd, 'there'))).toEqual(contentsOf(join(cwd, 'whole')));
      } finally {
        await redis.stop();
        await bucket.close();
      }
    }));
});
