import { expect, it } from 'vitest';

import { every, stacked, ticks } from './scale';

it.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [9, [0, 3, 6, 9]],
  [100, [0, 25, 50, 75, 100]],
  [101, [0, 50, 100, 150]],
  [1799, [0, 500, 1000, 1500, 2000]],
])('an axis up to %d', (most, marks) => {
  expect(ticks(most)).toEqual(marks);
});

it('parts stand on one another', () => {
  expect(stacked([2, 0, 3])).toEqual([
    { from: 0, to: 2 },
    { from: 2, to: 2 },
    { from: 2, to: 5 },
  ]);
});

it('as many labels stand as fit', () => {
  expect([every(5, 10), every(90, 10), every(3, 0)]).toEqual([1, 9, 3]);
});
