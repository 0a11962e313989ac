import { groupDigits } from '../core/text.js';

/** A single image gets a bar only when it takes longer than this. */
const BAR_AFTER_MS = 1000;

/** How often a log gets a line: what ends sooner needs none. */
const LINE_EVERY_MS = 10_000;

export interface Progress {
  /** In inputs, a share of one counts; `skipped` of them were done before. */
  update(done: number, failed: number, skipped?: number): void;
  /** Makes room for a line. */
  clear(): void;
  stop(): void;
}

/**
 * "6,212/10,000", "41/s", "ETA 1:32", "2 failed": how far, how fast, how long still. Of what may end early: "12 of at most
 * 500", and no time.
 */
export class Pace {
  readonly #total: number;
  readonly #mayEndEarly: boolean;
  #start: number | null = null;

  constructor(total: number, mayEndEarly: boolean) {
    this.#total = total;
    this.#mayEndEarly = mayEndEarly;
  }

  /** Everything is done: the results say so. */
  isDone(done: number): boolean {
    return done >= this.#total;
  }

  words(done: number, failed: number, skipped: number): { count: string; rate: string; left: string; failed: string } {
    this.#start ??= Date.now();
    const seconds = (Date.now() - this.#start) / 1000;
    const worked = done - skipped;
    const isMany = this.#total > 1;
    const perSecond = worked / seconds;
    const isKnown = worked > 0 && seconds > 0;
    const between = this.#mayEndEarly ? ' of at most ' : '/';
    return {
      count: isMany
        ? `${groupDigits(Math.floor(done))}${between}${groupDigits(this.#total)}`
        : `${Math.floor(done * 100)} %`,
      rate: isMany && isKnown ? `${perSecond < 10 ? perSecond.toFixed(1) : groupDigits(Math.round(perSecond))}/s` : '',
      left: isKnown && !this.#mayEndEarly ? `ETA ${clock(Math.ceil((this.#total - done) / perSecond))}` : '',
      failed: failed > 0 ? `${groupDigits(failed)} failed` : '',
    };
  }
}

/** 92 s → 1:32, 3,700 s → 1:01:40 */
function clock(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A bar of cli-progress, loaded and drawn only when it is wanted. */
export class Bar implements Progress {
  readonly #total: number;
  readonly #visible: boolean;
  readonly #pace: Pace;
  readonly #start = Date.now();
  #loading = false;
  #stopped = false;
  #bar: import('cli-progress').SingleBar | null = null;

  constructor(total: number, pace: Pace, visible: boolean) {
    this.#total = total;
    this.#visible = visible;
    this.#pace = pace;
  }

  update(done: number, failed: number, skipped = 0): void {
    if (!this.#visible || this.#stopped) return;
    if (this.#bar) {
      this.#bar.update(done, this.#pace.words(done, failed, skipped));
    } else if (!this.#loading && (this.#total > 1 || Date.now() - this.#start > BAR_AFTER_MS)) {
      this.#loading = true;
      void this.#open(done, failed, skipped);
    }
  }

  async #open(done: number, failed: number, skipped: number): Promise<void> {
    const { SingleBar, Presets } = (await import('cli-progress')).default;
    if (this.#stopped) return;
    // the cursor stays and lines wrap: a signal may end the process at any moment, with nobody to give them back
    const format = ' {bar}  {count}   {rate}   {left}   {failed}';
    this.#bar = new SingleBar({ format, linewrap: true, clearOnComplete: true, barsize: 24 }, Presets.shades_classic);
    this.#bar.start(this.#total, done, this.#pace.words(done, failed, skipped));
  }

  clear(): void {
    if (this.#bar) process.stderr.write('\r\u001b[K');
  }

  stop(): void {
    this.#stopped = true;
    if (this.#bar === null) return;
    // the library goes back to the place it remembered at its start, which has scrolled away: let it remember this one
    process.stderr.write('\r\u001b7');
    this.#bar.stop();
    this.#bar = null;
  }
}

/** A plain line every few seconds, for logs; none at the end, where the results follow. */
export class LogLines implements Progress {
  readonly #write: (line: string) => void;
  readonly #pace: Pace;
  #last = Date.now();

  constructor(pace: Pace, write: (line: string) => void) {
    this.#write = write;
    this.#pace = pace;
  }

  update(done: number, failed: number, skipped = 0): void {
    const words = this.#pace.words(done, failed, skipped);
    if (Date.now() - this.#last < LINE_EVERY_MS || this.#pace.isDone(done)) return;
    this.#last = Date.now();
    this.#write(Object.values(words).filter(Boolean).join('   '));
  }

  clear(): void {}

  stop(): void {}
}
