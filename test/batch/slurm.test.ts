import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { BIN, cnnviz, IMAGES, inFolder, NODE } from '../cli/cnnviz.js';
import { Cluster, withSlurm } from './slurm.js';

const docs = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');

/** The recipe's two blocks, as they stand in the docs: the array, and the merge behind it. */
function recipe(shared: string): { array: string; merge: string } {
  const [array, merge] = [...docs.slice(docs.indexOf('**SLURM**')).matchAll(/```sh\n(.*?)```/gs)].map(([, text]) =>
    text.replaceAll('/shared/', `${shared}/`),
  );
  return { array: array.replace('--array=0-15', '--array=0-3'), merge };
}

withSlurm('the recipe for SLURM does every image once, what is missing again, and joins what one run would leave', () =>
  inFolder(async (shared) => {
    const [photos, maps, bin] = ['photos', 'maps', 'bin'].map((name) => join(shared, name));
    for (const folder of [photos, bin]) mkdirSync(folder);
    for (let i = 0; i < 10; i++) copyFileSync(join(IMAGES, 'five.png'), join(photos, `${i}.png`));
    writeFileSync(join(photos, 'bad.png'), 'no image');
    writeFileSync(join(bin, 'cnnviz'), `#!/bin/sh\nexec '${NODE}' '${BIN}' "$@"\n`);
    chmodSync(join(bin, 'cnnviz'), 0o755);
    const { array, merge } = recipe(shared);
    expect([array, merge]).toEqual([expect.stringContaining('--shard auto'), expect.stringContaining('batch merge')]);

    const cluster = await Cluster.start(8, bin);
    try {
      const first = cluster.submit(shared, [], array);
      await cluster.finished();
      // the one shard that has the bad image says so
      const codes = [0, 1, 2, 3].map((task) => /ExitCode=(\d+)/.exec(cluster.facts(`${first}_${task}`))?.[1]);
      expect(codes.sort()).toEqual(['0', '0', '0', '1']);
      rmSync(join(maps, '3.edge3x3.png'));
      const kept = statSync(join(maps, '4.edge3x3.png'));

      const again = cluster.submit(shared, [], array);
      const [, dependency, wrapped] = /^sbatch (\S+) --wrap '(.*)'\n$/.exec(merge)!;
      cluster.submit(shared, [dependency.replace('JOBID', again), `--wrap=${wrapped}`]);
      await cluster.finished();
      expect(statSync(join(maps, '4.edge3x3.png')).ino).toBe(kept.ino);
      const log = readdirSync(shared).filter((name) => name.startsWith('slurm-'));
      expect(log.map((name) => readFileSync(join(shared, name), 'utf8')).join()).toContain(
        '4 shards, 11 inputs: 10 written, 1 failed',
      );
    } finally {
      await cluster.stop();
    }
    const whole = join(shared, 'whole');
    await cnnviz(['conv', photos, '-r', '-k', 'edge3x3', '-o', whole, '-q']);
    const names = readdirSync(whole);
    expect(names).toHaveLength(11);
    for (const name of names) expect(readFileSync(join(maps, name)).equals(readFileSync(join(whole, name)))).toBe(true);
  }),
);
