import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { fakeHost } from '../ipc/fake';
import type { TrailChanged } from '../ipc/host';
import { Conversations } from './conversations.svelte';
import { SessionState } from './session.svelte';

describe('the session', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is read again while the trail grows, at most every two seconds, for as long as somebody looks', async () => {
    const host = fakeHost({ past: false });
    const on = new Set<(change: TrailChanged) => void>();
    host.onTrailChanged = (listener) => {
      on.add(listener);
      return () => on.delete(listener);
    };
    const read = vi.spyOn(host, 'session');
    const grow = () => on.forEach((listener) => listener({ entries: 1 }));
    const session = new SessionState(host);
    const end = session.follow();
    expect(read).toHaveBeenCalledTimes(1);
    for (let times = 0; times < 5; times += 1) grow();
    expect(read).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(read).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(read).toHaveBeenCalledTimes(2);
    grow();
    expect(read).toHaveBeenCalledTimes(3);
    grow();
    end();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('says where keys are', async () => {
    const session = new SessionState(fakeHost({ past: false }));
    await session.load();
    expect(session.keyPlace).toBe('memory');
  });
});

describe('conversations', () => {
  it('have the label of what runs before the answer is on record', async () => {
    const conversations = new Conversations(fakeHost({ past: false, speed: 20 }));
    const thread = conversations.current;
    // Its calls run until they are stopped: what runs goes on however late we look.
    await thread.ask('What does the support team earn? Take it slowly.', null);
    await conversations.load();
    const [row] = conversations.rows;
    await vi.waitFor(() => expect(thread.turns[0]?.batches.length).toBeGreaterThan(0), { interval: 2 });
    expect([thread.running !== null, row?.label.level]).toEqual([true, 'public']);
    expect(row && conversations.labelOf(row).level).toBe('restricted');
    await thread.stop();
    await vi.waitFor(() => expect(thread.running).toBeNull());
  });

  it('keep what was chosen before they began, and ask so', async () => {
    const host = fakeHost({ past: false, speed: 50 });
    const asked = vi.spyOn(host, 'ask');
    const conversations = new Conversations(host);
    const thread = conversations.current;
    await thread.choose({ sequential: true, early: null });
    await thread.ask('What does the support team earn on average?', null);
    expect(asked.mock.calls[0]?.[0]).toMatchObject({ sequential: true, early: null });
    await vi.waitFor(() => expect(thread.running).toBeNull(), { timeout: 5000 });
    expect(thread.id && (await host.conversationSettings(thread.id))).toEqual({ sequential: true, early: null });
    const [first, second] = thread.turns[0]?.batches[0]?.calls ?? [];
    expect(second?.startMs).toBeGreaterThanOrEqual(first?.endMs ?? Infinity);
  });

  it('forget what was asked and answered when a review closes it, and have it back after', async () => {
    const host = fakeHost({ past: false, speed: 50 });
    const conversations = new Conversations(host);
    await conversations.current.ask('What does the support team earn on average?', null);
    await vi.waitFor(() => expect(conversations.current.running).toBeNull(), { timeout: 5000 });
    const shown = () => [conversations.rows[0]?.title, conversations.current.turns[0]?.question];
    const forgets = async () => {
      await conversations.forget();
      await vi.waitFor(() => expect(conversations.current.turns.length).toBe(1));
    };
    await host.reviewStart();
    await forgets();
    expect(shown()).toEqual(['', '']);
    await host.reviewEnd();
    await forgets();
    expect(shown()[1]).toBe('What does the support team earn on average?');
  });

  it('show a call that was made again under its turn, and again after it was read from the record', async () => {
    const host = fakeHost({ past: false, speed: 50 });
    const thread = new Conversations(host).current;
    await thread.ask('Have the payments of Aldergate and Bramble arrived?', null);
    await vi.waitFor(() => expect(thread.running?.asks.length).toBe(1), { timeout: 5000 });
    const ask = thread.running?.asks[0]?.call ?? '';
    await thread.approve([{ call: ask, approval: { verdict: 'edited', arguments: '{"id":4711,"text":"Other."}' } }]);
    await vi.waitFor(() => expect(thread.running).toBeNull(), { timeout: 5000 });
    const failed = thread.turns[0]?.batches[0]?.calls.find(({ outcome }) => outcome === 'failed');
    const making = thread.retry(failed?.id ?? '', null);
    expect([...thread.retrying]).toEqual([failed?.id]);
    await making;
    expect([...thread.retrying]).toEqual([]);
    expect(thread.turns[0]?.retries).toMatchObject([{ retryOf: failed?.id, outcome: 'returned', handle: 'c4' }]);
    const read = new Conversations(host);
    read.open(thread.id);
    await vi.waitFor(() => expect(read.current.turns.length).toBe(1));
    expect(read.current.turns[0]?.retries).toMatchObject([{ retryOf: failed?.id }]);
    expect(read.current.turns[0]?.batches[0]?.calls.find(({ id }) => id === ask)).toMatchObject({ edited: true });
  });
});
