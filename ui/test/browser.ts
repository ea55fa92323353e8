// The page as it ships, but with the fake host, in a real browser and under the policy that the window sets. Whatever
// the policy blocks, and whatever the page logs as an error, fails the test that caused it.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';

export interface Opened {
  readonly page: Page;
  /** Every address that was asked for outside the page's own. */
  readonly outside: string[];
  /** The scripts that were loaded, by name. */
  readonly scripts: ReadonlyMap<string, Promise<Buffer>>;
  /** What went wrong: errors of the page, and what the policy blocked. */
  readonly wrong: string[];
}

export interface Look {
  readonly width?: number;
  readonly height?: number;
}

/** Opens pages in a browser of this file's own; what a test opened is closed when it ends. Call it at a file's top. */
export function usePages(): Pages {
  const pages = new Pages(inject('page'));
  beforeAll(() => pages.start());
  afterEach(() => pages.closeAll());
  afterAll(() => pages.end());
  return pages;
}

export class Pages {
  readonly #base: string;
  #browser: Browser | undefined;

  /** `base` is where the page is served. */
  constructor(base: string) {
    this.#base = base;
  }

  async start() {
    this.#browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  }

  /** A fresh page; `query` as `fakeOptions` reads it, with an address after `#`. */
  async open(query = '', look: Look = {}): Promise<Opened> {
    if (!this.#browser) throw new Error('no browser before the first test');
    const context = await this.#browser.newContext({
      viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
      colorScheme: 'light',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const outside: string[] = [];
    const scripts = new Map<string, Promise<Buffer>>();
    const wrong: string[] = [];
    page.on('response', (response) => {
      const name = new URL(response.url()).pathname.split('/').at(-1) ?? '';
      if (!name.endsWith('.js')) return;
      const body = response.body();
      // A page that is closed before its scripts were read leaves bodies that nobody asks for.
      body.catch(() => {});
      scripts.set(name, body);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(this.#base) && !request.url().startsWith('data:')) outside.push(request.url());
    });
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text());
    });
    await page.goto(this.#base + query);
    await page.getByRole('main').waitFor();
    return { page, outside, scripts, wrong };
  }

  /** Closes every page: one that stays open goes on with its demo and takes time from those that come after it. */
  async closeAll() {
    await Promise.all((this.#browser?.contexts() ?? []).map((context) => context.close()));
  }

  async end() {
    await this.#browser?.close();
  }
}

/** Rules of axe whose verdict depends on colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** What axe finds against WCAG 2.2 AA and its own best practice, in light colours and in dark ones, a line each. */
export async function axe(page: Page): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated by the debugger, which the page's policy does not bind.
  await page.evaluate(`window.axe || (() => {${source}})()`);
  // Only what is wrong is described, which takes a third of the time off, and nothing is fetched again to look at it.
  const found = (runOnly: object) =>
    page.evaluate<string[]>(
      `axe.run(document, ${JSON.stringify({ runOnly, resultTypes: ['violations'], preload: false })}).then(
        ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html.slice(0, 200) + ' ' + (node.any[0]?.message ?? ''))))`,
    );
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const light = await found({ type: 'tag', values: tags });
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await found({ type: 'rule', values: OF_COLOURS });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light, ...dark.map((line) => `dark: ${line}`)];
}
