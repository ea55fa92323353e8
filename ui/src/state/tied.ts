// What screens say of figures and where they come from. One place, so that the card, the pane, the foot of an answer and
// the trail never disagree.

import type { ArgumentSource, CallDetail, CallId, CallUse, Handle, TiedSpan, TieStatus, Ties } from '../ipc/host';
import { count, counted } from './words';

/** A call as words beside a figure name it. */
export interface NamedCall {
  readonly handle: Handle;
  readonly tool: string;
  readonly telling: string;
}

/** A figure that is followed, and which of its places is looked at. */
export interface Traced {
  readonly span: TiedSpan;
  readonly place: number;
}

/** An answer's figures, and what they lead to. Whoever shows an answer gives this with it. */
export interface Tied {
  readonly spans: readonly TiedSpan[];
  /** The call, if it is known here. */
  readonly named: (call: CallId) => NamedCall | null;
  /** Reads a call from elsewhere than the record. */
  readonly read?: (call: CallId) => Promise<CallDetail | null>;
  /** Shows where a figure comes from. */
  readonly follow: (traced: Traced) => void;
}

const STATUS: Record<TieStatus, string> = { tied: 'tied', possible: 'possible', untied: 'untied', contradicted: 'contradicted' };

export const statusWord = (status: TieStatus): string => STATUS[status];

/** How a figure was found, in a sentence. */
export function foundWords({ status, kind, derivation, places }: TiedSpan): string {
  if (status === 'untied') return 'Untied: no result that the model was shown supports it.';
  if (status === 'contradicted') {
    const comes = derivation ? ` ${derivation.expression}` : '';
    return `Contradicted: the calculation in the answer does not come out.${comes}`;
  }
  const raw = places[0]?.raw ?? '';
  switch (kind) {
    case 'exact':
      return 'It stands in the result.';
    case 'scaled':
      return `It stands in the result in another unit: ${raw}`;
    case 'rounded':
      return `Rounded: ${raw} stands in the result.`;
    case 'derived':
      return derivation ? `Computed: ${derivation.expression}` : 'Computed from the result.';
    case null:
      return 'Found in the result.';
  }
}

/** What makes the tie less than certain, a sentence each. */
export function doubtsOf(span: TiedSpan): string[] {
  const { status, chance, alternatives, cited, cite_agrees: agrees } = span;
  const doubts: string[] = [];
  if (chance && chance.fit > 0) {
    doubts.push(`${count(chance.fit)} of ${count(chance.of)} random numbers fit too${status === 'possible' ? ': it may be chance' : ''}.`);
  }
  if (alternatives > 0) doubts.push(`${counted(alternatives, 'other place')} ${alternatives === 1 ? 'holds' : 'hold'} the same value.`);
  if (agrees === false && cited !== null) doubts.push(`The model cites ${cited}, where it was not found.`);
  return doubts;
}

/** Whether a person should look at the row: the same value stands elsewhere, and the model did not name this result. */
export function checkRow({ status, alternatives, cite_agrees: agrees }: TiedSpan): boolean {
  return (status === 'tied' || status === 'possible') && (agrees === false || (alternatives > 0 && agrees !== true));
}

/** `billing.list_invoices customer 1187` */
export function callWords(named: NamedCall | null, call: CallId): string {
  return named ? `${named.tool} ${named.telling}`.trim().slice(0, 200) : call;
}

/** In which order what is not tied is looked at. */
const WORST: readonly TieStatus[] = ['contradicted', 'untied', 'possible'];

/** The figures that a reviewer looks at first: the contradicted, the untied, the possible, each in the answer's order. */
export function unsettled(spans: readonly TiedSpan[]): { span: TiedSpan; number: number }[] {
  const numbered = spans.map((span, number) => ({ span, number }));
  return WORST.flatMap((status) => numbered.filter(({ span }) => span.status === status));
}

/** `42 figures tied`, then how many are something else, the worst first. */
export function countsOf({ counts }: Ties): { status: TieStatus; words: string }[] {
  const all = counts.tied + counts.possible + counts.untied + counts.contradicted;
  if (all === 0) return [];
  const others = WORST.filter((status) => counts[status] > 0);
  return [
    { status: 'tied', words: `${counted(counts.tied, 'figure')} tied` },
    ...others.map((status) => ({ status, words: `${count(counts[status])} ${STATUS[status]}` })),
  ];
}

/** How many figures of the answer come from each call; null where figures were not looked for. */
export function drawnOn(ties: Ties | undefined): ReadonlyMap<CallId, number> | null {
  if (!ties || ties.spans.length === 0) return null;
  const drawn = new Map<CallId, number>();
  for (const { status, places } of ties.spans) {
    if (status === 'untied') continue;
    for (const call of new Set(places.map((place) => place.call))) drawn.set(call, (drawn.get(call) ?? 0) + 1);
  }
  return drawn;
}

/** What stands beside each place of a call's result that answers used: the figures, in the order of the answers. */
export function usedAt(uses: readonly CallUse[]): ReadonlyMap<string, string> {
  const used = new Map<string, string[]>();
  for (const { pointer, text } of uses.flatMap(({ places }) => places)) {
    const there = used.get(pointer) ?? [];
    if (!there.includes(text)) used.set(pointer, [...there, text]);
  }
  return new Map([...used].map(([pointer, texts]) => [pointer, `used for ${texts.join(', ')}`]));
}

/** What stands beside each argument that was most likely taken from an earlier result. */
export function takenAt(sources: readonly ArgumentSource[]): ReadonlyMap<string, string> {
  return new Map(
    sources.map(({ argument, handle, pointer, others }) => [
      argument,
      `as in ${handle} ${pointer}${others > 0 ? `, and in ${counted(others, 'other place')}` : ''}`,
    ]),
  );
}
