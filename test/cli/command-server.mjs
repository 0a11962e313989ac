import { createRequire } from 'node:module';

/**
 * Runs one command line after another in this process, as bin/cnnviz.js would: {args, cwd, env} comes in, {code, stdout,
 * stderr} goes back (stdout also in base64: it may be bytes), with the seconds of processor time it took and the most
 * memory of any so far. Hundreds of short commands are tried; each would spend ten times as long on starting Node.
 */
const { main } = createRequire(import.meta.url)('../../dist/cli/main.cjs');

for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0);

/** Collects what is written to a stream; gives the bytes, and the stream back to itself. */
function caught(stream) {
  const chunks = [];
  const write = stream.write;
  stream.write = (chunk, encoding, done) => {
    chunks.push(Buffer.from(chunk));
    const callback = typeof encoding === 'function' ? encoding : done;
    callback?.();
    return true;
  };
  return () => {
    stream.write = write;
    return Buffer.concat(chunks);
  };
}

process.on('message', async ({ args, cwd, env }) => {
  process.chdir(cwd);
  const own = { ...process.env };
  Object.assign(process.env, env);
  process.exitCode = 0;
  const [out, err] = [caught(process.stdout), caught(process.stderr)];
  const before = process.cpuUsage();
  await main([process.execPath, 'cnnviz', ...args]);
  for (const name of Object.keys(env)) {
    if (own[name] === undefined) delete process.env[name];
    else process.env[name] = own[name];
  }
  const { user, system } = process.cpuUsage(before);
  const used = { cpuSeconds: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 };
  const [bytes, stderr] = [out(), err().toString()];
  const texts = { stdout: bytes.toString(), base64: bytes.toString('base64'), stderr };
  const answer = { code: process.exitCode ?? 0, ...texts, ...used };
  process.exitCode = 0;
  process.send(answer);
});

// whoever sends the commands has ended
process.on('disconnect', () => process.exit());
