// A JSON value as rows of a tree. Bounded: a node shows its first children and a row that shows more of them, a
// string shows its beginning, and a search ends after so many hits. A hostile result costs no more than a plain one.

import { steps, within } from './pointer';

export type JsonRow =
  | {
      readonly kind: 'node';
      readonly id: string;
      readonly depth: number;
      readonly key: string | null;
      readonly open: boolean;
      readonly array: boolean;
      readonly size: number;
      readonly hit: boolean;
    }
  | {
      readonly kind: 'leaf';
      readonly id: string;
      readonly depth: number;
      readonly key: string | null;
      readonly text: string;
      readonly type: 'string' | 'number' | 'boolean' | 'null';
      readonly hit: boolean;
    }
  | { readonly kind: 'more'; readonly id: string; readonly depth: number; readonly parent: string; readonly left: number };

/** Of nodes, by their pointers, the children that are shown however far down they stand. */
export type Ways = ReadonlyMap<string, ReadonlySet<string>>;

/** What the tree shows: nodes whose state differs from the default, how many children beyond the first page, and those
    around a place that somebody looks at. */
export interface Shown {
  readonly toggled: ReadonlySet<string>;
  readonly pages: ReadonlyMap<string, number>;
  readonly around?: Ways;
}

export const PAGE = 500;
const LONGEST_TEXT = 400;
const MOST_HITS = 500;
const OPEN_DEPTH = 2;
const OPEN_SIZE = 30;
const DEEPEST = 200;
/** So many neighbours of a place are shown on either side. */
const NEAR = 4;
/** After so many values a search lets others have their turn. */
const SLICE = 4_000;

/** The rows of the tree, top down. Nodes on the way to a hit are open whatever `shown` says. */
export function rowsOf(value: unknown, shown: Shown, hits: Hits): JsonRow[] {
  const rows: JsonRow[] = [];
  walk(rows, value, null, '', 0, shown, hits);
  return rows;
}

function walk(rows: JsonRow[], value: unknown, key: string | null, id: string, depth: number, shown: Shown, hits: Hits) {
  const hit = hits.at.has(id);
  if (value === null || typeof value !== 'object' || depth >= DEEPEST) {
    rows.push({ kind: 'leaf', id, depth, key, ...leaf(value), hit });
    return;
  }
  const keys = Array.isArray(value) ? null : Object.keys(value);
  const size = keys?.length ?? (value as unknown[]).length;
  const open = hits.ways.has(id) || opensByDefault(depth, size) !== shown.toggled.has(id);
  rows.push({ kind: 'node', id, depth, key, open, array: keys === null, size, hit });
  if (!open) return;
  const child = (at: number) => {
    const name = keys?.[at] ?? String(at);
    walk(rows, (value as Record<string, unknown>)[name], name, within(id, name), depth + 1, shown, hits);
  };
  const most = Math.min(size, PAGE * (1 + (shown.pages.get(id) ?? 0)));
  for (let at = 0; at < most; at += 1) child(at);
  const wanted = new Set([...(hits.ways.get(id) ?? []), ...(shown.around?.get(id) ?? [])]);
  const beyond = [...wanted].map((name) => (keys ? keys.indexOf(name) : Number(name))).filter((at) => at >= most && at < size);
  const left = size - most - beyond.length;
  if (left > 0) rows.push({ kind: 'more', id: `${id}/…`, depth: depth + 1, parent: id, left });
  for (const at of beyond.sort((a, b) => a - b)) child(at);
}

function opensByDefault(depth: number, size: number): boolean {
  return depth < OPEN_DEPTH && size <= OPEN_SIZE;
}

