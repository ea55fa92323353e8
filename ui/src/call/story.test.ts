import { expect, it } from 'vitest';

import type { CallDetail, PayloadRole } from '../ipc/host';
import { erasedOf, saidOf, shownPayloads } from './story';

function detail(...payloads: [PayloadRole, string, number | null][]): CallDetail {
  const views = payloads.map(([role, text, erased], seq) => ({ seq, commitment: `${seq}`, role, media: '', size: 0, text, whole: true, erased }));
  return { row: {}, entries: [], payloads: views } as unknown as CallDetail;
}

it('what was erased is told apart from what is there', () => {
  const told = detail(['arguments', '{}', null], ['result', '', 41], ['words', '', 41]);
  expect(shownPayloads(told).map(({ role }) => role)).toEqual(['arguments']);
  expect(erasedOf(told).map(({ role, erased }) => [role, erased])).toEqual([
    ['result', 41],
    ['words', 41],
  ]);
  expect(saidOf(told)).toBe('');
});
