// The page as it ships, but with the fake host, in a real browser and under the policy that the window sets. Whatever
// the policy blocks, and whatever the page logs as an error, fails the test that caused it.

import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const ROOT = join(import.meta.dirname, '..');

/** The content security policy that the window sets, from where it sets it. */
async function policy(): Promise<string> {
  const text = await readFile(join(ROOT, '../src-tauri/tauri.conf.json'), 'utf8');
  const { app } = JSON.parse(text) as { app: { security: { csp: Record<string, string> } } };
  return Object.entries(app.security.csp)
    .map(([directive, allowed]) => `${directive} ${allowed}`)
    .join('; ');
}

export interface Opened {
  readonly page: Page;
  /** Every address that was asked for outside the page's own. */
  readonly outside: string[];
  /** What went wrong: errors of the page, and what the policy blocked. */
  readonly wrong: string[];
}

export interface Look {
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
}

export class Pages {
  readonly #server: Server;
  readonly #browser: Browser;
  readonly #folder: string;
  readonly #base: string;

  private constructor(server: Server, browser: Browser, folder: string) {
    this.#server = server;
    this.#browser = browser;
    this.#folder = folder;
    this.#base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  /** Builds, serves and starts the browser. `close` ends all three. */
  static async start(): Promise<Pages> {
    const folder = await mkdtemp(join(tmpdir(), 'tieout-page-'));
    await build({ root: ROOT, mode: 'fake', logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
    const csp = await policy();
    const server = createServer((request, response) => {
      const path = normalize(new URL(request.url ?? '/', 'http://page').pathname);
      const file = path === '/' ? '/index.html' : path;
      readFile(join(folder, file)).then(
        (body) => {
          response.writeHead(200, {
            'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
            'content-security-policy': csp,
          });
          response.end(body);
        },
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return new Pages(server, browser, folder);
  }

  /** A fresh page; `query` as `fakeOptions` reads it, with an address after `#`. */
  async open(query = '', look: Look = {}): Promise<Opened> {
    const context = await this.#browser.newContext({
      viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
      colorScheme: look.dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const outside: string[] = [];
    const wrong: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(this.#base) && !request.url().startsWith('data:')) outside.push(request.url());
    });
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text());
    });
    await page.goto(this.#base + query);
    await page.getByRole('main').waitFor();
    return { page, outside, wrong };
  }

  async close() {
    await this.#browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }
}

/** What axe finds against WCAG 2.2 AA and its own best practice, a line each. */
export async function axe(page: Page): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated by the debugger, which the page's policy does not bind.
  await page.evaluate(source);
  const found: unknown = await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(
      ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html.slice(0, 200) + ' ' + (node.any[0]?.message ?? ''))))`,
  );
  return found as string[];
}
