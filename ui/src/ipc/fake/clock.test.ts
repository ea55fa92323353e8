import { expect, it } from 'vitest';

import { Clock } from './clock';

function busy(ms: number) {
  const began = performance.now();
  while (performance.now() - began < ms);
}

it('counts what was planned, however late the machine is', async () => {
  const clock = new Clock(0);
  const seen: [string, number][] = [];
  const note = (name: string) => seen.push([name, clock.now]);
  clock.at(20, () => note('later'));
  clock.at(5, () => {
    note('first');
    busy(60);
    clock.at(10, () => note('between'));
  });
  clock.at(20, () => note('latest'));
  await clock.play(1, () => seen.length === 4);
  expect(seen).toEqual([['first', 5], ['between', 15], ['later', 20], ['latest', 20]]);
});

it('leaves others their turn between two things that are apart, even after it was late', async () => {
  const clock = new Clock(0);
  const seen: string[] = [];
  clock.at(1, () => {
    busy(60);
    setTimeout(() => seen.push('page'), 10);
  });
  clock.at(31, () => seen.push('fake'));
  await clock.play(1, () => seen.includes('fake'));
  expect(seen).toEqual(['page', 'fake']);
});

it('lets a person act before what is due, and at once', async () => {
  const clock = new Clock(0);
  let over = false;
  clock.at(3_600_000, () => expect.unreachable('an hour has not gone'));
  const played = clock.play(1, () => over);
  clock.sync();
  expect(clock.now).toBeLessThan(3_600_000);
  clock.at(1, () => (over = true));
  clock.wake();
  await played;
});
