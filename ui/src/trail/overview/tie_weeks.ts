// How the figures of a week's answers fared, as a row of a table.

import type { TieCounts, TieStatus } from '../../ipc/host';

/** In the order of the columns and of the bar. */
export const FATES: readonly TieStatus[] = ['tied', 'possible', 'untied', 'contradicted'];

/** How many figures have each fate. */
export function fatesOf(counts: TieCounts): readonly number[] {
  return FATES.map((fate) => counts[fate]);
}

/** How many of a hundred figures nothing supports, or do not come out: `2.4 %`. */
export function untiedShare(counts: TieCounts): string {
  const all = fatesOf(counts).reduce((sum, many) => sum + many, 0);
  return all === 0 ? '–' : `${(((counts.untied + counts.contradicted) / all) * 100).toFixed(1)} %`;
}
