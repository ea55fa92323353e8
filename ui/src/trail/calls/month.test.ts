import { describe, expect, it } from 'vitest';

import { dayAfter, monthAfter, weeksOf } from './month';

describe('a month', () => {
  it('has whole weeks from Monday', () => {
    const weeks = weeksOf('2026-11-22');
    expect(weeks.map((week) => week[0]?.day)).toEqual(['2026-10-26', '2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23', '2026-11-30']);
    expect(weeks.every((week) => week.length === 7)).toBe(true);
    expect(weeks.flat().filter(({ inside }) => inside)).toHaveLength(30);
  });

  it('begins on its first day where that is a Monday', () => {
    expect(weeksOf('2026-06-15')[0]?.[0]).toEqual({ day: '2026-06-01', number: 1, inside: true });
  });
});

it('days and months are counted over their ends', () => {
  expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
  expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28');
  expect(monthAfter('2026-01-31', 1)).toBe('2026-02-28');
  expect(monthAfter('2026-01-15', -1)).toBe('2025-12-15');
});
