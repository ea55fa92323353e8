import { expect, it } from 'vitest';

import type { DaySpent } from '../../ipc/host';
import { byDay, byModel } from './spending';

const spent = (at: number, model: string, cost: number, input: number): DaySpent => ({
  at,
  model,
  spent: { requests: 1, failures: 0, usage: { input, output: 0 }, cost, unpriced: cost === 0 ? 1 : 0, took_ms: 5 },
});
const ALL = [spent(1, 'a', 10, 100), spent(2, 'a', 30, 100), spent(2, 'b', 60, 10)];

it('spending is added up by day, newest first, and by model, dearest first', () => {
  const words = (at: number) => `day ${at}`;
  expect(byDay(ALL, words).map(({ name, spent, share }) => [name, spent.cost, spent.requests, share])).toEqual([['day 2', 90, 2, 1], ['day 1', 10, 1, 1 / 9]]);
  expect(byModel(ALL).map(({ name, spent, share }) => [name, spent.cost, share])).toEqual([['b', 60, 1], ['a', 40, 2 / 3]]);
  expect(byModel([])).toEqual([]);
});

it('where nothing has a price, tokens say which is most', () => {
  expect(byModel([spent(1, 'a', 0, 50), spent(1, 'b', 0, 100)]).map(({ name, share }) => [name, share])).toEqual([['b', 1], ['a', 0.5]]);
});
