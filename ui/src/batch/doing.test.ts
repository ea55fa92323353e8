import { describe, expect, it } from 'vitest';

import type { CallState } from '../state/call';
import { canRetry, goOnWords, retryWarning } from './doing';

const call = (change: Partial<CallState>) =>
  ({ handle: 'c2', tool: 'support.add_note', effect: 'read', outcome: 'failed', failure: 'status', status: 500, startMs: 1, telling: 'id 7', ...change }) as CallState;

describe('making a call again', () => {
  it('is offered where it may give a result', () => {
    for (const outcome of ['failed', 'timed_out', 'cancelled', 'unknown'] as const) expect(canRetry(call({ outcome })), outcome).toBe(true);
    for (const outcome of ['returned', 'refused', null] as const) expect(canRetry(call({ outcome })), `${outcome}`).toBe(false);
    expect(canRetry(call({ failure: 'unknown_tool' }))).toBe(false);
    expect(canRetry(call({ tool: 'tieout.read_result' }))).toBe(false);
  });

  it('warns of a write that is not the same twice, and of nothing else', () => {
    expect(retryWarning(call({}))).toBe('');
    expect(retryWarning(call({ effect: 'idempotent_write', outcome: 'unknown' }))).toBe('');
    expect(retryWarning(call({ effect: 'write', outcome: 'unknown' }))).toContain('may have reached its source');
    expect(retryWarning(call({ effect: 'write', outcome: 'failed' }))).toContain('said that the first one failed');
    expect(retryWarning(call({ effect: 'write', outcome: 'failed', failure: 'interrupted', status: null }))).toContain('may have reached its source');
    expect(retryWarning(call({ effect: 'write', outcome: 'cancelled', startMs: null }))).toContain('never sent before');
  });

  it('asks the model to go on with what there is', () => {
    const of = call({});
    expect(goOnWords(call({ handle: 'c9', outcome: 'returned' }), of)).toBe(
      'I made call c2 (support.add_note) again as c9, and it returned. Please go on with its result.',
    );
    expect(goOnWords(call({ handle: 'c9', outcome: 'failed', telling: 'id 8' }), of)).toContain('with other arguments, as c9; it did not return');
  });
});
