import { describe, expect, it } from 'vitest';

import { NOTHING_SPENT } from '../ipc/fake/supply';
import type { CallRow, Happening, RunEvent, ToolCall } from '../ipc/host';
import { waitOf } from './call';
import { answered, begun, callsOf, fold, fromView, released, retriesOf, withRetry, type TurnState } from './turn';

const LABEL = { level: 'internal', categories: [] } as const;

function call(id: string, position: number): ToolCall {
  return {
    id, batch: null, position, handle: `c${position + 1}`, asked_as: id, asked_for: 'crm__get', tool: 'crm.get',
    tool_version: '', effect: 'read', label: { ...LABEL, categories: [] }, arguments: '{}', telling: `id ${position}`,
  };
}

const ENDED = { failure: null, status: 200, words: '', size: 2, took_ms: 30, label: { level: 'internal' as const, categories: [] }, made: null, from: null, phases: null };

/** Folds what happened, ten milliseconds apart. */
function run(...what: Happening[]): TurnState {
  return what.reduce(
    (turn, happening, at) => fold(turn, { turn: 'turn_1', ms: at * 10, ...happening } as RunEvent),
    begun('turn_1', 'Why?', '', 0),
  );
}

const two: Happening[] = [
  { type: 'turn_started', conversation: 'conv_1', question: 'Why?', model: 'M' },
  { type: 'model_called', step: 1 },
  { type: 'call_ready', call: call('a', 0) },
  { type: 'dispatched', call: 'a', attempt: 1 },
  { type: 'call_ready', call: call('b', 1) },
];

