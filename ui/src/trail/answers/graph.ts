// What an answer drew on: the answer, its calls, their sources, as three columns with lines between them.

import type { CallId, CallRow, TurnView } from '../../ipc/host';
import { CATEGORIES, join, LEVELS, PUBLIC } from '../../state/label';

/** Above so many calls, those of one tool stand together. */
const MOST = 24;

export interface Node {
  readonly id: string;
  readonly words: string;
  readonly more: string;
  /** The one call behind it, if it is one. */
  readonly call: CallId | null;
  /** From 0 at the top. */
  readonly row: number;
}

export interface Edge {
  /** A node of the middle. */
  readonly call: string;
  /** A source, or null for the answer. */
  readonly source: string | null;
  /** Whether the answer cites it. */
  readonly cited: boolean;
}

export interface Graph {
  readonly calls: readonly Node[];
  readonly sources: readonly Node[];
  readonly edges: readonly Edge[];
  readonly rows: number;
}

/** Every call of the turn, those made again too. */
export function callsOf(turn: TurnView): CallRow[] {
  return [...turn.batches.flatMap(({ calls }) => calls), ...turn.retries];
}

export function graphOf(turn: TurnView): Graph {
  const rows = callsOf(turn);
  const cited = new Set(turn.answer?.citations.map(({ call }) => call));
  const earlier = (turn.answer?.exposure ?? []).filter((one) => one.earlier && !rows.some(({ call }) => call === one.call));
  const groups = new Map<string, CallRow[]>();
  for (const row of rows) {
    const key = rows.length > MOST ? row.tool : row.call;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const edges: Edge[] = [];
  const calls: Node[] = [...groups].map(([id, [first, ...others]], row) => {
    const all = first ? [first, ...others] : others;
    const isCited = all.some(({ call }) => cited.has(call));
    edges.push({ call: id, source: null, cited: isCited }, { call: id, source: sourceOf(first), cited: isCited });
    const more = others.length > 0 ? `${all.length} calls` : (first?.telling ?? '');
    return { id, words: first?.tool ?? '', more, call: others.length > 0 ? null : (first?.call ?? null), row };
  });
  for (const { call, handle } of earlier.slice(0, MOST)) {
    edges.push({ call, source: null, cited: cited.has(call) });
    calls.push({ id: call, words: handle, more: 'from an earlier turn', call, row: calls.length });
  }
  const names = [...new Set(rows.map(sourceOf))].sort();
  const space = Math.max(calls.length, names.length, 1);
  const sources = names.map((name, at) => ({
    id: name,
    words: name,
    more: `${rows.filter((row) => sourceOf(row) === name).length} calls`,
    call: null,
    row: ((at + 0.5) * space) / names.length - 0.5,
  }));
  return { calls, sources, edges, rows: space };
}

function sourceOf(row: CallRow | undefined): string {
  return row?.tool.split('.')[0] ?? '';
}

/** What brings a level or a category into the answer's label. */
export interface Brought {
  readonly what: string;
  /** `crm.get_customer ×12` */
  readonly by: readonly string[];
}

/** Why the label of the turn is what it is: the calls that bring its level, and each of its categories. */
export function broughtBy(turn: TurnView): Brought[] {
  const rows = callsOf(turn);
  const label = rows.reduce((sum, row) => join(sum, row.label), PUBLIC);
  const tools = (fits: (row: CallRow) => boolean) => {
    const counts = new Map<string, number>();
    for (const { tool } of rows.filter(fits)) counts.set(tool, (counts.get(tool) ?? 0) + 1);
    return [...counts].map(([tool, many]) => (many > 1 ? `${tool} ×${many}` : tool));
  };
  if (rows.length === 0) return [];
  return [
    ...LEVELS.filter((level) => level === label.level).map((level) => ({ what: level, by: tools((row) => row.label.level === level) })),
    ...CATEGORIES.filter((one) => label.categories.includes(one)).map((one) => ({
      what: one,
      by: tools((row) => row.label.categories.includes(one)),
    })),
  ];
}
