import { describe, expect, it } from 'vitest';

import type { CallDetail, CallRow, EntryView, Outcome } from '../ipc/host';
import { stepsOf } from './steps';

function detail(outcome: Outcome | null, sent: boolean, ...facts: [string, Record<string, unknown>][]): CallDetail {
  const entries = facts.map<EntryView>(([type, body], seq) => ({ seq, at: seq, type, body, leaf: '' }));
  const row = { outcome, sent_at: sent ? 5 : null, took_ms: 87 } as unknown as CallRow;
  const reason = { commitment: 'aa', role: 'reason', media: 'text/plain', size: 9, text: 'Not today', whole: true, seq: 0, erased: null } as const;
  return { row, entries, payloads: [reason], used_by: [], taken_from: [], detected: null };
}

const told = (of: CallDetail) => stepsOf(of).map(({ words, more }) => (more ? `${words} — ${more}` : words));

describe('the story of a call', () => {
  it('tells a read from the asking to the result', () => {
    const label = { level: 'internal', categories: ['contact'] };
    expect(
      told(
        detail(
          'returned',
          true,
          ['call.requested', { turn: 'turn_1', tool_version: '0f3a' }],
          ['call.decided', { verdict: 'allow', rule: 'reads-run' }],
          ['call.sent', { attempt: 1, method: 'GET', endpoint: 'https://crm.example/customers/7' }],
          ['call.ended', { status: 200, label }],
          ['answer.given', {}],
        ),
      ),
    ).toEqual([
      'Asked for by the model — tool version 0f3a',
      'Allowed by rule reads-run — it changes nothing at its source',
      'Sent — GET https://crm.example/customers/7',
      'Returned with 200 after 87 ms — label internal · contact',
    ]);
  });

  it('tells who refused, and why', () => {
    expect(
      told(detail('refused', false, ['call.requested', {}], ['approval.given', { allowed: false, reason: 'aa' }], ['call.ended', {}])),
    ).toEqual(['Asked for by hand', 'Refused by a person — Not today', 'Refused']);
  });

  it('shows a rule that it does not know by its name', () => {
    expect(told(detail(null, false, ['call.decided', { verdict: 'deny', rule: 'later-rule' }]))).toEqual([
      'Denied by rule later-rule',
    ]);
  });

  it('tells attempts, changed arguments, what was shared and what was dropped', () => {
    const label = { level: 'internal', categories: [] };
    const told_ = told(
      detail(
        'returned',
        true,
        ['call.requested', { turn: 'turn_1', early: 'model_1' }],
        ['approval.given', { allowed: true, arguments: 'aa' }],
        ['attempt.ended', { attempt: 1, words: 'aa', took: 87_000 }],
        ['call.dropped', { why: 'changed' }],
        ['call.ended', { from: 'call_x', label }],
      ),
    );
    expect(told_).toEqual([
      'Asked for by the model, while it still wrote',
      'Approved by a person, with other arguments — Not today',
      'Attempt 1 came to nothing after 87 ms — Not today',
      'Kept out of the conversation — not used: the model changed the call while it wrote',
      'Returned after 87 ms — nothing was sent: it has the result of another call; label internal',
    ]);
    expect(told(detail(null, false, ['call.requested', { retry_of: 'call_x' }]))).toEqual(['Made again by a person']);
  });

  it('stands whatever an entry holds', () => {
    expect(told(detail('failed', false, ['call.ended', { label: 7, status: 'x' }], ['call.sent', { endpoint: [] }]))).toEqual([
      'Failed',
      'Sent',
    ]);
    expect(stepsOf({ ...detail(null, false), entries: [{ seq: 0, at: 0, type: 'call.decided', body: null, leaf: '' }] })).toHaveLength(1);
  });
});
