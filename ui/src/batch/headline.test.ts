import { expect, it } from 'vitest';

import type { BatchState, CallState } from '../state/turn';
import { alikeOf, headline, outcomesLine, saving } from './headline';

const label = { level: 'public' as const, categories: [] };

function call(change: Partial<CallState>): CallState {
  return {
    id: 'a', position: 0, handle: 'c1', tool: 'crm.get', effect: 'read', telling: '', label, phase: 'ended', readyMs: 0, startMs: 1,
    endMs: 2, waits: [], attempts: [], requests: 1, verdict: 'allow', reason: '', approved: null, edited: false, outcome: 'returned',
    failure: null, status: 200, words: '', size: 0, tookMs: 1, early: false, from: null, phases: null, made: null, retryOf: null, dropped: null,
    pending: false, ...change,
  };
}

function batch(calls: CallState[], change: Partial<BatchState> = {}): BatchState {
  return {
    id: 'b', calls, sealed: true, sealedMs: null, ended: true, elapsedMs: 410, sequentialMs: 3200, savedMs: 0, requests: 0, label,
    ...change,
  };
}

it('counts calls and sources; a tool that no source has is of none', () => {
  const calls = [call({}), call({ tool: 'billing.list' }), call({ tool: 'nowhere' })];
  expect(headline(batch(calls))).toBe('3 calls · 2 sources');
  expect(headline(batch([...calls, call({ phase: 'running', outcome: null })], { ended: false }))).toBe('4 calls · 2 sources · 3 ended');
});

it('counts as waiting what stands still, before its first request and between two', () => {
  const wait = [{ fromMs: 5, toMs: null, waiting: { for: 'source' as const, source: 'crm', in_flight: 3 } }];
  const open = { phase: 'running' as const, outcome: null, endMs: null };
  const ended = { attempt: 1, fromMs: 1, toMs: 4, words: 'crm answered 503' };
  const calls = [
    call({ ...open, phase: 'waiting', startMs: null, waits: wait }),
    call({ ...open, waits: wait, attempts: [ended] }),
    // A second request waits for its place beside the first, which is under way.
    call({ ...open, waits: wait, attempts: [{ ...ended, toMs: null, words: '' }] }),
  ];
  expect(headline(batch(calls, { ended: false }))).toBe('3 calls · 1 source · 0 ended · 2 waiting');
});

it('says no ratio of a time that has the model’s writing in it', () => {
  expect(saving(batch([call({ early: true })], { savedMs: 120 }))).toBe('410 ms — 3.20 s one after another · 120 ms saved by early start');
});

it('says what running together saved, and nothing where it saved nothing', () => {
  expect(saving(batch([call({})]))).toBe('410 ms — 3.20 s one after another (7.8×)');
  expect(saving(batch([call({})], { sequentialMs: 410 }))).toBe('410 ms');
  expect(saving(batch([call({ startMs: null, outcome: 'refused' })]))).toBe('nothing was sent');
});

it('counts requests once the batch ended, and says what early starts saved', () => {
  expect(saving(batch([call({}), call({ from: 'a' })], { requests: 1, sequentialMs: 410 }))).toBe('410 ms · 1 request');
  expect(saving(batch([call({})], { savedMs: 120, requests: 1 }))).toBe(
    '410 ms — 3.20 s one after another (7.8×) · 120 ms saved by early start · 1 request',
  );
  const waits = [{ fromMs: 0, toMs: null, waiting: { for: 'everything', in_flight: 1 } }] as const;
  const waiting = call({ phase: 'waiting', outcome: null, startMs: null, waits });
  expect(headline(batch([call({}), waiting], { ended: false }))).toBe('2 calls · 1 source · 1 ended · 1 waiting');
});

it('says one reason once, where three or more calls share it', () => {
  const refused = (id: string) => call({ id, outcome: 'refused', words: 'Too many.' });
  expect(alikeOf([call({}), refused('a'), refused('b')])).toEqual([]);
  expect(alikeOf([call({}), refused('a'), refused('b'), refused('c'), call({ outcome: 'failed', words: 'Other.' })])).toHaveLength(3);
});

it('names no length of time for what a crash left open', () => {
  const open = call({ outcome: 'unknown', tookMs: 0 });
  expect(saving(batch([open, call({ startMs: null, outcome: 'cancelled' })], { elapsedMs: 0 }))).toBe('cut short');
  expect(saving(batch([open, call({})], { sequentialMs: 410 }))).toBe('410 ms');
});

it('sums up how the calls ended', () => {
  expect(outcomesLine(batch([call({}), call({ outcome: 'timed_out' }), call({})]))).toBe('2 returned · 1 timed out');
});
