// Axes: round numbers from nought to a little more than the most there is.

/** The marks of an axis from 0, at most five of them, the last at or above `most`. */
export function ticks(most: number): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((round) => round >= rough) ?? 1);
  const whole = Math.ceil(step);
  return Array.from({ length: Math.ceil(most / whole) + 1 }, (_, at) => at * whole);
}

/** Places on a stack: where each part begins and ends, from the bottom. */
export function stacked(parts: readonly number[]): { from: number; to: number }[] {
  let sum = 0;
  return parts.map((part) => ({ from: sum, to: (sum += part) }));
}

/** Every how many labels one fits, if so many have room. */
export function every(labels: number, room: number): number {
  return Math.max(1, Math.ceil(labels / Math.max(1, room)));
}
