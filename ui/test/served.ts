// Builds and serves the page, once for all the files that open it.

import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the page is served, with a slash at its end. */
    page: string;
  }
}

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

export default async function serve(project: TestProject) {
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
  project.provide('page', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  };
}
