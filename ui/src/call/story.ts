// What a call's story shows of what is on record.

import type { CallDetail, PayloadView } from '../ipc/host';

/** The words of a failure, a refusal or a cancellation. */
export function saidOf(detail: CallDetail): string {
  return detail.payloads.findLast(({ role }) => role === 'words')?.text ?? '';
}

/** The payloads that have a place of their own; the words stand at the top. */
export function shownPayloads(detail: CallDetail): PayloadView[] {
  return detail.payloads.filter(({ role }) => role !== 'words');
}
