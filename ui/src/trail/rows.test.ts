import { describe, expect, it } from 'vitest';

import { fakeHost } from '../ipc/fake';
import type { CallQuery, CallRow } from '../ipc/host';
import { CallList, EVERYTHING } from './calls.svelte';
import { decisionWords, forWhat, merged, newer } from './rows';

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
    ...change,
  };
}

describe('rows', () => {
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

  it('are new above the top alone', () => {
    expect(newer([row(12), row(9), row(5)], 9).map(({ seq }) => seq)).toEqual([12]);
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

describe('the list of calls', () => {
  function over(all: CallRow[]) {
    const host = fakeHost({ past: false });
    host.calls = async ({ before, limit, source }: CallQuery) =>
      all
        .filter(({ seq, tool }) => (before === null || seq < before) && (!source || tool.startsWith(`${source}.`)))
        .sort((a, b) => b.seq - a.seq)
        .slice(0, limit);
    return { all, list: new CallList(host) };
  }

  it('is read page by page to the oldest', async () => {
    const { list } = over(Array.from({ length: 250 }, (_, seq) => row(seq)));
    await list.narrow(EVERYTHING);
    expect([list.rows.length, list.whole]).toEqual([100, false]);
    await list.more();
    await list.more();
    expect([list.rows.length, list.whole, list.rows.at(-1)?.seq]).toEqual([250, true, 0]);
  });

  it('holds back what is new, and brings what is shown up to date', async () => {
    const { all, list } = over([row(1), row(2)]);
    await list.narrow(EVERYTHING);
    list.flowing = false;
    all[0] = row(1, { outcome: 'returned' });
    all.push(row(3));
    await list.refresh();
    expect(list.rows.map(({ seq, outcome }) => [seq, outcome])).toEqual([
      [2, null],
      [1, 'returned'],
    ]);
    expect(list.fresh).toBe(1);
    list.show();
    expect([list.rows.map(({ seq }) => seq), list.fresh]).toEqual([[3, 2, 1], 0]);
  });

  it('shows what is new at once where nobody reads further down, and always if it was empty', async () => {
    const { all, list } = over([]);
    await list.narrow(EVERYTHING);
    list.flowing = false;
    all.push(row(1));
    await list.refresh();
    expect([list.rows.length, list.fresh]).toEqual([1, 0]);
    all.push(row(2));
    await list.refresh();
    expect([list.rows.length, list.fresh]).toEqual([1, 1]);
    list.flowing = true;
    expect([list.rows.length, list.fresh]).toEqual([2, 0]);
    all.push(row(3));
    await list.refresh();
    expect(list.rows.map(({ seq }) => seq)).toEqual([3, 2, 1]);
  });

  it('is brought up to date by a change that came while it was read', async () => {
    const host = fakeHost({ past: false });
    const answers: ((rows: CallRow[]) => void)[] = [];
    host.calls = () => new Promise((resolve) => answers.push(resolve));
    const list = new CallList(host);
    const reading = list.narrow(EVERYTHING);
    void list.refresh();
    answers[0]?.([row(1)]);
    await reading;
    answers[1]?.([row(1, { outcome: 'returned' })]);
    await new Promise((resolve) => setTimeout(resolve));
    expect(list.rows.map(({ outcome }) => outcome)).toEqual(['returned']);
  });

  it('tells nobody twice of what was shown while it was read', async () => {
    const { all, list } = over([row(1)]);
    await list.narrow(EVERYTHING);
    list.flowing = false;
    all.push(row(2));
    await list.refresh();
    const reading = list.refresh();
    list.show();
    await reading;
    expect([list.rows.map(({ seq }) => seq), list.fresh]).toEqual([[2, 1], 0]);
  });

  it('begins anew when more came than it can catch up with', async () => {
    const { all, list } = over([row(1)]);
    await list.narrow(EVERYTHING);
    list.flowing = false;
    for (let seq = 2; seq < 1500; seq += 1) all.push(row(seq));
    await list.refresh();
    expect(list.overrun).toBe(true);
    list.show();
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    expect([list.rows[0]?.seq, list.overrun]).toEqual([1499, false]);
  });

  it('says in words why it could not be read', async () => {
    const host = fakeHost({ past: false });
    host.calls = () => Promise.reject(new Error('The database is locked.'));
    const list = new CallList(host);
    await list.narrow(EVERYTHING);
    expect([list.error, list.read, list.loading]).toEqual(['The database is locked.', true, false]);
  });
});
