import { describe, expect, it } from 'vitest';

import type { Spent } from '../ipc/host';
import { costWords, dollars, spentWords, total } from './spent';

const SPENT: Spent = { requests: 1, failures: 0, usage: { input: 1204, output: 310 }, cost: 4200, unpriced: 0, took_ms: 900 };

describe('what requests cost', () => {
  it('is said in dollars, small sums to the hundredth of a cent', () => {
    expect([0, 42, 4200, 999_900, 12_300_000, 1_234_500_000].map(dollars)).toEqual(['$0', 'less than $0.0001', '$0.0042', '$0.9999', '$12.30', '$1,234.50']);
    expect(spentWords(SPENT)).toBe('1,204 in · 310 out · $0.0042');
  });

  it('is never said to be nothing where no price is known', () => {
    expect(costWords({ ...SPENT, cost: 0, unpriced: 1 })).toBe('price unknown');
    expect(costWords({ ...SPENT, unpriced: 1 })).toBe('$0.0042 and what has no known price');
    expect(costWords({ ...SPENT, cost: 0 })).toBe('$0');
  });

  it('adds up, and is not said where nothing was used', () => {
    expect(total([SPENT, { ...SPENT, unpriced: 1 }])).toEqual({ requests: 2, failures: 0, usage: { input: 2408, output: 620 }, cost: 8400, unpriced: 1, took_ms: 1800 });
    expect(spentWords(total([]))).toBe('');
  });
});