describe('a turn from its events', () => {
  it('runs a call before the message that asked for it is complete', () => {
    const turn = run(...two);
    expect(turn.batches).toHaveLength(1);
    expect(turn.batches[0]).toMatchObject({ sealed: false });
    expect(callsOf(turn).map(({ id, phase }) => [id, phase])).toEqual([['a', 'running'], ['b', 'waiting']]);
    expect(callsOf(turn)[0]).toMatchObject({ readyMs: 20, startMs: 30, endMs: null });
  });

  it('keeps the first dispatch as the start when a call is tried again', () => {
    const turn = run(...two, { type: 'dispatched', call: 'a', attempt: 2 });
    expect(callsOf(turn)[0]).toMatchObject({ startMs: 30, requests: 2 });
  });

  it('waits for a busy model, and thinks again once it is asked', () => {
    const busy: Happening = { type: 'model_waits', attempt: 2, failure: 'rate_limited', words: 'Slow down.', wait_ms: 5000 };
    const waiting = run(...two.slice(0, 2), { type: 'text_delta', text: 'Half' }, busy);
    expect(waiting).toMatchObject({ phase: 'thinking', text: '', again: { attempt: 2, failure: 'rate_limited', dueMs: 5030 } });
    const asked = run(...two.slice(0, 2), busy, { type: 'shortened', results: 3 }, { type: 'model_called', step: 1 });
    expect(asked).toMatchObject({ phase: 'thinking', again: null, shortened: 3 });
  });

  it('knows an early start from one after the message', () => {
    const started: Happening = { type: 'batch_started', batch: 'batch_1', calls: ['a', 'b'], label: LABEL as never };
    const turn = run(...two, started, { type: 'dispatched', call: 'b', attempt: 1 });
    expect(callsOf(turn).map(({ early }) => early)).toEqual([true, false]);
    expect(turn.batches[0]).toMatchObject({ sealedMs: 50 });
  });

  it('keeps what a call waited for, one thing after the other, until it is sent', () => {
    const rate = { for: 'rate', source: 'crm', milli_per_second: 1000, ms: 20 } as const;
    const order = { for: 'order', call: 'a', handle: 'c1' } as const;
    const waiting = run(...two, { type: 'waits', call: 'b', waiting: order }, { type: 'waits', call: 'b', waiting: rate });
    const [, b] = callsOf(waiting);
    expect(b && waitOf(b)).toMatchObject({ fromMs: 60, waiting: rate });
    const sent = fold(waiting, { turn: 'turn_1', ms: 90, type: 'dispatched', call: 'b', attempt: 1 });
    expect(callsOf(sent)[1]?.waits.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([[50, 60], [60, 90]]);
    const [, after] = callsOf(sent);
    expect(after && waitOf(after)).toBeNull();
  });

  it('tells the attempts apart, though two are under way at once', () => {
    const turn = run(
      ...two,
      { type: 'dispatched', call: 'a', attempt: 2 },
      { type: 'attempt_ended', call: 'a', attempt: 2, words: '503', took_ms: 4 },
      { type: 'call_ended', call: 'a', outcome: 'returned', ...ENDED, took_ms: 50 },
    );
    expect(callsOf(turn)[0]).toMatchObject({
      requests: 2,
      endMs: 80,
      attempts: [
        { attempt: 1, fromMs: 30, toMs: 80, words: '' },
        { attempt: 2, fromMs: 50, toMs: 54, words: '503' },
      ],
    });
  });

  it('counts what a shared call took from', () => {
    const turn = run(...two, { type: 'call_ended', call: 'b', outcome: 'returned', ...ENDED, took_ms: 0, from: 'a' });
    expect(callsOf(turn)[1]).toMatchObject({ from: 'a', startMs: null, endMs: 50 });
  });

  it('holds a batch until a person lets it go', () => {
    const held = run(
      ...two,
      { type: 'batch_started', batch: 'batch_1', calls: ['a', 'b'], label: LABEL as never },
      { type: 'batch_held', batch: 'batch_1', calls: 2, limit: 1, tools: [{ name: 'crm.get', count: 2 }] },
    );
    expect(held).toMatchObject({ phase: 'asking', held: { calls: 2, limit: 1 } });
    // What had started early may end while it is held.
    const still = fold(held, { turn: 'turn_1', ms: 99, type: 'call_ended', call: 'a', outcome: 'returned', ...ENDED });
    expect(still.held).not.toBeNull();
    expect(released(still)).toMatchObject({ phase: 'calling', held: null });
  });

  it('keeps what a broken message had started apart from the next message', () => {
    const turn = run(
      ...two,
      { type: 'call_dropped', call: 'a', why: 'length' },
      { type: 'model_called', step: 2 },
      { type: 'call_ready', call: call('c', 0) },
    );
    expect(turn.batches.map(({ calls, ended }) => [calls.length, ended])).toEqual([[2, true], [1, false]]);
    expect(callsOf(turn)[0]).toMatchObject({ dropped: 'length' });
  });

  it('says of a call that it was left behind', () => {
    expect(callsOf(run(...two, { type: 'pending', call: 'a' }))[0]).toMatchObject({ pending: true, phase: 'running' });
  });

  it('seals the batch under its own id and in the model’s order', () => {
    const turn = run(...two, { type: 'batch_started', batch: 'batch_1', calls: ['b', 'a'], label: { level: 'restricted', categories: [] } });
    expect(turn.batches[0]).toMatchObject({ id: 'batch_1', sealed: true, label: { level: 'restricted' } });
    expect(callsOf(turn).map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('leaves a call that nothing happened to as it was', () => {
    const before = run(...two);
    const after = fold(before, { turn: 'turn_1', ms: 99, type: 'call_ended', call: 'a', outcome: 'returned', ...ENDED });
    expect(callsOf(after)[0]).not.toBe(callsOf(before)[0]);
    expect(callsOf(after)[0]).toMatchObject({ startMs: 30, endMs: 60, tookMs: 30 });
    expect(callsOf(after)[1]).toBe(callsOf(before)[1]);
  });

  it('asks a person, and asks no longer what was answered or sent', () => {
    const decision = { verdict: 'ask', rule: 'r', reason: 'It writes.' } as const;
    const asks = ['a', 'b'].map((id) => ({ call: id, request: 'POST /', arguments: '{}', decision }));
    const asking = run(
      ...two.filter(({ type }) => type !== 'dispatched'),
      { type: 'batch_started', batch: 'batch_1', calls: ['a', 'b'], label: LABEL as never },
      { type: 'approval_asked', batch: 'batch_1', asks },
    );
    expect(asking.phase).toBe('asking');
    expect(callsOf(asking).map(({ phase }) => phase)).toEqual(['asked', 'asked']);
    const half = answered(asking, [{ call: 'a', approval: { verdict: 'allowed' } }]);
    expect(half.asks.map((ask) => ask.call)).toEqual(['b']);
    expect(half.phase).toBe('asking');
    const refused = fold(half, { turn: 'turn_1', ms: 99, type: 'call_ended', call: 'b', outcome: 'refused', ...ENDED });
    expect(refused).toMatchObject({ asks: [], phase: 'calling' });
    expect(callsOf(refused)[1]).toMatchObject({ approved: false });
  });

  it('begins a second batch once the first is sealed', () => {
    const turn = run(
      ...two,
      { type: 'batch_started', batch: 'batch_1', calls: ['a', 'b'], label: LABEL as never },
      { type: 'batch_ended', batch: 'batch_1', elapsed_ms: 40, sequential_ms: 70, saved_ms: 12, requests: 2, label: LABEL as never },
      { type: 'model_called', step: 2 },
      { type: 'call_ready', call: call('c', 0) },
    );
    expect(turn.batches.map(({ calls }) => calls.length)).toEqual([2, 1]);
    expect(turn.batches[0]).toMatchObject({ ended: true, elapsedMs: 40, sequentialMs: 70, savedMs: 12, requests: 2 });
  });

  it('drops what a model said before it asked for calls again', () => {
    const turn = run(...two.slice(0, 2), { type: 'text_delta', text: 'Let me look.' }, { type: 'model_called', step: 2 });
    expect(turn.text).toBe('');
  });

  it('ends once: what comes after changes nothing', () => {
    const turn = run(
      ...two.slice(0, 2),
      { type: 'turn_ended', stopped: 'model', failure: 'key_refused', words: '401', usage: { input: 1, output: 0 } },
      { type: 'text_delta', text: 'late' },
    );
    expect(turn).toMatchObject({ phase: 'ended', stopped: 'model', failure: 'key_refused', words: '401', text: '' });
  });

  it('does not listen to another turn, nor fail over what it does not know', () => {
    const turn = run(...two);
    expect(fold(turn, { turn: 'turn_2', ms: 1, type: 'text_delta', text: 'x' })).toBe(turn);
    expect(fold(turn, { turn: 'turn_1', ms: 1, type: 'from_the_future' } as never)).toMatchObject({ text: '' });
  });
});

describe('a turn from the record', () => {
  const row: CallRow = {
    call: 'a', seq: 4, at: 1_000_000, conversation: 'conv_1', turn: 'turn_1', batch: 'batch_1', position: 0, handle: 'c1',
    tool: 'crm.get', effect: 'read', telling: 'id 7', label: { level: 'internal', categories: [] }, made: null, verdict: 'allow', approved: null,
    sent_at: 1_010_000, outcome: 'returned', failure: null, status: 200, size: 2, took_ms: 40, attempts: 1, early: false, from: null,
    retry_of: null, edited: false, dropped: null,
  };

  it('has the shape that its events would have given', () => {
    const turn = fromView({
      id: 'turn_1', question: 'Why?', at: 900_000, answer: null, stopped: 'crashed', words: 'The program ended.', shortened: 2, retries: [], spent: NOTHING_SPENT,
      batches: [{ id: 'batch_1', calls: [row], elapsed_ms: 40, sequential_ms: 40, label: row.label }],
    });
    expect(turn).toMatchObject({ phase: 'ended', stopped: 'crashed', words: 'The program ended.' });
    expect(callsOf(turn)[0]).toMatchObject({ phase: 'ended', readyMs: 100, startMs: 110, endMs: 150, tookMs: 40 });
  });

  it('knows where the message ended from what did not start early', () => {
    const view = (rows: CallRow[]) =>
      fromView({
        id: 'turn_1', question: '', at: 900_000, answer: null, stopped: 'cancelled', words: '', shortened: 0, retries: [], spent: NOTHING_SPENT,
        batches: [{ id: 'b', calls: rows, elapsed_ms: 0, sequential_ms: 0, label: row.label }],
      }).batches[0]?.sealedMs;
    const early = { ...row, early: true };
    expect(view([early, { ...row, call: 'b', at: 1_200_000 }])).toBe(300);
    expect([view([early]), view([row])]).toEqual([null, null]);
  });

  it('puts a call that was made again under the batch of the one that it replaces', () => {
    const again = { ...row, call: 'x', handle: 'c9', batch: null, retry_of: 'a' };
    const turn = withRetry(
      fromView({
        id: 'turn_1', question: '', at: 900_000, answer: null, stopped: 'cancelled', words: '', shortened: 0, retries: [again], spent: NOTHING_SPENT,
        batches: [
          { id: 'b', calls: [row], elapsed_ms: 0, sequential_ms: 0, label: row.label },
          { id: 'c', calls: [{ ...row, call: 'other' }], elapsed_ms: 0, sequential_ms: 0, label: row.label },
        ],
      }),
      { ...again, call: 'y', retry_of: 'x' },
    );
    expect(turn.batches.map((batch) => retriesOf(turn, batch).map(({ id }) => id))).toEqual([['x', 'y'], []]);
  });

  it('shows a call that was never sent without a start', () => {
    const view = { ...row, sent_at: null, outcome: 'refused' as const, took_ms: 0 };
    const turn = fromView({
      id: 'turn_1', question: '', at: 900_000, answer: null, stopped: 'cancelled', words: '', shortened: 0, retries: [], spent: NOTHING_SPENT,
      batches: [{ id: 'b', calls: [view], elapsed_ms: 0, sequential_ms: 0, label: row.label }],
    });
    expect(callsOf(turn)[0]).toMatchObject({ startMs: null, endMs: 100, outcome: 'refused' });
  });
});
