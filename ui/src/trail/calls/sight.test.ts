import { describe, expect, it } from 'vitest';

import { offsetOf, placed, scrollTo, shownRows, type Sight } from './sight';

const sight = (rows: number, top: number): Sight => ({ rows, each: 26, height: 520, top });

describe('what is in sight', () => {
  it('is a few rows more than fit', () => {
    expect(shownRows(sight(100, 0))).toEqual({ from: 0, to: 28 });
    expect(shownRows(sight(100, 260))).toEqual({ from: 2, to: 38 });
    expect(shownRows(sight(3, 0))).toEqual({ from: 0, to: 3 });
  });

  it('stands at its own place while the table is short enough to be drawn', () => {
    expect(placed(sight(100, 0))).toBe(2600);
    expect(offsetOf(sight(100, 260), 12)).toBe(312);
    expect(scrollTo(sight(100, 260), 12)).toBe(null);
    expect(scrollTo(sight(100, 260), 3)).toBe(78);
    expect(scrollTo(sight(100, 260), 40)).toBe(41 * 26 - 520);
  });

  it.each([100, 400_000, 1_000_000, 5_000_000])('reaches the first and the last of %d rows', (rows) => {
    const top = scrollTo(sight(rows, 0), rows - 1) ?? 0;
    expect(top).toBeCloseTo(placed(sight(rows, 0)) - 520, 3);
    const end = sight(rows, top);
    expect(shownRows(end).to).toBe(rows);
    // The last row ends where the window onto the table ends.
    expect(offsetOf(end, rows - 1) + 26).toBeCloseTo(top + 520, 3);
    expect(scrollTo(end, 0)).toBe(0);
  });
});
