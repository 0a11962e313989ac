// What a queue costs: node test/soak/farm.mjs [images]. A folder of photographs by one command with -j 2, by one worker with -j 2, by
// three workers with -j 1, in turns; prints their times as ratios of the first, and a worker's memory as it goes. Needs redis-server.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const BIN = fileURLToPath(new URL('../../bin/cnnviz.js', import.meta.url));
const PHOTO = fileURLToPath(new URL('../../fixtures/images/rocket.jpg', import.meta.url));
const COUNT = Number(process.argv[2] ?? 400);
const ROUNDS = 3;
const PORT = 7000 + (process.pid % 900);
const QUEUE = `redis://127.0.0.1:${PORT}`;

const folder = mkdtempSync(join(tmpdir(), 'cnnviz-farm-'));
mkdirSync(join(folder, 'in'));
const photo = await sharp(PHOTO).resize(1000, 750).jpeg().toBuffer();
for (let i = 0; i < COUNT; i++) writeFileSync(join(folder, 'in', `${i}.jpg`), photo);
const redis = spawn('redis-server', ['--port', String(PORT), '--save', '', '--appendonly', 'yes', '--dir', folder], {
  stdio: 'ignore',
});
const memory = [];

function run(args) {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: 'ignore' });
  const isWorker = args[1] === 'work';
  const look = setInterval(() => {
    try {
      const kB = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      if (isWorker && kB) memory.push(Math.round(Number(kB[1]) / 1024));
    } catch {
      // it has ended
    }
  }, 1000);
  return new Promise((resolve) => {
    child.on('exit', () => {
      clearInterval(look);
      resolve();
    });
  });
}

const CONV = ['conv', 'in', '-k', 'edge3x3', '-o', 'out'];
const work = (jobs) => run(['farm', 'work', '--queue', QUEUE, '-j', String(jobs), '--until-done']);
const ways = {
  'conv -j 2': () => run([...CONV, '-j', '2', '-q']),
  'a worker, -j 2': () => work(2),
  'three workers, -j 1': () => Promise.all([work(1), work(1), work(1)]),
};
const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, go] of Object.entries(ways)) {
      rmSync(join(folder, 'out'), { recursive: true, force: true });
      if (name !== 'conv -j 2') {
        spawnSync('redis-cli', ['-p', String(PORT), 'flushall']);
        spawnSync(process.execPath, [BIN, 'farm', 'submit', '--queue', QUEUE, '--', ...CONV], { cwd: folder });
      }
      const start = performance.now();
      await go();
      times[name].push((performance.now() - start) / 1000);
    }
  }
  const best = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, Math.min(...all)]));
  for (const [name, seconds] of Object.entries(best)) {
    console.log(`${name.padEnd(22)} ${seconds.toFixed(2)} s   ${(seconds / best['conv -j 2']).toFixed(3)}`);
  }
  const part = (from, to) => Math.max(...memory.slice(Math.floor(from * memory.length), Math.ceil(to * memory.length)));
  console.log(
    `memory of a worker: at most ${part(0, 0.5)} MB in the first half of all, ${part(0.5, 1)} MB in the second`,
  );
} finally {
  redis.kill();
  rmSync(folder, { recursive: true, force: true });
}
