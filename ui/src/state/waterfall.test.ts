import { describe, expect, it } from 'vitest';

import type { BatchState, CallState } from './turn';
import { axisOf, barOf, sorted, ticksFor } from './waterfall';

function call(change: Partial<CallState>): CallState {
  return {
    id: 'a', position: 0, handle: 'c1', tool: 'crm.get', effect: 'read', telling: '', label: { level: 'public', categories: [] },
    phase: 'waiting', readyMs: 100, startMs: null, endMs: null, attempts: 0, verdict: null, reason: '', approved: null,
    outcome: null, failure: null, status: null, words: '', size: 0, tookMs: 0, ...change,
  };
}

function batch(calls: CallState[], ended = false): BatchState {
  return { id: 'b', calls, sealed: true, ended, elapsedMs: 0, sequentialMs: 0, label: { level: 'public', categories: [] } };
}

describe('the axis', () => {
  it('grows with now while calls run, and stands still after', () => {
    const running = batch([call({ startMs: 120, phase: 'running' })]);
    expect(axisOf(running, 300)).toMatchObject({ from: 100, to: 300 });
    const ended = batch([call({ startMs: 120, endMs: 200, phase: 'ended' })], true);
    expect(axisOf(ended, 9000)).toMatchObject({ from: 100, to: 200 });
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
  it('waits, then runs', () => {
    expect(barOf(call({ startMs: 120, endMs: 170 }), axis, 0)).toEqual({ wait: { from: 0, to: 0.2 }, run: { from: 0.2, to: 0.7 } });
  });

  it('only waits until its bytes leave', () => {
    expect(barOf(call({}), axis, 150)).toEqual({ wait: { from: 0, to: 0.5 }, run: null });
  });
});

it('rows are sorted, and equal ones keep the model’s order', () => {
  const rows = [call({ id: 'a', position: 0, tookMs: 5 }), call({ id: 'b', position: 1, tookMs: 9 }), call({ id: 'c', position: 2, tookMs: 9 })];
  expect(sorted(rows, 'length').map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  expect(sorted(rows, 'start').map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});
