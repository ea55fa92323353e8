import { expect, it } from 'vitest';

import { formOf, rulesOf } from './rules';

it('rules go into the form and come out the same', () => {
  const retention = { rules: [{ role: 'prompt' as const, days: 90 }, { at_least: 'restricted' as const, days: 30 }, { days: 3650 }] };
  expect(rulesOf(formOf(retention))).toEqual({ rules: retention });
});

it.each([
  [{ role: '', level: '', days: '' }, 'Write a number of days, 1 or more.'],
  [{ role: '', level: '', days: '0' }, 'Write a number of days, 1 or more.'],
  [{ role: '', level: '', days: '1.5' }, 'Write a number of days, 1 or more.'],
  [{ role: 'result', level: '', days: '10' }, 'There is a rule for these already.'],
] as const)('%j is no second rule', (second, words) => {
  expect(rulesOf([{ role: 'result', level: '', days: '9' }, second])).toEqual({ row: 1, words });
});
