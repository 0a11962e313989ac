import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { it } from 'vitest';

/** Daemons are where only an administrator's PATH leads. */
const PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);
const present = spawnSync('slurmctld', ['-V'], { env: { ...process.env, PATH } }).error === undefined;

/** A test that needs SLURM: skipped where Debian's slurm-wlm is not installed, but never in CI. */
export const withSlurm = process.env.CI === 'true' ? it : it.skipIf(!present);

/** How soon a queue of tasks that take a second is looked at again. */
const LOOK_MS = 200;

/** A cluster of this one machine, which claims more cores than it may have. */
export class Cluster {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #daemons: ChildProcess[] = [];

  private constructor(folder: string, bin: string) {
    this.#folder = folder;
    const path = [bin, PATH].join(delimiter);
    this.#env = { ...process.env, CI: undefined, PATH: path, SLURM_CONF: join(folder, 'slurm.conf') };
  }

  /** @param bin a folder of programs that the jobs' scripts call */
  static async start(cores: number, bin: string): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'cnnviz-slurm-'));
    const cluster = new Cluster(folder, bin);
    for (const name of ['state', 'spool']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o600 });
    writeFileSync(join(folder, 'slurm.conf'), await configuration(folder, cores));
    const files = [
      `--socket=${folder}/munge.socket`,
      `--key-file=${folder}/munge.key`,
      `--pid-file=${folder}/munge.pid`,
    ];
    cluster.#daemon('munged', [
      '--foreground',
      '--force',
      ...files,
      `--log-file=${folder}/munge.log`,
      `--seed-file=${folder}/seed`,
    ]);
    cluster.#daemon('slurmctld', ['-D']);
    cluster.#daemon('slurmd', ['-D']);
    await cluster.#until(() => cluster.#ask('sinfo', '--noheader', '--states=idle') !== '');
    return cluster;
  }

  #daemon(program: string, args: string[]): void {
    this.#daemons.push(spawn(program, args, { env: this.#env, stdio: 'ignore' }));
  }

  #ask(program: string, ...args: string[]): string {
    return spawnSync(program, args, { env: this.#env, encoding: 'utf8' }).stdout.trim();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await setTimeout(LOOK_MS);
  }

  /** sbatch: a script on standard input, or --wrap. @returns the job's number */
  submit(cwd: string, args: readonly string[], script = ''): string {
    const options = { cwd, env: this.#env, input: script, encoding: 'utf8' as const };
    return execFileSync('sbatch', ['--parsable', ...args], options).trim();
  }

  /** Until no job is left. */
  async finished(): Promise<void> {
    await this.#until(() => this.#ask('squeue', '--noheader') === '');
  }

  /** JobState, ExitCode and all else that is known of a job. */
  facts(job: string): string {
    return this.#ask('scontrol', 'show', 'job', job);
  }

  async stop(): Promise<void> {
    const ends = this.#daemons.map((daemon) => new Promise((resolve) => daemon.once('exit', resolve)));
    for (const daemon of this.#daemons) daemon.kill('SIGKILL');
    await Promise.all(ends);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function configuration(folder: string, cores: number): Promise<string> {
  const [control, node] = [await freePort(), await freePort()];
  const user = userInfo().username;
  return `ClusterName=one
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket
SlurmctldPort=${control}
SlurmdPort=${node}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=1
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=${cores} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
