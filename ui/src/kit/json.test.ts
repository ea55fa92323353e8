import { expect, it } from 'vitest';

import { NO_HITS, PAGE, parsed, rowsOf, search } from './json';

const SHUT = { toggled: new Set<string>(), pages: new Map<string, number>() };

it('a long list shows its first page, and more on request', () => {
  const value = { items: Array.from({ length: 250 }, (_, at) => at) };
  const open = { ...SHUT, toggled: new Set(['/items']) };
  const rows = rowsOf(value, open, NO_HITS);
  expect(rows).toHaveLength(2 + PAGE + 1);
  expect(rows.at(-1)).toMatchObject({ kind: 'more', left: 150 });
  expect(rowsOf(value, { ...open, pages: new Map([['/items', 1]]) }, NO_HITS).at(-1)).toMatchObject({ left: 50 });
});

it('a search opens the way to what it found, beyond the page too', () => {
  const value = { items: Array.from({ length: 250 }, (_, at) => ({ name: `n${at}` })) };
  const hits = search(value, 'N249');
  expect([...hits.at]).toEqual(['/items/249/name']);
  expect(rowsOf(value, SHUT, hits).some((row) => row.kind === 'leaf' && row.hit)).toBe(true);
});

it('a string of megabytes shows its beginning', () => {
  const [row] = rowsOf('x'.repeat(5_000_000), SHUT, NO_HITS);
  expect(row?.kind === 'leaf' && row.text.length).toBeLessThan(500);
});

it('nesting without end ends', () => {
  let deep: unknown = 1;
  for (let at = 0; at < 100_000; at += 1) deep = { a: deep };
  expect(search(deep, 'zzz').at.size).toBe(0);
});

it('what is no JSON, or too much of it, stays text', () => {
  expect(parsed('{"a":1}')).toEqual({ value: { a: 1 } });
  expect(parsed('<html>')).toBeNull();
  expect(parsed('1'.repeat(20), 10)).toBeNull();
});
