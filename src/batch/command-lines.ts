import { type ChildProcess, spawn } from 'node:child_process';

/** What a command left: its exit code (null when a signal ended it) and what it printed. */
export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a child is started, and where. */
export interface CommandSetting {
  /** The interpreter and the script in front of the arguments. */
  readonly program: readonly [file: string, script: string];
  readonly folder: string;
  /** How many run at once. */
  readonly jobs: number;
}

/**
 * Runs command lines as processes of their own, a bounded number at once, in the order they were asked for. It ends its
 * children when it is told to stop; those that wait then never start.
 */
export class CommandLines {
  readonly #setting: CommandSetting;
  readonly #running = new Set<ChildProcess>();
  readonly #waiting: (() => void)[] = [];
  #stopped = false;

  constructor(setting: CommandSetting) {
    this.#setting = setting;
  }

  /** Runs one command. Standard input is empty; colours and bars are off. */
  async run(args: readonly string[]): Promise<CommandOutcome> {
    if (this.#running.size >= this.#setting.jobs) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#stopped) return { code: null, stdout: '', stderr: '' };
    try {
      return await this.#start(args);
    } finally {
      this.#waiting.shift()?.();
    }
  }

  #start(args: readonly string[]): Promise<CommandOutcome> {
    const { program, folder } = this.#setting;
    const { FORCE_COLOR: _, ...env } = process.env;
    const [file, script] = program;
    return new Promise((resolve, reject) => {
      const child = spawn(file, [script, ...args], {
        cwd: folder,
        env: { ...env, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      this.#running.add(child);
      const texts: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk) => texts[0].push(chunk));
      child.stderr.on('data', (chunk) => texts[1].push(chunk));
      child.on('error', (error) => {
        this.#running.delete(child);
        reject(error);
      });
      child.on('close', (code) => {
        this.#running.delete(child);
        const [stdout, stderr] = texts.map((chunks) => Buffer.concat(chunks).toString());
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** Ends all children at once; safe in a signal handler. */
  stop(): void {
    this.#stopped = true;
    for (const child of this.#running) child.kill('SIGTERM');
  }
}
