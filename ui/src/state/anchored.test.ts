import { expect, it } from 'vitest';

import type { AnchorView } from '../ipc/host';
import { anchorState } from './anchored';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const HOUR = 3_600_000;

function anchor(hours: number | null, failed: number | null = null, size = 90): AnchorView {
  const at = (ago: number) => (NOW - ago * HOUR) * 1000;
  return {
    spec: { name: 'a', kind: 'folder', path: '/mnt' },
    last: hours === null ? null : { seq: 1, at: at(hours), size },
    failure: failed === null ? null : { at: at(failed), words: 'No connection.' },
  };
}

it.each([
  ['without an anchor', [], 'none', 'not anchored'],
  ['with one that holds nothing', [anchor(null)], 'warn', 'not anchored yet'],
  ['anchored just before', [anchor(0.1)], 'calm', 'anchored 6 min ago'],
  ['anchored long ago while the trail grew', [anchor(30)], 'warn', 'anchored 21 Nov 2026'],
  ['anchored long ago, and nothing happened since', [anchor(30, null, 100)], 'calm', 'anchored 21 Nov 2026'],
  ['with one of two failing', [anchor(1), anchor(5, 0.5)], 'warn', 'anchored 1 h ago, 1 anchor fails'],
  ['with a failure that is over', [anchor(1, 2)], 'calm', 'anchored 1 h ago'],
] as const)('%s', (_, list, tone, words) => {
  expect(anchorState(list, 100, NOW)).toMatchObject({ tone, words });
});
