// The rows of the table: keeping them up to date, and the words of their cells.

import type { CallId, CallRow, ConversationId, ConversationRow, Micros } from '../../ipc/host';

/** The rows, each as it was read last. Their order and number stay. */
export function merged(rows: readonly CallRow[], read: readonly CallRow[]): readonly CallRow[] {
  const latest = new Map<CallId, CallRow>(read.map((row) => [row.call, row]));
  const changed = rows.some((row) => {
    const now = latest.get(row.call);
    return now !== undefined && !same(row, now);
  });
  return changed ? rows.map((row) => latest.get(row.call) ?? row) : rows;
}

/** A row's place and its entry. */
export interface Point {
  readonly index: number;
  readonly seq: number;
}

/** The entry that would stand at a place if entries were evenly spread between the two known places around it. */
export function between(points: readonly Point[], index: number): number {
  const sorted = points.toSorted((a, b) => a.index - b.index);
  const below = sorted.find((point) => point.index >= index) ?? sorted.at(-1);
  const above = sorted.findLast((point) => point.index <= index) ?? sorted[0];
  if (!above || !below) return 0;
  if (below.index === above.index) return above.seq;
  const share = (index - above.index) / (below.index - above.index);
  return Math.max(0, Math.round(above.seq + (below.seq - above.seq) * share));
}

function same(a: CallRow, b: CallRow): boolean {
  return (
    a.outcome === b.outcome &&
    a.telling === b.telling &&
    a.verdict === b.verdict &&
    a.approved === b.approved &&
    a.sent_at === b.sent_at &&
    a.label.level === b.label.level &&
    a.label.categories.length === b.label.categories.length
  );
}

/** What policy said and, if one was asked, a person. */
export function decisionWords({ verdict, approved, outcome }: CallRow): string {
  if (verdict === null) return outcome === null ? 'not yet' : 'none';
  if (verdict === 'allow') return 'allowed';
  if (verdict === 'deny') return 'denied';
  if (approved === null) return outcome === null ? 'asking' : 'asked, no answer';
  return approved ? 'approved' : 'refused';
}

/** What the call was made for: its conversation's first question, or a person's own hand. */
export function forWhat(
  { conversation }: CallRow,
  titles: ReadonlyMap<ConversationId, string>,
): string {
  if (conversation === null) return 'by hand';
  return titles.get(conversation) || `…${conversation.slice(-6)}`;
}

export function titlesOf(rows: readonly ConversationRow[]): ReadonlyMap<ConversationId, string> {
  return new Map(rows.map(({ id, title }) => [id, title]));
}

const SHORT_DAY = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `22 Nov 13:04:09` */
export function when(at: Micros): string {
  return `${SHORT_DAY.format(at / 1000)} ${CLOCK.format(at / 1000)}`;
}