/** What must be shown for places to be seen, in the value as it is when nobody has opened or closed anything. */
export function shownAt(value: unknown, places: readonly string[]): Required<Shown> {
  const toggled = new Set<string>();
  const around = new Map<string, Set<string>>();
  for (const place of places) {
    let node = value;
    let id = '';
    steps(place).every((step, depth) => {
      if (node === null || typeof node !== 'object') return false;
      const size = Array.isArray(node) ? node.length : Object.keys(node).length;
      if (!opensByDefault(depth, size)) toggled.add(id);
      const near = Array.isArray(node) ? neighbours(Number(step), size) : [step];
      around.set(id, new Set([...(around.get(id) ?? []), ...near]));
      node = (node as Record<string, unknown>)[step];
      id = within(id, step);
      return true;
    });
  }
  return { toggled, pages: new Map(), around };
}

function neighbours(at: number, size: number): string[] {
  const first = Math.max(0, at - NEAR);
  return Array.from({ length: Math.max(0, Math.min(size, at + NEAR + 1) - first) }, (_, step) => String(first + step));
}

function leaf(value: unknown): { text: string; type: 'string' | 'number' | 'boolean' | 'null' } {
  if (typeof value === 'string') return { text: JSON.stringify(cut(value)), type: 'string' };
  if (typeof value === 'number') return { text: String(value), type: 'number' };
  if (typeof value === 'boolean') return { text: String(value), type: 'boolean' };
  if (value === null) return { text: 'null', type: 'null' };
  return { text: JSON.stringify(cut(JSON.stringify(value))), type: 'string' };
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text;
}

/** Where a search hit, and the children of every node on the way there. */
export interface Hits {
  readonly at: ReadonlySet<string>;
  readonly ways: Ways;
  /** Whether there are more than were looked for. */
  readonly cut: boolean;
}

export const NO_HITS: Hits = { at: new Set(), ways: new Map(), cut: false };

/** Keys and values that hold the words, without regard to case. */
export function search(value: unknown, words: string): Hits {
  const steps = searching(value, words);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** A value and the way to it, from itself up: only of a hit is the pointer written out. */
interface Found {
  readonly value: unknown;
  readonly key: string;
  readonly depth: number;
  readonly parent: Found | null;
}

/** The same in slices, so that a search through megabytes leaves time for the next key that somebody presses. */
export function* searching(value: unknown, words: string): Generator<void, Hits, void> {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return NO_HITS;
  const at = new Set<string>();
  const ways = new Map<string, Set<string>>();
  // Depth first with a stack of our own: a result nested a million deep must not end the page.
  const stack: Found[] = [{ value, key: '', depth: 0, parent: null }];
  for (let looked = 1; stack.length > 0 && at.size < MOST_HITS; looked += 1) {
    const next = stack.pop();
    if (!next) break;
    const { value: here, depth } = next;
    const isNode = here !== null && typeof here === 'object';
    const named = next.parent !== null && !Array.isArray(next.parent.value) && next.key.toLowerCase().includes(wanted);
    if (named || (!isNode && String(here).toLowerCase().includes(wanted))) at.add(led(next, ways));
    if (isNode && depth < DEEPEST) {
      const names = Object.keys(here);
      for (let last = names.length - 1; last >= 0; last -= 1) {
        const key = names[last] ?? '';
        stack.push({ value: (here as Record<string, unknown>)[key], key, depth: depth + 1, parent: next });
      }
    }
    if (looked % SLICE === 0) yield;
  }
  return { at, ways, cut: stack.length > 0 };
}

/** The pointer of what was found; the way there is remembered. */
function led(found: Found, ways: Map<string, Set<string>>): string {
  const keys: string[] = [];
  for (let one = found; one.parent; one = one.parent) keys.push(one.key);
  return keys.reduceRight((id, key) => {
    const there = ways.get(id);
    if (there) there.add(key);
    else ways.set(id, new Set([key]));
    return within(id, key);
  }, '');
}

/** The value that a text is, if it is JSON and not so long that reading it would hold up the window. */
export function parsed(text: string, longest = 16_000_000): { value: unknown } | null {
  if (text.length > longest) return null;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}
