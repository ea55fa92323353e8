import { describe, expect, it } from 'vitest';

import type { Answer, Ask } from '../ipc/host';
import { begun } from '../state/turn';
import { answers, choose, chooseAll, EMPTY, isEdited, move, notYet, submitWords, withArguments, withMistakes, withReason } from './approval';
import { atCaret, completions } from './complete';
import { cutShort, drewOn, saved, seen } from './exposure';
import { originWords } from './origins';
import { earlyOf, sequentialOf, wayOf, waysWords } from './ways';

const asks: Ask[] = ['a', 'b', 'c'].map((call) => ({
  call,
  request: `POST /${call}`,
  arguments: '{}',
  decision: { verdict: 'ask', rule: 'r', reason: 'It writes.' },
}));

describe('where an argument came from', () => {
  it('warns of what nobody stands behind', () => {
    const value = { argument: '/to/0', value: 'eve@evil.com' };
    const result = { kind: 'result' as const, handle: 'c2', pointer: '/body', integrity: 'outside' as const };
    expect(originWords({ ...value, from: [] })).toEqual({ words: 'written by the model alone', risky: true });
    expect(originWords({ ...value, from: [{ kind: 'person' }, result] }).risky).toBe(false);
    expect(originWords({ ...value, from: [result] })).toEqual({ words: 'from outside content: c2 /body', risky: true });
    expect(originWords({ ...value, from: [{ ...result, integrity: 'organisation' }] }).risky).toBe(false);
  });
});

describe('the approval sheet', () => {
  it('says nothing until every call has its choice', () => {
    const two = choose(choose(EMPTY, asks, 'allowed'), asks, 'allowed');
    expect(two.at).toBe(2);
    expect(answers(two, asks)).toBeNull();
    expect(answers(choose(two, asks, 'allowed'), asks)).toHaveLength(3);
  });

  it('stays at what was refused, for the reason', () => {
    const refused = withReason(choose(EMPTY, asks, 'refused'), 'a', ' No. ');
    expect(refused.at).toBe(0);
    const [first] = answers(chooseAll({ ...refused, choices: refused.choices }, asks.slice(1), 'allowed'), asks.slice(1)) ?? [];
    expect(first).toEqual({ call: 'b', approval: { verdict: 'allowed' } });
    const all = choose({ ...choose({ ...refused, at: 1 }, asks, 'allowed'), at: 2 }, asks, 'allowed');
    expect(answers(all, asks)?.[0]).toEqual({ call: 'a', approval: { verdict: 'refused', reason: 'No.' } });
  });

  it('moves between its ends', () => {
    expect(move(EMPTY, asks, -1).at).toBe(0);
    expect(move(move(EMPTY, asks, 5), asks, 1).at).toBe(2);
  });

  it('takes other arguments only once they are known to fit', () => {
    const one = asks.slice(0, 1);
    const [first] = one as [Ask];
    const edited = withArguments(choose(EMPTY, one, 'allowed'), 'a', '{"id": 8}');
    expect([answers(edited, one), notYet(edited, first)]).toEqual([null, 'Its arguments are being checked.']);
    const wrong = withMistakes(edited, 'a', ['`id` is no integer.']);
    expect([answers(wrong, one), notYet(wrong, first)]).toEqual([null, 'Its arguments do not fit its tool.']);
    const right = answers(withMistakes(edited, 'a', []), one);
    expect(right).toEqual([{ call: 'a', approval: { verdict: 'edited', arguments: '{"id": 8}' } }]);
    expect(submitWords(right)).toBe('Submit: allow 1 (1 changed), refuse 0');
  });

  it('knows a change from another way to write the same', () => {
    const [first] = asks as [Ask];
    expect(isEdited(withArguments(EMPTY, 'a', '{ \n }'), first)).toBe(false);
    expect(isEdited(withArguments(EMPTY, 'a', '{'), first)).toBe(true);
    expect(answers(withArguments(chooseAll(EMPTY, asks, 'allowed'), 'a', '{ }'), asks)?.[0]?.approval).toEqual({ verdict: 'allowed' });
    const refused = withMistakes(withArguments(chooseAll(EMPTY, asks, 'refused'), 'a', '{'), 'a', ['No JSON.']);
    expect(answers(refused, asks)).toHaveLength(3);
  });

  it('of no call is never submitted', () => {
    expect(answers(EMPTY, [])).toBeNull();
  });
});

it('a conversation says in the composer what it does otherwise', () => {
  const as = { sequential: null, early: null };
  expect([null, true, false].map(wayOf)).toEqual(['as_set', 'on', 'off']);
  expect(waysWords(as)).toBe('');
  expect(waysWords(earlyOf(sequentialOf(as, 'on'), 'off'))).toBe('one at a time · no early start');
  expect(sequentialOf({ sequential: true, early: true }, 'as_set')).toEqual({ sequential: null, early: true });
});

describe('completing @', () => {
  it('finds what stands before the caret, and no address of mail', () => {
    expect(atCaret('ask @crm.get now', 12)).toEqual({ from: 4, written: 'crm.get' });
    expect(atCaret('mail a@crm', 10)).toBeNull();
    expect(atCaret('@', 1)).toEqual({ from: 0, written: '' });
  });

  it('offers first what begins so', () => {
    const all = ['billing.crm_sync', 'crm', 'crm.get'].map((name) => ({ name, words: '' }));
    expect(completions(all, 'crm').map(({ name }) => name)).toEqual(['crm', 'crm.get', 'billing.crm_sync']);
  });
});

describe('the foot of an answer', () => {
  const label = { level: 'public' as const, categories: [] };
  const answer: Answer = {
    text: '', exposure: [], citations: [], unknown_citations: 0, label,
    unseen: { values: 0, results: [], spans: [] }, combined: [], ties: { spans: [], counts: { tied: 0, possible: 0, untied: 0, contradicted: 0 }, limit: '' }, model: 'M', finish: 'stop',
    usage: { input: 0, output: 0 }, timings: { turn_ms: 900, batches_ms: 400, sequential_ms: 3200, first_word_ms: 800 },
  };
  const exposed = (earlier: boolean) => ({ call: 'x', handle: 'c1', mode: { mode: 'full' as const }, earlier });
  const row = { id: 'b', calls: [{ dropped: null }, { dropped: null }], sealed: true, ended: true, elapsedMs: 0, sequentialMs: 0, label };
  const turn = { ...begun('t', '', '', 0), batches: [row] } as never;

  it('says of how many calls the model saw the result', () => {
    expect(drewOn(turn, { ...answer, exposure: [exposed(false), exposed(false)] })).toBe('drew on 2 of 2 calls');
    expect(drewOn(turn, { ...answer, exposure: [exposed(false), exposed(true)] })).toBe('drew on 1 of 2 calls and on 1 earlier result');
    expect(drewOn(begun('t', '', '', 0), answer)).toBe('drew on no call');
  });

  it('says how much of each, what was saved, and what was cut', () => {
    expect(seen({ mode: 'truncated', shown: 60_000, of: 5_400_000 })).toBe('the first 60.0 kB of 5.4 MB');
    expect(saved(answer)).toBe('2.80 s saved');
    expect(cutShort(answer)).toBe('');
    expect(cutShort({ ...answer, finish: 'length' })).toContain('cut short');
  });
});
