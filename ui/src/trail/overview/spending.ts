// What models cost as lines of a table: added up by day and by model.

import type { DaySpent, Micros, Spent } from '../../ipc/host';
import { total } from '../../state/spent';

export interface Line {
  readonly name: string;
  readonly spent: Spent;
  /** Its part of the line that cost most, 0 to 1; of the most tokens if nothing has a price. */
  readonly share: number;
}

/** A line for each day, the newest first. */
export function byDay(all: readonly DaySpent[], words: (at: Micros) => string): Line[] {
  return lines(all.toSorted((a, b) => b.at - a.at), ({ at }) => words(at));
}

/** A line for each model, the dearest first. */
export function byModel(all: readonly DaySpent[]): Line[] {
  return lines(all, ({ model }) => model).sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1));
}

function lines(all: readonly DaySpent[], name: (one: DaySpent) => string): Line[] {
  const groups = new Map<string, Spent[]>();
  for (const one of all) groups.set(name(one), [...(groups.get(name(one)) ?? []), one.spent]);
  const sums = [...groups].map(([name, group]) => ({ name, spent: total(group) }));
  const priced = sums.some(({ spent }) => spent.cost > 0);
  const measure = ({ cost, usage }: Spent) => (priced ? cost : usage.input + usage.output);
  const most = Math.max(1, ...sums.map(({ spent }) => measure(spent)));
  return sums.map(({ name, spent }) => ({ name, spent, share: measure(spent) / most }));
}
