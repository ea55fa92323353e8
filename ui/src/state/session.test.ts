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
    await thread.ask('What does the support team earn on average?', null);
    await conversations.load();
    const [row] = conversations.rows;
    await vi.waitFor(() => expect(thread.turns[0]?.batches.length).toBeGreaterThan(0), { interval: 2 });
    expect([thread.running !== null, row?.label.level]).toEqual([true, 'public']);
    expect(row && conversations.labelOf(row).level).toBe('restricted');
    await vi.waitFor(() => expect(thread.running).toBeNull());
  });
});
