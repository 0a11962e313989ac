import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const children = new Set();

/**
 * A process that stays and takes its own times, so that starting it and talking to it are not counted. It says "ready" with
 * what else it has to say, answers each "run" with seconds, and whatever else it is asked with a line.
 * @returns null when it does not get ready
 */
export async function childPeer(program, args, env = {}) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...env } });
  children.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value = '' } = await lines.next();
  if (!value.startsWith('ready')) return null;
  const ask = async (line) => {
    child.stdin.write(`${line}\n`);
    const answer = await lines.next();
    if (answer.done) throw new Error(`${program} ${args.join(' ')} ended before it answered`);
    return answer.value;
  };
  const stop = () => {
    child.kill();
    children.delete(child);
  };
  return { said: value.slice('ready'.length), ask, run: async () => ({ ms: Number(await ask('run')) * 1000 }), stop };
}

export function stopChildren() {
  for (const child of children) child.kill();
  children.clear();
}
