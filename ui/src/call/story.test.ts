import { expect, it } from 'vitest';

import type { CallDetail, EntryView } from '../ipc/host';
import { erasuresOf } from './story';

function detail(...facts: [string, unknown][]): CallDetail {
  const entries = facts.map<EntryView>(([type, body], seq) => ({ seq, at: seq * 10, type, body, leaf: '' }));
  return { row: {}, entries, payloads: [] } as unknown as CallDetail;
}

it('tells which payloads of a call are gone, since when and by which entry', () => {
  const erased = erasuresOf(
    detail(
      ['call.requested', { arguments: 'aa' }],
      ['call.sent', { request: 'bb' }],
      ['call.ended', { result: 'cc', words: 'dd' }],
      ['payload.erased', { payloads: ['cc', 'zz'], reason: 'rr' }],
      ['payload.erased', { payloads: ['aa'], reason: 'rr' }],
    ),
  );
  expect(erased).toEqual([
    { title: 'Arguments', seq: 4, at: 40 },
    { title: 'Result', seq: 3, at: 30 },
  ]);
});

it('tells nothing where nothing was erased, whatever an entry holds', () => {
  expect(erasuresOf(detail(['call.requested', { arguments: 'aa' }]))).toEqual([]);
  expect(erasuresOf(detail(['payload.erased', null], ['payload.erased', { payloads: 7 }], ['call.ended', null]))).toEqual([]);
});
