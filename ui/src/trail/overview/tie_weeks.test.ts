import { expect, it } from 'vitest';

import { fatesOf, untiedShare } from './tie_weeks';

it('of a week it is told how many figures nothing supports', () => {
  const counts = { tied: 37, possible: 1, untied: 1, contradicted: 1 };
  expect(fatesOf(counts)).toEqual([37, 1, 1, 1]);
  expect(untiedShare(counts)).toBe('5.0 %');
  expect(untiedShare({ tied: 0, possible: 0, untied: 0, contradicted: 0 })).toBe('–');
});
