import type { ArgumentOrigin } from '../ipc/host';

/** Where a value came from, in words, and whether nobody who can be believed stands behind it. */
export function originWords({ from }: ArgumentOrigin): { words: string; risky: boolean } {
  const best = from[0];
  if (best === undefined) return { words: 'written by the model alone', risky: true };
  if (best.kind === 'person') return { words: 'in your words', risky: false };
  const place = best.pointer === '' ? best.handle : `${best.handle} ${best.pointer}`;
  return best.integrity === 'outside'
    ? { words: `from outside content: ${place}`, risky: true }
    : { words: `from ${place}`, risky: false };
}
