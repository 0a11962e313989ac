import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a command left; processor time and memory are those of its process, whose memory counts for later ones too. */
export interface Measured {
  /** The exit code, or the name of the signal that ended it. */
  readonly code: number | string | null;
  readonly stderr: string;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

/** … and what it printed. */
export interface Answered extends Measured {
  readonly stdout: string;
  /** The bytes of stdout. */
  readonly base64: string;
}

/** A process that runs command lines one after another without starting anew. */
export interface WarmProcess {
  /** `env`: what is other for this command alone. Null when the command ended the process or took too long; the next one gets a new process. */
  run(args: readonly string[], cwd: string, env?: Readonly<Record<string, string>>): Promise<Answered | null>;
  end(): void;
}

const SERVER = fileURLToPath(new URL('command-server.mjs', import.meta.url));

export function warmProcess(hangMs: number): WarmProcess {
  let child: ChildProcess | null = null;
  const end = () => {
    child?.removeAllListeners();
    child?.kill('SIGKILL');
    child = null;
  };
  return {
    end,
    run: (args, cwd, env = {}) =>
      new Promise((resolve) => {
        child ??= fork(SERVER, {
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
          env: { ...process.env, FORCE_COLOR: undefined, CI: undefined, GITHUB_ACTIONS: undefined },
        });
        const running = child;
        running.ref();
        running.channel?.ref();
        const finish = (answer: Answered | null) => {
          clearTimeout(timer);
          running.removeAllListeners();
          // what waits for commands alone does not keep a test's process
          running.unref();
          running.channel?.unref();
          if (answer === null) end();
          resolve(answer);
        };
        const timer = setTimeout(() => finish(null), hangMs);
        running.once('message', (answer) => finish(answer as Answered));
        running.once('exit', () => finish(null));
        running.send({ args, cwd, env });
      }),
  };
}
