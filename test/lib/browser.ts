import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../../bench/lib/chromium.ts';

/** What went wrong on a page, and what it asked for beside itself. */
export interface Watched {
  readonly page: Page;
  /** Messages of the console, uncaught errors, and requests. */
  readonly faults: string[];
}

/** A Chromium without a window, for the tests of a file. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'esegen-page-'));
  #files = 0;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(await startChromium());
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A page that is watched; `own` is what it may ask for. */
  async watch(
    options: { readonly width?: number; readonly colours?: 'light' | 'dark' } = {},
    own: (url: string) => boolean = () => false,
  ): Promise<Watched> {
    const { width = 1280, colours = 'light' } = options;
    const page = await this.#browser.newPage({ viewport: { width, height: 900 }, colorScheme: colours });
    const faults: string[] = [];
    page.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!own(request.url()) && !/^(?:data|blob):/.test(request.url())) faults.push(`request: ${request.url()}`);
    });
    return { page, faults };
  }

  /** A page from a file with this text. */
  async open(
    text: string,
    options: { readonly width?: number; readonly colours?: 'light' | 'dark' } = {},
  ): Promise<Watched> {
    const path = join(this.#folder, `page${this.#files++}.html`);
    writeFileSync(path, text);
    const url = `file://${path}`;
    const watched = await this.watch(options, (asked) => asked === url);
    await watched.page.goto(url);
    return watched;
  }
}
