// What a call's story shows of what is on record.

import type { CallDetail, CallRow, Micros, PayloadView } from '../ipc/host';

/** When the call ended, by the record. */
export function endedAt(row: CallRow): Micros {
  return (row.sent_at ?? row.at) + row.took_ms * 1000;
}

/** The words of a failure, a refusal or a cancellation. */
export function saidOf(detail: CallDetail): string {
  return detail.payloads.findLast(({ role }) => role === 'words')?.text ?? '';
}

/** The payloads that have a place of their own; the words stand at the top. */
export function shownPayloads(detail: CallDetail): PayloadView[] {
  return detail.payloads.filter(({ role }) => role !== 'words');
}
