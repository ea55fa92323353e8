import { describe, expect, it } from 'vitest';

import type { Answer, CallDetail, Host, PayloadView, TiedSpan, Ties } from '../ipc/host';
import { countsOf, doubtsOf, drawnOn, foundWords, takenAt, unsettled, usedAt } from '../state/tied';
import { around, excerpt } from './around';
import { footnoted } from './footnotes';
import { elsewhere, onRecord } from './results';

const named = (call: string) => (call === 'call_1' ? { handle: 'c1', tool: 'billing.list_invoices', telling: 'customer 1043' } : null);

function span(text: string, words: string, more: Partial<TiedSpan> = {}): TiedSpan {
  const start = new TextEncoder().encode(text.slice(0, text.indexOf(words))).length;
  const place = { call: 'call_1', pointer: '/items/0/amount', raw: '1204' };
  return { start, end: start + words.length, text: words, status: 'tied', kind: 'exact', places: [place], derivation: null, chance: null, alternatives: 0, cited: null, cite_agrees: null, ...more };
}

function ties(spans: TiedSpan[]): Ties {
  const many = (status: TiedSpan['status']) => spans.filter((one) => one.status === status).length;
  return { spans, counts: { tied: many('tied'), possible: many('possible'), untied: many('untied'), contradicted: many('contradicted') }, limit: '' };
}

const untied: Partial<TiedSpan> = { status: 'untied', kind: null, places: [] };
const answer = (text: string, spans: TiedSpan[]) => ({ text, ties: ties(spans) }) as Answer;

describe('an answer with footnotes', () => {
  it('has a number after each figure, and says of each where it comes from', () => {
    const text = 'Zürich 🏔️: **1,204** EUR, plan 999.';
    expect(footnoted(answer(text, [span(text, '1,204'), span(text, '999', untied)]), named)).toBe(
      'Zürich 🏔️: **1,204[^1]** EUR, plan 999[^2].\n\n' +
        '[^1]: It stands in the result. billing.list_invoices customer 1043 `/items/0/amount` = 1204\n' +
        '[^2]: Untied: no result that the model was shown supports it.\n',
    );
  });

  it('says once what holds of two figures, and nothing where there are none', () => {
    const text = '1204 and 1,204';
    const noted = footnoted(answer(text, [span(text, '1204'), span(text, '1,204')]), named);
    expect(noted.startsWith('1204[^1] and 1,204[^1]\n')).toBe(true);
    expect(footnoted(answer(text, []), named)).toBe(text);
  });

  it('puts the number behind what can hold none', () => {
    const text = '`a 42`, [no 43](https://x.example/43)\n\n```\n44\n```\nend';
    const noted = footnoted(answer(text, ['42', '43', '44'].map((words) => span(text, words, untied))), named);
    expect(noted).toContain('`a 42`[^1], [no 43](https://x.example/43)[^1]');
    expect(noted).toContain('```\n44\n```\n\n[^1]\nend');
  });
});

describe('words', () => {
  it('name the derivation, chance, other places and what the model cites', () => {
    const derivation = { operation: 'difference', expression: '1,204 − 877 = 327', computed: '327' } as const;
    expect(foundWords(span('327', '327', { kind: 'derived', derivation }))).toBe('Computed: 1,204 − 877 = 327');
    expect(doubtsOf(span('50', '50', { status: 'possible', chance: { fit: 3, of: 24 }, alternatives: 2, cited: 'c9', cite_agrees: false }))).toEqual([
      '3 of 24 random numbers fit too: it may be chance.',
      '2 other places hold the same value.',
      'The model cites c9, where it was not found.',
    ]);
  });

  it('count figures, the worst first after those that are tied', () => {
    const spans = [span('1', '1'), span('2', '2', untied), span('3', '3', { status: 'possible' }), span('4', '4', { ...untied, status: 'contradicted' })];
    expect(countsOf(ties(spans)).map(({ words }) => words)).toEqual(['1 figure tied', '1 contradicted', '1 untied', '1 possible']);
    expect(unsettled(spans).map(({ number }) => number)).toEqual([3, 1, 2]);
    expect(countsOf(ties([]))).toEqual([]);
  });

  it('say which calls figures come from, and which of a result was used for what', () => {
    expect(drawnOn(ties([span('1,204', '1,204'), span('9', '9', untied)]))).toEqual(new Map([['call_1', 1]]));
    expect(drawnOn(ties([]))).toBeNull();
    const place = (text: string, pointer: string) => ({ pointer, raw: '1204', text, status: 'tied', kind: 'exact' }) as const;
    const use = (...places: ReturnType<typeof place>[]) => ({ turn: 't', conversation: 'c', seq: 1, at: 1, known: true, places });
    expect(usedAt([use(place('1,204', '/a'), place('1.2k', '/a')), use(place('1,204', '/a'), place('7', '/b'))])).toEqual(
      new Map([['/a', 'used for 1,204, 1.2k'], ['/b', 'used for 7']]),
    );
    const from = { argument: '/id', raw: '7', call: 'call_1', handle: 'c1', pointer: '/items/0/id', others: 2 };
    expect(takenAt([from])).toEqual(new Map([['/id', 'as in c1 /items/0/id, and in 2 other places']]));
  });
});

