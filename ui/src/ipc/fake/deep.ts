// A long past: calls by the hundred thousand, the same on every run, without conversations or payloads.

import type { CallRow, Level, Outcome } from '../bindings';
import { id, numbers } from './ids';
import type { Trail } from './record';

const TOOLS: readonly [string, Level][] = [
  ['crm.get_customer', 'confidential'],
  ['crm.search', 'internal'],
  ['billing.list_invoices', 'confidential'],
  ['support.list_tickets', 'internal'],
  ['people.find_employees', 'restricted'],
];

/** Puts so many calls into the record, evenly over 60 days before `until`, in microseconds. */
export function deepen(trail: Trail, many: number, until: number) {
  const draw = numbers(11);
  const apart = (60 * 86_400_000_000) / many;
  for (let at = until - many * apart, made = 0; made < many; made += 1, at += apart) {
    const [tool, level] = TOOLS[Math.floor(draw() * TOOLS.length)] ?? ['crm.search', 'internal'];
    const call = id('call', at / 1000);
    const luck = draw();
    const outcome: Outcome = luck < 0.94 ? 'returned' : luck < 0.97 ? 'failed' : luck < 0.98 ? 'timed_out' : 'refused';
    const row: CallRow = {
      call,
      seq: trail.append('call.requested', at, { call }),
      at,
      conversation: null,
      turn: null,
      batch: null,
      position: 0,
      handle: 'c1',
      tool,
      effect: 'read',
      telling: `id ${made}`,
      label: { level, categories: [] },
      made: null,
      verdict: 'allow',
      approved: null,
      sent_at: outcome === 'refused' ? null : at + 4000,
      outcome,
      failure: outcome === 'failed' ? 'status' : null,
      status: outcome === 'failed' ? 503 : outcome === 'returned' ? 200 : null,
      size: 812,
      took_ms: outcome === 'refused' ? 0 : Math.round(40 + draw() * draw() * 1800),
      attempts: 1,
      early: false,
      from: null,
      retry_of: null,
      edited: false,
      dropped: null,
    };
    trail.add(row);
  }
}
