import { describe, expect, it } from 'vitest';

import type { Phases, Waiting } from '../ipc/host';
import type { CallState } from './call';
import { linesOf, rateWords, seconds, sharedWords, waitingRow, waitingWords, waitsAt } from './waits';

function call(change: Partial<CallState>): CallState {
  return {
    id: 'a', position: 0, handle: 'c1', tool: 'crm.get', effect: 'read', telling: '', label: { level: 'public', categories: [] },
    phase: 'ended', readyMs: 100, startMs: 120, endMs: 300, waits: [], attempts: [], requests: 1, verdict: null, reason: '',
    approved: null, edited: false, outcome: 'returned', failure: null, status: null, words: '', size: 0, tookMs: 0, early: false,
    from: null, phases: null, made: null, retryOf: null, dropped: null, pending: false, ...change,
  };
}

const EVERY: Record<Waiting['for'], [Waiting, string, string | null]> = {
  resource: [{ for: 'resource', call: 'x', handle: 'c2', resource: '/crm/customers/7' }, 'waits for c2, both touch /crm/customers/7', null],
  order: [{ for: 'order', call: 'x', handle: 'c2' }, 'waits its turn after c2', null],
  same: [{ for: 'same', call: 'x', handle: 'c3' }, 'same request as c3', null],
  result: [{ for: 'result', call: 'x', handle: 'c3' }, 'waits for c3, whose result it reads', null],
  source: [{ for: 'source', source: 'crm', in_flight: 4 }, '4 calls of crm are under way, the most it allows', 'crm'],
  everything: [{ for: 'everything', in_flight: 128 }, '128 calls are under way, the most that may be', null],
  rate: [{ for: 'rate', source: 'crm', milli_per_second: 20_000, ms: 400 }, 'crm takes 20 requests a second; next in 0.4 s', 'crm'],
  paused: [{ for: 'paused', source: 'crm', ms: 3000, words: '429 with Retry-After: 3' }, 'crm asked to wait 3 s (429 with Retry-After: 3)', 'crm'],
  paused_by_person: [{ for: 'paused_by_person', source: 'crm' }, 'crm is paused by you', 'crm'],
  again: [{ for: 'again', attempt: 2, ms: 400 }, 'second attempt in 0.4 s', null],
};

describe('what a call waits for', () => {
  it.each(Object.values(EVERY))('is said in words: %j', (waiting, words, source) => {
    expect(waitingWords(waiting)).toBe(words);
    expect(waitsAt(waiting)).toBe(source);
  });

  it('goes down where its length is known, and never below nothing', () => {
    const [paused] = EVERY.paused;
    expect(waitingWords(paused, 1200)).toContain('asked to wait 1.8 s');
    expect(waitingWords(paused, 9000)).toContain('asked to wait 0 s');
  });

  it('is said shortly in a row, without a time once that is over', () => {
    const rows = Object.values(EVERY).map(([waiting]) => waitingRow(waiting));
    expect(rows.filter((words) => words.length > 45)).toEqual([]);
    expect(waitingRow(EVERY.source[0])).toBe('crm has 4 calls under way');
    expect(waitingRow(EVERY.everything[0])).toBe('128 calls under way in all');
    expect([waitingRow(EVERY.rate[0]), waitingRow(EVERY.rate[0], 400)]).toEqual(['20 requests a second; next in 0.4 s', '20 requests a second']);
    expect([waitingRow(EVERY.paused[0], 1200), waitingRow(EVERY.paused[0], 9000)]).toEqual(['crm asked to wait; 1.8 s left', 'crm asked to wait']);
  });

  it('is right for one and for many', () => {
    expect(waitingWords({ for: 'source', source: 'crm', in_flight: 1 })).toBe('1 call of crm is under way, the most it allows');
    expect(waitingWords({ for: 'again', attempt: 7, ms: 90 })).toBe('7th attempt in 0.1 s');
    expect([seconds(0), seconds(1540), seconds(12_000), seconds(65_000)]).toEqual(['0 s', '1.5 s', '12.0 s', '1 min 5 s']);
    expect([rateWords(20_000), rateWords(1000), rateWords(2500), rateWords(17)]).toEqual([
      '20 requests a second', '1 request a second', '2.5 requests a second', 'one request in 58.8 s',
    ]);
  });
});

describe('whose result a call has', () => {
  const first = call({ id: 'x', handle: 'c3', endMs: 80 });
  const named = (id: string) => (id === 'x' ? first : undefined);

  it('tells a shared request from one used again, and both from the record', () => {
    expect(sharedWords(call({}), named)).toBe('');
    expect(sharedWords(call({ from: 'x', readyMs: 50 }), named)).toBe('same request as c3');
    expect(sharedWords(call({ from: 'x', readyMs: 90 }), named)).toBe('result of c3, used again');
    expect(sharedWords(call({ from: 'x', tool: 'tieout.read_result' }), named)).toBe('reads c3 from the record');
    expect(sharedWords(call({ from: 'gone' }), named)).toBe('same request as another call');
  });
});

describe('what happened in time', () => {
  const check = (change: Partial<CallState>, now = 500) =>
    linesOf(call(change), now, () => undefined).map(({ words, ms }) => (ms === null ? words : `${ms} ${words}`));

  it('is nothing where the bar says it all', () => {
    expect(check({ attempts: [{ attempt: 1, fromMs: 120, toMs: 300, words: '' }] })).toEqual([]);
  });

  it('is told in order: waits, attempts, the parts of the last', () => {
    const phases: Phases = { name: 0, connect: 0, tls: 0, answer: 90_000, body: 10_000, reused: true };
    expect(
      check({
        phases,
        waits: [
          { fromMs: 100, toMs: 120, waiting: EVERY.source[0] },
          { fromMs: 180, toMs: 200, waiting: EVERY.again[0] },
        ],
        attempts: [
          { attempt: 1, fromMs: 120, toMs: 180, words: 'crm answered 503' },
          { attempt: 2, fromMs: 200, toMs: 300, words: '' },
        ],
      }),
    ).toEqual([
      '20 waited while 4 calls of crm were under way',
      '60 attempt 1: crm answered 503',
      '20 waited before the second attempt',
      '100 attempt 2',
      '90 waiting for the answer',
      '10 carrying it over',
    ]);
  });

  it('goes on while it lasts', () => {
    const waiting = call({ phase: 'waiting', startMs: null, endMs: null, outcome: null, waits: [{ fromMs: 100, toMs: null, waiting: EVERY.paused[0] }] });
    expect(linesOf(waiting, 600, () => undefined)).toEqual([{ words: 'crm asked to wait 2.5 s (429 with Retry-After: 3)', ms: 500 }]);
  });

  it('says what the record keeps: how many attempts, that it was early, that a person changed it', () => {
    expect(check({ requests: 3, early: true, edited: true })).toEqual([
      'started while the model still wrote',
      '3 attempts',
      'with arguments that a person changed',
    ]);
  });
});
