import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { keepWorker } from './ask-engine.js';

/** The browser that pages are tried in: Debian's, or the one that CNNVIZ_CHROMIUM names. CI installs it. */
const PROGRAM = process.env.CNNVIZ_CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

function isThere(): boolean {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Whether tests in a browser are left out: where there is none, and never in CI. */
export const NO_BROWSER = process.env.CI !== 'true' && !isThere();
/** How such a test says so. */
export const SKIPPED = NO_BROWSER ? ` (skipped: there is no ${PROGRAM}; CNNVIZ_CHROMIUM names another)` : '';

/** A page, and all that went wrong in it. */
export interface Opened {
  readonly page: Page;
  /** Requests that left the page, messages of errors, exceptions: empty, or the test fails. */
  readonly faults: string[];
}

/** A browser of its own, with a profile that is gone afterwards. */
export class TestBrowser {
  #browser: Browser | null = null;

  async start(): Promise<void> {
    this.#browser = await chromium.launch({ executablePath: PROGRAM, args: FLAGS, headless: true });
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }

  get version(): string {
    return this.#browser!.version();
  }

  /**
   * Opens a file, or an address on this machine, in a context of its own, without a way to the internet.
   * @param hash what stands behind the # of its address
   */
  async open(place: string, options: BrowserContextOptions = {}, hash = ''): Promise<Opened> {
    const isServed = place.startsWith('http://127.0.0.1:');
    const context = await this.#browser!.newContext({
      viewport: { width: 1280, height: 900 },
      offline: !isServed,
      ...options,
    });
    await context.addInitScript(keepWorker);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const faults: string[] = [];
    const own = isServed ? /^(?:blob:|data:|http:\/\/127\.0\.0\.1:)/ : /^(?:file:|blob:|data:)/;
    page.on('request', (request) => {
      if (!own.test(request.url())) faults.push(`asked for ${request.url()}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => faults.push(`exception: ${error.stack ?? error.message}`));
    const address = isServed ? place : pathToFileURL(place).href;
    await page.goto(address + (hash === '' ? '' : `#${hash}`));
    return { page, faults };
  }

  /** Closes a page; what went wrong in it fails the test. */
  async done({ page, faults }: Opened): Promise<void> {
    await page.context().close();
    expect(faults).toEqual([]);
  }
}
