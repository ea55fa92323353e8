import { expect, it } from 'vitest';

import type { PayloadView, WireReturn } from '../ipc/host';
import { bodyWords, endWords } from './wire';

const RETURNED: WireReturn = { seq: 8, finish: 'tool_calls', failure: null, usage: { input: 1, output: 1 }, cost: null, took_ms: 5, received: null };
const ERASED: PayloadView = { seq: 7, commitment: 'c', role: 'prompt', media: '', size: 0, text: '', whole: true, erased: 1204 };

it('a request’s end is said by how it failed before how it finished', () => {
  expect(endWords(RETURNED)).toBe('asked for calls');
  expect(endWords({ ...RETURNED, failure: 'cut_stream' })).toBe('cut off');
  expect(endWords(null)).toBe('no end on record');
});

it('a body that is not there is erased, closed or not held, and never said to be another of these', () => {
  expect(bodyWords(ERASED, 'review')).toBe('erased by entry 1,204.');
  expect(bodyWords(null, 'review')).toBe('closed while you review.');
  expect(bodyWords(null, 'record')).toBe('nothing is held of it.');
  expect(bodyWords(null, 'bundle')).toMatch(/^the bundle does not hold it/);
});
