// What the fake finds in its record: pages of calls, counts, what charts show, answers.

import { LEVELS, PUBLIC, join } from '../../state/label';
import type { AnswerRow, CallRow, Count, Day, Facets, Overview, SearchPage, Seq, ToolTime } from '../bindings';
import { testOf, type Marks } from './filter';
import type { Trail } from './record';

const DAY = 86_400_000_000;

export class Search {
  /** The calls that the last filter found: pages of one filter are asked for one after another. */
  #kept: { text: string; of: number; found: readonly CallRow[] } | null = null;

  constructor(
    private readonly trail: Trail,
    private readonly marks: Marks,
  ) {}

  page(text: string, before: Seq | null, limit: number): SearchPage {
    const found = this.found(text);
    let end = found.length;
    if (before !== null) {
      let low = 0;
      while (low < end) {
        const middle = (low + end) >> 1;
        if ((found[middle]?.seq ?? 0) < before) low = middle + 1;
        else end = middle;
      }
    }
    const rows = found.slice(Math.max(0, end - limit), end).reverse();
    return { rows: rows.map((row) => ({ ...row })), next: end > limit ? (rows.at(-1)?.seq ?? null) : null };
  }

  /** Oldest first. Calls change while they run, so only finds in a record that has not grown are kept. */
  found(text: string): readonly CallRow[] {
    const of = this.trail.entries.length;
    if (this.#kept?.text !== text || this.#kept.of !== of) {
      const found = this.trail.rows.filter(testOf(text, this.marks)).sort((a, b) => a.seq - b.seq);
      this.#kept = { text, of, found };
    }
    return this.#kept.found;
  }

  facets(text: string): Facets {
    const rows = this.found(text);
    const levels = counts(rows, ({ label }) => label.level);
    return {
      total: rows.length,
      at_least: false,
      by_source: counts(rows, ({ tool }) => tool.split('.')[0] ?? ''),
      by_outcome: counts(rows, ({ outcome }) => outcome ?? 'open'),
      by_level: LEVELS.toReversed().flatMap((level) => levels.find(({ name }) => name === level) ?? []),
      by_verdict: counts(rows, ({ verdict }) => verdict ?? 'none'),
    };
  }

  overview(text: string): Overview {
    const rows = this.found(text);
    const days = new Map<number, Day>();
    for (const row of rows) {
      const at = Math.floor(row.at / DAY) * DAY;
      const day = days.get(at) ?? { at, by_level: [0, 0, 0, 0], failures: 0 };
      day.by_level[LEVELS.indexOf(row.label.level)]! += 1;
      if (failed(row)) day.failures += 1;
      days.set(at, day);
    }
    const said = rows.filter(({ approved }) => approved !== null);
    return {
      days: [...days.values()].sort((a, b) => a.at - b.at).slice(-90),
      tools: times(rows),
      failures: counts(rows.filter(({ failure }) => failure !== null), ({ failure }) => failure ?? ''),
      approvals: counts(said, ({ approved, edited }) => (edited ? 'edited' : approved ? 'allowed' : 'refused')),
      exposure: rows.length === 0 ? [] : this.#exposure(rows),
    };
  }

  #exposure(rows: readonly CallRow[]): Overview['exposure'] {
    const turns = new Set(rows.map(({ turn }) => turn));
    const by = (share: number): [number, number, number, number] => {
      const whole: [number, number, number, number] = [0, 0, 0, 0];
      for (const { label } of rows) whole[LEVELS.indexOf(label.level)]! += share;
      return whole.map(Math.ceil) as [number, number, number, number];
    };
    return [
      { model: 'Rehearsal model (no AI)', by_level: by(0.2) },
      ...(turns.size > 10 ? [{ model: 'Mistral Small, on this machine', by_level: by(0.06) }] : []),
    ];
  }

  answers(before: Seq | null, limit: number): AnswerRow[] {
    return [...this.trail.conversations.values()]
      .flatMap(({ row, turns }) => turns.map((turn) => ({ conversation: row.id, turn })))
      .flatMap(({ conversation, turn }): AnswerRow[] => {
        const calls = turn.batches.flatMap((batch) => batch.calls);
        const seq = this.trail.entries.find(({ type, body }) => type === 'question.asked' && (body as { turn?: string }).turn === turn.id)?.seq ?? 0;
        const label = calls.reduce((sum, call) => join(sum, call.label), turn.answer?.label ?? PUBLIC);
        const sources = [...new Set(calls.map(({ tool }) => tool.split('.')[0] ?? ''))].sort();
        return [{ turn: turn.id, conversation, seq, at: turn.at, question: turn.question, answered: turn.answer !== null, calls: calls.length, sources, label }];
      })
      .filter(({ seq }) => before === null || seq < before)
      .sort((a, b) => b.seq - a.seq)
      .slice(0, limit);
  }
}

const failed = ({ outcome }: CallRow) => outcome !== null && outcome !== 'returned';

function counts(rows: readonly CallRow[], key: (row: CallRow) => string): Count[] {
  const by = new Map<string, number>();
  for (const row of rows) by.set(key(row), (by.get(key(row)) ?? 0) + 1);
  return [...by].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

function times(rows: readonly CallRow[]): ToolTime[] {
  const by = new Map<string, CallRow[]>();
  for (const row of rows) {
    if (row.sent_at === null) continue;
    const calls = by.get(row.tool);
    if (calls) calls.push(row);
    else by.set(row.tool, [row]);
  }
  return [...by]
    .map(([tool, calls]) => {
      const sorted = calls.map(({ took_ms }) => took_ms).sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      return { tool, calls: calls.length, failures: calls.filter(failed).length, p50_ms: at(0.5), p95_ms: at(0.95) };
    })
    .sort((a, b) => b.p50_ms * b.calls - a.p50_ms * a.calls)
    .slice(0, 20);
}
