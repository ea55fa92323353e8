import { describe, expect, it } from 'vitest';

import type { CallState } from './call';
import type { BatchState } from './turn';
import { axisOf, partsOf, sorted, ticksFor, type Part } from './waterfall';

function call(change: Partial<CallState>): CallState {
  return {
    id: 'a', position: 0, handle: 'c1', tool: 'crm.get', effect: 'read', telling: '', label: { level: 'public', categories: [] },
    phase: 'waiting', readyMs: 100, startMs: null, endMs: null, waits: [], attempts: [], requests: 0, verdict: null, reason: '',
    approved: null, edited: false, outcome: null, failure: null, status: null, words: '', size: 0, tookMs: 0, early: false, from: null,
    phases: null, made: null, retryOf: null, dropped: null, pending: false, ...change,
  };
}

function batch(calls: CallState[], change: Partial<BatchState> = {}): BatchState {
  return {
    id: 'b', calls, sealed: true, sealedMs: null, ended: false, elapsedMs: 0, sequentialMs: 0, savedMs: 0, requests: 0,
    label: { level: 'public', categories: [] }, ...change,
  };
}

describe('the axis', () => {
  it('grows with now while calls run, and stands still after', () => {
    const running = batch([call({ startMs: 120, phase: 'running' })]);
    expect(axisOf(running, 300)).toMatchObject({ from: 100, to: 300 });
    const ended = batch([call({ startMs: 120, endMs: 200, phase: 'ended' })], { ended: true });
    expect(axisOf(ended, 9000)).toMatchObject({ from: 100, to: 200 });
  });

  it('reaches to the end of the model’s message, though every call ended before', () => {
    const early = batch([call({ startMs: 120, endMs: 200, phase: 'ended', early: true })], { ended: true, sealedMs: 450 });
    expect(axisOf(early, 0).to).toBe(450);
  });

  it('has no length of nothing', () => {
    const axis = axisOf(batch([]), 0);
    expect(axis.to).toBeGreaterThan(axis.from);
  });

  it('is marked at round numbers', () => {
    expect(ticksFor(412)).toEqual([200, 400]);
    expect(ticksFor(3900)).toEqual([1000, 2000, 3000]);
    expect(ticksFor(0)).toEqual([]);
  });
});

describe('a bar', () => {
  const axis = { from: 100, to: 200, ticks: [] };
  const ended = { phase: 'ended', outcome: 'returned' } as const;
  const tell = (parts: Part[]) =>
    parts.map(({ kind, from, to, beside }) => `${kind} ${Math.round(from * 100)}-${Math.round(to * 100)}${beside ? ' beside' : ''}`);
  const check = (change: Partial<CallState>, now = 200) => tell(partsOf(call(change), axis, now));
  const again = { waiting: { for: 'again', attempt: 2, ms: 20 } } as const;

  it('only waits until its bytes leave, and grows', () => {
    expect(check({}, 150)).toEqual(['wait 0-50']);
    expect(check({ phase: 'running', startMs: 120, attempts: [{ attempt: 1, fromMs: 120, toMs: null, words: '' }] }, 180)).toEqual(['wait 0-20', 'running 20-80']);
  });

  it('tells carrying the answer over from waiting for it', () => {
    const phases = { name: 0, connect: 0, tls: 0, answer: 30_000, body: 20_000, reused: true };
    expect(check({ ...ended, startMs: 120, endMs: 170, phases })).toEqual(['wait 0-20', 'answer 20-50', 'body 50-70']);
  });

  it('of the record is one piece, since the record keeps no times of attempts', () => {
    expect(check({ ...ended, startMs: 120, endMs: 170, requests: 3 })).toEqual(['wait 0-20', 'answer 20-70']);
  });

  it('shows each attempt, and the wait between two', () => {
    const attempts = [
      { attempt: 1, fromMs: 110, toMs: 130, words: '503' },
      { attempt: 2, fromMs: 150, toMs: 190, words: '' },
    ];
    const waits = [{ ...again, fromMs: 130, toMs: 150 }];
    expect(check({ ...ended, startMs: 110, endMs: 190, attempts, waits })).toEqual(['wait 0-10', 'failed 10-30', 'wait 30-50', 'answer 50-90']);
  });

  it('puts a second request beside the first that is still under way', () => {
    const attempts = [
      { attempt: 1, fromMs: 100, toMs: null, words: '' },
      { attempt: 2, fromMs: 150, toMs: null, words: '' },
    ];
    expect(check({ phase: 'running', startMs: 100, attempts }, 180)).toEqual(['running 0-80', 'running 50-80 beside']);
  });

  it('without a request of its own is shared, from when it is known', () => {
    const same = { waiting: { for: 'same', call: 'x', handle: 'c3' }, fromMs: 110, toMs: null } as const;
    expect(check({ waits: [same] }, 160)).toEqual(['shared 0-60']);
    expect(check({ ...ended, endMs: 180, from: 'x' })).toEqual(['shared 0-80']);
  });
});

it('rows are sorted, and equal ones keep the model’s order', () => {
  const rows = [call({ id: 'a', position: 0, tookMs: 5 }), call({ id: 'b', position: 1, tookMs: 9 }), call({ id: 'c', position: 2, tookMs: 9 })];
  expect(sorted(rows, 'length').map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  expect(sorted(rows, 'start').map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});
