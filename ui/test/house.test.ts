// What holds the page together, read from its source: who may import whom, and that nothing can become markup.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.(ts|svelte)$/.test(file));

const text = (file: string) => readFileSync(join(SRC, file), 'utf8');

/** What a file imports: a path below `src`, or a package's name. */
function imports(file: string): string[] {
  const found = [...text(file).matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '');
  return found.map((from) => (from.startsWith('.') ? relative(SRC, join(SRC, file, '..', from)).replaceAll('\\', '/') : from));
}

const folder = (path: string) => path.split('/')[0] ?? '';
const SCREENS = ['chat', 'trail', 'sources', 'settings', 'start'];

/** Parts that screens are made of, and what each may use besides itself. */
const PARTS: Record<string, string[]> = {
  ipc: ['state'],
  state: ['ipc'],
  kit: ['ipc', 'state'],
  markdown: ['ipc', 'state', 'kit'],
  care: ['ipc', 'state', 'kit'],
  evidence: ['ipc', 'state', 'kit'],
  call: ['ipc', 'state', 'kit', 'care', 'evidence'],
  arguments: ['ipc', 'state', 'kit'],
  batch: ['ipc', 'state', 'kit', 'arguments'],
  fields: ['ipc', 'state', 'kit'],
  keys: ['ipc', 'state', 'kit'],
  ties: ['ipc', 'state', 'kit', 'markdown', 'call'],
  shell: ['ipc', 'state', 'kit', 'screens', 'screens.ts'],
};

it('a screen never imports another screen, and a part never a screen', () => {
  const wrong = FILES.filter((file) => file.includes('/')).flatMap((file) => {
    const from = folder(file);
    const local = imports(file).filter((path) => FILES.some((known) => known === path || known.startsWith(`${path}.`)));
    const parts = PARTS[from];
    const allowed = (to: string) => to === from || (parts ? parts.includes(to) : !SCREENS.includes(to));
    return local.filter((path) => !allowed(folder(path))).map((path) => `${file} imports ${path}`);
  });
  expect(wrong).toEqual([]);
});

it('one file knows the window’s bridge, and the bindings that are written for it', () => {
  const bridge = FILES.filter((file) => imports(file).some((path) => path.startsWith('@tauri-apps/')));
  expect(bridge.sort()).toEqual(['ipc/bindings.ts', 'ipc/tauri.ts'].filter((file) => bridge.includes(file)));
});

it('no text can become markup or code, and nothing reaches a network', () => {
  const banned = /\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|window\.open/;
  const wrong = FILES.filter((file) => !file.endsWith('.test.ts') && banned.test(text(file)));
  expect(wrong).toEqual([]);
});

it('a component takes its colours from the tokens', () => {
  const wrong = FILES.filter((file) => file.endsWith('.svelte')).filter((file) => {
    const style = /<style>([\s\S]*)<\/style>/.exec(text(file))?.[1] ?? '';
    return /#[0-9a-f]{3,8}\b|hsl\(/i.test(style);
  });
  expect(wrong).toEqual([]);
});
