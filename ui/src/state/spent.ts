// What requests to models used and cost, added up and in words.

import type { Micros, Spent } from '../ipc/host';
import { count } from './words';

const NOTHING: Spent = { requests: 0, failures: 0, usage: { input: 0, output: 0 }, cost: 0, unpriced: 0, took_ms: 0 };

/** All of them together. */
export function total(all: readonly Spent[]): Spent {
  return all.reduce(
    (sum, one) => ({
      requests: sum.requests + one.requests,
      failures: sum.failures + one.failures,
      usage: { input: sum.usage.input + one.usage.input, output: sum.usage.output + one.usage.output },
      cost: sum.cost + one.cost,
      unpriced: sum.unpriced + one.unpriced,
      took_ms: sum.took_ms + one.took_ms,
    }),
    NOTHING,
  );
}

/** Millionths of a US dollar as a person reads them: `$0.0042`, `$12.30`. What is not nothing never reads as nothing. */
export function dollars(micros: number): string {
  if (micros <= 0) return '$0';
  if (micros < 100) return 'less than $0.0001';
  const value = micros / 1_000_000;
  return `$${value < 1 ? value.toFixed(4) : value.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** What it cost; said to be too low, or unknown, if some of it had no price. Empty if nothing was used. */
export function costWords({ usage, cost, unpriced }: Spent): string {
  if (usage.input + usage.output === 0) return '';
  if (unpriced === 0) return dollars(cost);
  return cost === 0 ? 'price unknown' : `${dollars(cost)} and what has no known price`;
}

/** `1,204 in · 310 out · $0.0042`; empty if nothing was used. */
export function spentWords(spent: Spent): string {
  const { input, output } = spent.usage;
  if (input + output === 0) return '';
  return `${count(input)} in · ${count(output)} out · ${costWords(spent)}`;
}

const UTC_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** `22 Nov 2026`, of a day that is counted in UTC wherever the reader is. */
export function utcDay(at: Micros): string {
  return UTC_DAY.format(at / 1000);
}
