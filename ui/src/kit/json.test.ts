import { expect, it } from 'vitest';

import { NO_HITS, PAGE, parsed, rowsOf, search, searching, shownAt } from './json';
import { above, steps, valueAt, within } from './pointer';

const SHUT = { toggled: new Set<string>(), pages: new Map<string, number>() };
const list = (length: number) => Array.from({ length }, (_, at) => at);

it('a long list shows its first page, and more on request', () => {
  const value = { items: list(2 * PAGE + 50) };
  const open = { ...SHUT, toggled: new Set(['/items']) };
  const rows = rowsOf(value, open, NO_HITS);
  expect(rows).toHaveLength(2 + PAGE + 1);
  expect(rows.at(-1)).toMatchObject({ kind: 'more', left: PAGE + 50 });
  expect(rowsOf(value, { ...open, pages: new Map([['/items', 1]]) }, NO_HITS).at(-1)).toMatchObject({ left: 50 });
});

it('a search opens the way to what it found, beyond the page too', () => {
  const last = 3 * PAGE;
  const value = { items: list(last + 1).map((at) => ({ name: `n${at}` })) };
  const hits = search(value, `N${last}`);
  expect([...hits.at]).toEqual([`/items/${last}/name`]);
  expect(rowsOf(value, SHUT, hits).some((row) => row.kind === 'leaf' && row.hit)).toBe(true);
});

it('a search through much comes in slices, and finds the same', () => {
  const value = list(20_000).map((at) => ({ id: at }));
  const slices = [...searching(value, '19999')];
  expect(slices.length).toBeGreaterThan(5);
  expect([...search(value, '19999').at]).toEqual(['/19999/id']);
});

it('a place far down stands among its neighbours, its branches open', () => {
  const value = { rows: list(40_000).map((at) => ({ 'a/b': at })) };
  const rows = rowsOf(value, shownAt(value, ['/rows/30000/a~1b']), NO_HITS);
  const place = rows.findIndex(({ id }) => id === '/rows/30000/a~1b');
  expect(rows[place]).toMatchObject({ kind: 'leaf', text: '30000' });
  expect(rows.some(({ id }) => id === '/rows/29999')).toBe(true);
  expect(rows.some(({ id }) => id === '/rows/30001')).toBe(true);
  expect(rows.length).toBeLessThan(PAGE + 30);
});

it('a place that is not there opens nothing', () => {
  expect(rowsOf([1], shownAt([1], ['/7/x']), NO_HITS)).toHaveLength(2);
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

it('pointers lead where RFC 6901 says', () => {
  const value = { 'a/b': [{ 'm~n': 8 }], '': 0 };
  expect(valueAt(value, '/a~1b/0/m~0n')).toBe(8);
  expect(valueAt(value, '/')).toBe(0);
  expect(valueAt(value, '')).toBe(value);
  expect(valueAt(value, '/a~1b/7/m~0n')).toBeUndefined();
  expect(valueAt(value, '/constructor')).toBeUndefined();
  expect(steps(within('/x', 'a/b~'))).toEqual(['x', 'a/b~']);
  expect([above('/x/y'), above('/x'), above('')]).toEqual(['/x', '', null]);
});
