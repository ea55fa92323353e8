// What a call's story shows of what is on record.

import type { CallDetail, PayloadView } from '../ipc/host';
import { roleWords } from '../state/words';

/** The words of a failure, a refusal or a cancellation. */
export function saidOf(detail: CallDetail): string {
  return detail.payloads.findLast(({ role }) => role === 'words')?.text ?? '';
}

/** What the payload is called: arguments that a person put in the place of the model's say so. */
export function titleOf(detail: CallDetail, { commitment, role }: PayloadView): string {
  const given = detail.entries.find(({ type }) => type === 'approval.given');
  const changed = (given?.body as { arguments?: unknown } | null | undefined)?.arguments;
  return role === 'arguments' && changed === commitment ? 'Arguments, changed by a person' : roleWords(role);
}

/** The payloads that have a place of their own; the words stand at the top, and of what was erased there is nothing. */
export function shownPayloads(detail: CallDetail): PayloadView[] {
  // What was detected has a part of its own.
  return detail.payloads.filter(({ role, erased }) => role !== 'words' && role !== 'findings' && erased === null);
}

/** What was erased of the call. */
export function erasedOf(detail: CallDetail): PayloadView[] {
  return detail.payloads.filter(({ erased }) => erased !== null);
}