describe('a value', () => {
  const value = { items: [{ id: 1, amount: 5 }, { id: 2, name: 'Ü', amount: 7, lines: [1] }], sums: [1, 2, 3, 4, 5, 6] };

  it('stands in its row', () => {
    expect(around(value, '/items/1/amount')).toEqual({
      where: 'row 2 of 2 in items',
      rows: [
        { key: 'id', text: '2', here: false },
        { key: 'name', text: 'Ü', here: false },
        { key: 'amount', text: '7', here: true },
      ],
    });
  });

  it('of a list stands among its neighbours', () => {
    expect(around(value, '/sums/5')?.rows.map(({ key, here }) => (here ? `[${key}]` : key))).toEqual(['3', '4', '[5]']);
  });

  it('that is not there has no surroundings', () => {
    expect(around(value, '/items/9/amount')).toBeNull();
    expect(around(7, '')).toBeNull();
  });

  it('of a wide row stands in the middle of what is shown', () => {
    const wide = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`k${at}`, at]));
    expect(around(wide, '/k20')?.rows.map(({ key }) => key)).toEqual(['k17', 'k18', 'k19', 'k20', 'k21', 'k22', 'k23']);
  });

  it('of a text stands among its words', () => {
    expect(excerpt('a total of 7 apples', '7')).toEqual(['a total of ', '7', ' apples']);
    expect(excerpt('a', '7')).toBeNull();
  });
});

describe('results', () => {
  const payload = (text: string, more: Partial<PayloadView> = {}): PayloadView => ({ seq: 1, commitment: 'x', role: 'result', media: 'application/json', size: text.length, text, whole: true, erased: null, ...more });
  const detail = (call: string, payloads: PayloadView[], from: string | null = null) => ({ row: { call, from }, entries: [], payloads }) as unknown as CallDetail;

  it('are read whole, kept, and read again once something was forgotten', async () => {
    let reads = 0;
    const host = {
      call: async (call: string) => ((reads += 1), detail(call, [payload('{"a":', { whole: false })])),
      payload: async () => payload('{"a":1}'),
    } as unknown as Host;
    expect((await onRecord(host, 0)('call_1'))?.json).toEqual({ value: { a: 1 } });
    await onRecord(host, 0)('call_1');
    expect(reads).toBe(1);
    await onRecord(host, 1)('call_1');
    expect(reads).toBe(2);
  });

  it('that could not be read are tried again', async () => {
    let fails = true;
    const host = { call: async (call: string) => (fails ? Promise.reject(new Error('no')) : detail(call, [])) } as unknown as Host;
    await expect(onRecord(host, 0)('call_1')).rejects.toThrow('no');
    fails = false;
    expect((await onRecord(host, 0)('call_1'))?.payload).toBeNull();
  });

  it('of a call that shares a request are the other’s', async () => {
    const calls: Record<string, CallDetail> = { a: detail('a', [payload('[5]')]), b: detail('b', [], 'a') };
    const result = await elsewhere(async (call) => calls[call] ?? null)('b');
    expect([result?.detail.row.call, result?.json]).toEqual(['b', { value: [5] }]);
  });

  it('that were erased are not there', async () => {
    const result = await elsewhere(async (call) => detail(call, [payload('', { erased: 9 })]))('a');
    expect(result?.payload).toBeNull();
  });
});
