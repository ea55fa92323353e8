import { describe, expect, it } from 'vitest';

import type { CallRow } from '../../ipc/host';
import { between, decisionWords, forWhat, merged } from './rows';

function row(seq: number, change: Partial<CallRow> = {}): CallRow {
  return {
    call: `call_${seq}`,
    seq,
    at: seq * 1_000_000,
    conversation: 'conv_1',
    turn: 'turn_1',
    batch: 'batch_1',
    position: 0,
    handle: 'c1',
    tool: 'crm.get_customer',
    effect: 'read',
    telling: 'id 7',
    label: { level: 'internal', categories: [] },
    verdict: 'allow',
    approved: null,
    sent_at: null,
    outcome: null,
    failure: null,
    status: null,
    size: 0,
    took_ms: 0,
    attempts: 0,
    early: false,
    from: null,
    retry_of: null,
    edited: false,
    dropped: null,
    made: null,
    ...change,
  };
}

describe('rows', () => {
  it('lose the words of what was erased', () => {
    expect(merged([row(9)], [row(9, { telling: '' })]).map(({ telling }) => telling)).toEqual(['']);
  });

  it('take over what was read last and stay in their places', () => {
    const before = [row(9), row(5), row(2, { outcome: 'failed' })];
    const after = merged(before, [row(12), row(5, { outcome: 'returned', took_ms: 80 })]);
    expect(after.map(({ seq, outcome }) => [seq, outcome])).toEqual([
      [9, null],
      [5, 'returned'],
      [2, 'failed'],
    ]);
  });

  it('stay the same object when nothing changed', () => {
    const before = [row(9), row(5)];
    expect(merged(before, [row(9)])).toBe(before);
  });

  it('stand between the rows around them', () => {
    const points = [
      { index: 0, seq: 9000 },
      { index: 1000, seq: 0 },
      { index: 100, seq: 8000 },
    ];
    expect([0, 50, 100, 550, 1000].map((index) => between(points, index))).toEqual([9000, 8500, 8000, 4000, 0]);
  });

  it('say who decided', () => {
    expect(decisionWords(row(1))).toBe('allowed');
    expect(decisionWords(row(1, { verdict: 'ask' }))).toBe('asking');
    expect(decisionWords(row(1, { verdict: 'ask', approved: false, outcome: 'refused' }))).toBe('refused');
    expect(decisionWords(row(1, { verdict: null, outcome: 'failed' }))).toBe('none');
  });

  it('say what they were for', () => {
    const titles = new Map([['conv_1', 'Who owes us money?']]);
    expect(forWhat(row(1), titles)).toBe('Who owes us money?');
    expect(forWhat(row(1, { conversation: null }), titles)).toBe('by hand');
  });
});
