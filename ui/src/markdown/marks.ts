// Marks in a text before it is read as markdown. A model cites as `[^c3]` or `[^c3, c4]`; an answer on record has its text
// without that, and the places of citations and figures beside it. Each becomes a mark of our own in the text, so that it
// stands at the right word however the text is cut into blocks, cells and emphasis.
//
// A citation's mark begins with punctuation, as `[^c3]` did, so that emphasis around it is read as the model meant it. A
// figure's begins and ends with what counts as a letter: `**12**` stays bold. Where a mark would change how the text is
// read all the same, `read` (blocks.ts) leaves it out.

import type { Citation, TiedSpan } from '../ipc/host';
import { indexes } from './bytes';

const ALL = /⸨\uE000(c\d+)⸩|\uE001(\d+)\uE002|\uE003/g;
const FIGURES = /\uE001\d+\uE002|\uE003/g;
/** One mark or several beside one another, with the space before them. */
const THEIRS = /[ \t]?\[\^c\d+(?:,[ \t]*\^?c\d+)*\](?:[ \t]*[,;]?[ \t]*\[\^c\d+(?:,[ \t]*\^?c\d+)*\])*/g;
/** The beginning of a mark at the end of text that still arrives. */
const UNFINISHED = /[ \t]?\[(?:\^[c\d,\s^]*)?$/;

const cited = (handle: string) => `⸨\uE000${handle}⸩`;

/** Foreign text can't bring marks of ours. */
function plain(text: string): string {
  return text.replace(/[\uE000-\uE003]/g, '');
}

interface Mark {
  /** A byte of the text. */
  readonly at: number;
  readonly text: string;
  /** Of marks at one place: what ends there comes first, what begins there last. */
  readonly order: number;
}

/** Text on record with its citations and figures in their places, figures by their number in the list. Offsets count
    bytes. A figure whose bytes are not the text it says, or that overlaps the one before it, is left out. */
export function withMarks(text: string, citations: readonly Citation[], spans: readonly TiedSpan[] = []): string {
  const marks: Mark[] = citations.map(({ at, handle }) => ({ at, text: cited(handle), order: 1 }));
  marks.push(...figures(text, spans));
  if (marks.length === 0) return plain(text);
  marks.sort((a, b) => a.at - b.at || a.order - b.order);
  const places = indexes(text, marks.map(({ at }) => at));
  let from = 0;
  let marked = '';
  marks.forEach((mark, index) => {
    const to = places[index] ?? from;
    marked += plain(text.slice(from, to)) + mark.text;
    from = to;
  });
  return marked + plain(text.slice(from));
}

function figures(text: string, spans: readonly TiedSpan[]): Mark[] {
  const offsets = spans.flatMap(({ start, end }) => [start, end]).sort((a, b) => a - b);
  const places = indexes(text, offsets);
  const place = new Map(offsets.map((offset, index) => [offset, places[index] ?? 0]));
  const marks: Mark[] = [];
  let last = 0;
  for (const [number, span] of [...spans.entries()].sort(([, a], [, b]) => a.start - b.start)) {
    const said = text.slice(place.get(span.start), place.get(span.end));
    if (span.start < last || said === '' || said !== span.text) continue;
    last = span.end;
    marks.push({ at: span.start, text: `\uE001${number}\uE002`, order: 2 }, { at: span.end, text: '\uE003', order: 0 });
  }
  return marks;
}

/** Text as it arrives, with the marks that name a known result; others are left out, as on record. */
export function withArriving(text: string, known: ReadonlySet<string>): string {
  return plain(text)
    .replace(UNFINISHED, '')
    .replace(THEIRS, (marks) => (marks.match(/c\d+/g) ?? []).filter((handle) => known.has(handle)).map(cited).join(''));
}

export type Piece =
  | { readonly text: string; readonly figure?: number }
  | { readonly handle: string };

/** The text apart from its marks, in order. A figure that goes on in the next piece of markdown ends with this one. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  let figure: number | undefined;
  const push = (to: number) => {
    if (to > from) found.push({ text: text.slice(from, to), ...(figure === undefined ? {} : { figure }) });
  };
  for (const match of text.matchAll(ALL)) {
    push(match.index);
    from = match.index + match[0].length;
    figure = match[2] === undefined ? undefined : Number(match[2]);
    if (match[1] !== undefined) found.push({ handle: match[1] });
  }
  push(text.length);
  return found;
}

/** The numbers of the figures that are marked in a text, in order. */
export function figuresIn(text: string): number[] {
  return pieces(text).flatMap((piece) => ('text' in piece && piece.figure !== undefined ? [piece.figure] : []));
}

/** The text alone. */
export function withoutMarks(text: string): string {
  return text.replace(ALL, '');
}

/** The text with the marks of citations alone, or besides of those figures that are kept. */
export function withFigures(text: string, kept: ReadonlySet<number> = new Set()): string {
  if (kept.size === 0) return text.replace(FIGURES, '');
  let open = false;
  return text.replace(FIGURES, (mark) => {
    const begins = mark !== '\uE003';
    if (begins) open = kept.has(Number(mark.slice(1, -1)));
    const keep = open;
    if (!begins) open = false;
    return keep ? mark : '';
  });
}
