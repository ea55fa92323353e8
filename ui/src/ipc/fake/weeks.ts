// How the fake's answers tied out, by week and model.

import type { TieWeek, TurnView } from '../bindings';

const DAY = 86_400_000_000;
const WEEK = 7 * DAY;
/** The first Monday after the beginning of 1970, which was a Thursday. */
const MONDAY = 4 * DAY;

/** The weeks since then in which answers had figures, the newest first. */
export function tiesByWeek(turns: readonly TurnView[], since: number): TieWeek[] {
  const weeks = new Map<string, TieWeek>();
  for (const { at, answer } of turns) {
    if (!answer || at < since) continue;
    const begins = Math.floor((at - MONDAY) / WEEK) * WEEK + MONDAY;
    const key = `${begins} ${answer.model}`;
    const week = weeks.get(key) ?? { at: begins, model: answer.model, answers: 0, counts: { tied: 0, possible: 0, untied: 0, contradicted: 0 } };
    const { tied, possible, untied, contradicted } = answer.ties.counts;
    weeks.set(key, {
      ...week,
      answers: week.answers + 1,
      counts: {
        tied: week.counts.tied + tied,
        possible: week.counts.possible + possible,
        untied: week.counts.untied + untied,
        contradicted: week.counts.contradicted + contradicted,
      },
    });
  }
  return [...weeks.values()].sort((a, b) => b.at - a.at || (a.model < b.model ? -1 : 1));
}
