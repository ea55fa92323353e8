// A JSON value as rows of a tree. Bounded: a node shows its first children and a row that shows more of them, a
// string shows its beginning, and a search ends after so many hits. A hostile result costs no more than a plain one.

export type Path = readonly (string | number)[];

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

/** What the tree shows: nodes whose state differs from the default, and how many children beyond the first page. */
export interface Shown {
  readonly toggled: ReadonlySet<string>;
  readonly pages: ReadonlyMap<string, number>;
}

export const PAGE = 100;
const LONGEST_TEXT = 400;
const MOST_HITS = 500;
const OPEN_DEPTH = 2;
const OPEN_SIZE = 30;
const DEEPEST = 200;

/** A place in the value as RFC 6901 writes it. */
export function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The rows of the tree, top down. Nodes on the way to a hit are open whatever `shown` says. */
export function rowsOf(value: unknown, shown: Shown, hits: Hits): JsonRow[] {
  const rows: JsonRow[] = [];
  walk(rows, value, null, [], shown, hits);
  return rows;
}

function walk(rows: JsonRow[], value: unknown, key: string | null, path: Path, shown: Shown, hits: Hits) {
  const id = pointer(path);
  const depth = path.length;
  const hit = hits.at.has(id);
  if (value === null || typeof value !== 'object' || depth >= DEEPEST) {
    rows.push({ kind: 'leaf', id, depth, key, ...leaf(value), hit });
    return;
  }
  const array = Array.isArray(value);
  const children = array ? value.map((child, index) => [index, child] as const) : Object.entries(value);
  const byDefault = depth < OPEN_DEPTH && children.length <= OPEN_SIZE;
  const open = hits.on.has(id) || byDefault !== shown.toggled.has(id);
  rows.push({ kind: 'node', id, depth, key, open, array, size: children.length, hit });
  if (!open) return;
  const most = PAGE * (1 + (shown.pages.get(id) ?? 0));
  let left = 0;
  children.forEach(([name, child], index) => {
    const at = [...path, name];
    const place = pointer(at);
    if (index < most || hits.on.has(place) || hits.at.has(place)) walk(rows, child, String(name), at, shown, hits);
    else left += 1;
  });
  if (left > 0) rows.push({ kind: 'more', id: `${id}/…`, depth: depth + 1, parent: id, left });
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

/** Where a search hit, and every node on the way there. */
export interface Hits {
  readonly at: ReadonlySet<string>;
  readonly on: ReadonlySet<string>;
  /** Whether there are more than were looked for. */
  readonly cut: boolean;
}

/** The hits with one more place, which an RFC 6901 pointer names. */
export function withPlace(hits: Hits, place: string): Hits {
  const steps = place.split('/');
  const on = new Set(hits.on);
  for (let length = steps.length - 1; length >= 1; length -= 1) on.add(steps.slice(0, length).join('/'));
  return { ...hits, at: new Set(hits.at).add(place), on };
}

export const NO_HITS: Hits = { at: new Set(), on: new Set(), cut: false };

/** Keys and values that hold the words, without regard to case. */
export function search(value: unknown, words: string): Hits {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return NO_HITS;
  const at = new Set<string>();
  const on = new Set<string>();
  // Depth first with a stack of our own: a result nested a million deep must not end the page.
  const stack: { value: unknown; path: Path }[] = [{ value, path: [] }];
  while (stack.length > 0 && at.size < MOST_HITS) {
    const next = stack.pop();
    if (!next) break;
    const key = next.path.at(-1);
    const inKey = typeof key === 'string' && key.toLowerCase().includes(wanted);
    const isNode = next.value !== null && typeof next.value === 'object';
    const inValue = !isNode && String(next.value).toLowerCase().includes(wanted);
    if (inKey || inValue) {
      at.add(pointer(next.path));
      for (let length = next.path.length - 1; length >= 0; length -= 1) on.add(pointer(next.path.slice(0, length)));
    }
    if (isNode && next.path.length < DEEPEST) {
      const children = Object.entries(next.value as object).reverse();
      for (const [name, child] of children) stack.push({ value: child, path: [...next.path, name] });
    }
  }
  return { at, on, cut: stack.length > 0 };
}

/** The value that a text is, if it is JSON and not so long that reading it would hold up the window. */
export function parsed(text: string, longest = 2_000_000): { value: unknown } | null {
  if (text.length > longest) return null;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}
