import { describe, expect, it } from 'vitest';

import type { CallRow, Label, TurnView } from '../../ipc/host';
import { broughtBy, graphOf } from './graph';

function call(id: string, tool: string, label: Label = { level: 'internal', categories: [] }): CallRow {
  return { call: id, tool, telling: `id ${id}`, label } as CallRow;
}

function turn(calls: CallRow[], cited: string[] = [], earlier: string[] = []): TurnView {
  const exposure = earlier.map((id) => ({ call: id, handle: id, mode: { mode: 'full' }, earlier: true }));
  const citations = cited.map((id) => ({ at: 0, call: id, handle: id }));
  return { batches: [{ calls }], retries: [], answer: { citations, exposure } } as unknown as TurnView;
}

describe('the graph of an answer', () => {
  it('leads from the answer over its calls to their sources', () => {
    const { calls, sources, edges, rows } = graphOf(turn([call('a', 'crm.get'), call('b', 'billing.list'), call('c', 'crm.get')], ['b']));
    expect(calls.map(({ words, more, row }) => [words, more, row])).toEqual([
      ['crm.get', 'id a', 0],
      ['billing.list', 'id b', 1],
      ['crm.get', 'id c', 2],
    ]);
    expect(sources.map(({ words, more }) => [words, more])).toEqual([['billing', '1 calls'], ['crm', '2 calls']]);
    expect(edges.filter(({ cited }) => cited).map(({ call, source }) => [call, source])).toEqual([['b', null], ['b', 'billing']]);
    expect(rows).toBe(3);
  });

  it('is strong where figures come from, and says how many and with which label', () => {
    const secret = { level: 'restricted', categories: [] } as Label;
    const { calls, sources, edges } = graphOf(turn([call('a', 'crm.get'), call('b', 'crm.get', secret)], ['a']), new Map([['b', 3]]));
    expect(calls.map(({ figures, label }) => [figures, label?.level])).toEqual([[0, 'internal'], [3, 'restricted']]);
    expect(sources.map(({ figures, label }) => [figures, label?.level])).toEqual([[3, 'restricted']]);
    expect(edges.filter(({ drawn }) => drawn).map(({ call, source }) => [call, source])).toEqual([['b', null], ['b', 'crm']]);
  });

  it('puts the calls of a tool together when there are many', () => {
    const { calls, edges } = graphOf(turn(Array.from({ length: 60 }, (_, at) => call(`c${at}`, at % 2 ? 'crm.get' : 'crm.search'))));
    expect(calls.map(({ words, more, call }) => [words, more, call])).toEqual([
      ['crm.search', '30 calls', null],
      ['crm.get', '30 calls', null],
    ]);
    expect(edges).toHaveLength(4);
  });

  it('shows what came from an earlier turn, and stands without any call', () => {
    expect(graphOf(turn([], [], ['c3'])).calls).toMatchObject([{ words: 'c3', more: 'from an earlier turn', call: 'c3' }]);
    expect(graphOf(turn([]))).toEqual({ calls: [], sources: [], edges: [], rows: 1 });
  });
});

it('a label says which tools bring its level and its categories', () => {
  const people = call('a', 'people.find', { level: 'restricted', categories: ['identity', 'financial'] });
  const crm = { level: 'internal', categories: ['identity'] } as Label;
  expect(broughtBy(turn([people, call('b', 'crm.get', crm), call('c', 'crm.get', crm)]))).toEqual([
    { what: 'restricted', by: ['people.find'] },
    { what: 'identity', by: ['people.find', 'crm.get ×2'] },
    { what: 'financial', by: ['people.find'] },
  ]);
  expect(broughtBy(turn([]))).toEqual([]);
});
