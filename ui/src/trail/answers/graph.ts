// What an answer drew on: the answer, its calls, their sources, as three columns with lines between them.

import type { CallId, CallRow, Label, TurnView } from '../../ipc/host';
import { CATEGORIES, join, LEVELS, PUBLIC } from '../../state/label';

/** Above so many calls, those of one tool stand together. */
const MOST = 24;

export interface Node {
  readonly id: string;
  readonly words: string;
  readonly more: string;
  /** The one call behind it, if it is one. */
  readonly call: CallId | null;
  /** The join of what is behind it; null if that is not known here. */
  readonly label: Label | null;
  /** How many figures of the answer come from it. */
  readonly figures: number;
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
  /** Whether figures of the answer come from it. */
  readonly drawn: boolean;
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

/** The graph, with what figures were tied to, if they were looked for. */
export function graphOf(turn: TurnView, drawn: ReadonlyMap<CallId, number> | null = null): Graph {
  const rows = callsOf(turn);
  const cited = new Set(turn.answer?.citations.map(({ call }) => call));
  const earlier = (turn.answer?.exposure ?? []).filter((one) => one.earlier && !rows.some(({ call }) => call === one.call));
  const groups = new Map<string, CallRow[]>();
  for (const row of rows) {
    const key = rows.length > MOST ? row.tool : row.call;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const figuresOf = (all: readonly CallRow[]) => all.reduce((sum, { call }) => sum + (drawn?.get(call) ?? 0), 0);
  const labelOf = (all: readonly CallRow[]) => all.reduce((sum, { label }) => join(sum, label), PUBLIC);
  const edges: Edge[] = [];
  const calls: Node[] = [...groups].map(([id, [first, ...others]], row) => {
    const all = first ? [first, ...others] : others;
    const isCited = all.some(({ call }) => cited.has(call));
    const figures = figuresOf(all);
    const line = { call: id, cited: isCited, drawn: figures > 0 };
    edges.push({ ...line, source: null }, { ...line, source: sourceOf(first) });
    const more = others.length > 0 ? `${all.length} calls` : (first?.telling ?? '');
    return { id, words: first?.tool ?? '', more, call: others.length > 0 ? null : (first?.call ?? null), label: labelOf(all), figures, row };
  });
  for (const { call, handle } of earlier.slice(0, MOST)) {
    const figures = drawn?.get(call) ?? 0;
    edges.push({ call, source: null, cited: cited.has(call), drawn: figures > 0 });
    calls.push({ id: call, words: handle, more: 'from an earlier turn', call, label: null, figures, row: calls.length });
  }
  const names = [...new Set(rows.map(sourceOf))].sort();
  const space = Math.max(calls.length, names.length, 1);
  const sources = names.map((name, at) => {
    const its = rows.filter((row) => sourceOf(row) === name);
    return {
      id: name,
      words: name,
      more: `${its.length} calls`,
      call: null,
      label: labelOf(its),
      figures: figuresOf(its),
      row: ((at + 0.5) * space) / names.length - 0.5,
    };
  });
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
