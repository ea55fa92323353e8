// Citation marks. A model writes them as `[^c3]` or `[^c3, c4]`; an answer on record has its text without them, and
// their places beside it. Both become one mark of our own in the text before it is read as markdown: it begins with
// punctuation, as `[^c3]` did, so that emphasis around it is read as the model meant it.

import type { Citation } from '../ipc/host';

const OURS = /⸨\uE000(c\d+)⸩/g;
/** One mark or several beside one another, with the space before them. */
const THEIRS = /[ \t]?\[\^c\d+(?:,[ \t]*\^?c\d+)*\](?:[ \t]*[,;]?[ \t]*\[\^c\d+(?:,[ \t]*\^?c\d+)*\])*/g;
/** The beginning of a mark at the end of text that still arrives. */
const UNFINISHED = /[ \t]?\[(?:\^[c\d,\s^]*)?$/;

const mark = (handle: string) => `⸨\uE000${handle}⸩`;

/** Foreign text can't bring marks of ours. */
function plain(text: string): string {
  return text.replaceAll('\uE000', '');
}

/** Text on record with its citations in their places. Offsets count UTF-8 bytes. */
export function withCitations(text: string, citations: readonly Citation[]): string {
  if (citations.length === 0) return plain(text);
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  let from = 0;
  let marked = '';
  for (const { at, handle } of [...citations].sort((a, b) => a.at - b.at)) {
    marked += plain(decoder.decode(bytes.subarray(from, at))) + mark(handle);
    from = Math.max(from, at);
  }
  return marked + plain(decoder.decode(bytes.subarray(from)));
}

/** Text as it arrives, with the marks that name a known result; others are left out, as on record. */
export function withArriving(text: string, known: ReadonlySet<string>): string {
  return plain(text)
    .replace(UNFINISHED, '')
    .replace(THEIRS, (marks) => (marks.match(/c\d+/g) ?? []).filter((handle) => known.has(handle)).map(mark).join(''));
}

export type Piece = { readonly text: string } | { readonly handle: string };

/** The text apart from its marks, in order. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(OURS)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ handle: match[1] ?? '' });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** The text alone. */
export function withoutMarks(text: string): string {
  return text.replace(OURS, '');
}
