// What the palette finds: every word of the query must stand somewhere in the item.

export interface Found {
  readonly id: string;
  readonly group: string;
  readonly words: string;
  readonly more: string;
  readonly chord?: string | undefined;
  readonly run: () => void;
}

/** The matching items, those first whose own words begin with the query. At most `most`. */
export function find(items: readonly Found[], query: string, most = 50): Found[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = items.filter((item) => {
    const text = `${item.words} ${item.more} ${item.group}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const first = wanted[0];
  if (!first) return matching.slice(0, most);
  const rank = (item: Found) => (item.words.toLowerCase().startsWith(first) ? 0 : 1);
  return matching.sort((a, b) => rank(a) - rank(b)).slice(0, most);
}
