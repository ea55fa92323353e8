// What a call's story shows of what is on record.

import type { CallDetail, EntryView, Micros, PayloadRole, PayloadView, Seq } from '../ipc/host';
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

/** The payloads that have a place of their own; the words stand at the top. */
export function shownPayloads(detail: CallDetail): PayloadView[] {
  return detail.payloads.filter(({ role }) => role !== 'words');
}

/** A payload of the call that was erased, and the entry that says so. */
export interface Erasure {
  readonly title: string;
  readonly seq: Seq;
  readonly at: Micros;
}

/** The keys under which an entry of a call commits to payloads, and what these are. */
const SEALED: readonly PayloadRole[] = ['arguments', 'request', 'result', 'words', 'shown', 'reason'];

/** What was erased of the call, in the order of the entries that committed to it. */
export function erasuresOf(detail: CallDetail): Erasure[] {
  const by = new Map<unknown, EntryView>();
  for (const entry of detail.entries) {
    if (entry.type !== 'payload.erased') continue;
    const { payloads } = (entry.body ?? {}) as { payloads?: unknown };
    if (Array.isArray(payloads)) for (const commitment of payloads) by.set(commitment, entry);
  }
  if (by.size === 0) return [];
  return detail.entries.flatMap(({ body, type }) => {
    if (type === 'payload.erased' || body === null || typeof body !== 'object') return [];
    return SEALED.flatMap((role) => {
      const entry = by.get((body as Record<string, unknown>)[role]);
      return entry ? [{ title: roleWords(role), seq: entry.seq, at: entry.at }] : [];
    });
  });
}
