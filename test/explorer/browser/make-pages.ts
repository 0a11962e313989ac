import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { warmProcess } from '../../cli/warm-process.js';

/** Pages made by the built command, in a folder that goes with it. */
export class PageMaker {
  readonly folder = mkdtempSync(join(tmpdir(), 'cnnviz-pages-'));
  readonly #warm = warmProcess(60_000);
  #count = 0;

  /** Runs a command that works. @returns what it printed */
  async run(...args: string[]): Promise<string> {
    const answer = await this.#warm.run(args, this.folder);
    if (answer?.code === 0) return answer.stdout;
    throw new Error(`cnnviz ${args.join(' ')}: ${answer?.stderr ?? 'ended its process'}`);
  }

  /** The place of a page that `explore` makes of these words. */
  async make(...args: string[]): Promise<string> {
    const name = `page${this.#count++}.html`;
    await this.run('explore', ...args, '-o', name, '-q');
    return join(this.folder, name);
  }

  end(): void {
    this.#warm.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
