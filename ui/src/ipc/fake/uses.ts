// The other way round: which answers of the fake used a call's result, and where a call's arguments stood before.

import type { ArgumentSource, CallUse, ConversationView, EntryView, PayloadRole, UsedPlace } from '../bindings';

/** What is read of the record. */
interface Recorded {
  readonly entries: readonly EntryView[];
  textOf(call: string, role: PayloadRole): string;
}

/** The answers of the conversation that were given with the call's result in view. */
export function usesOf(trail: Recorded, conversation: ConversationView | undefined, call: string): CallUse[] {
  return (conversation?.turns ?? []).flatMap(({ id: turn, answer }) => {
    if (!answer?.exposure.some((exposed) => exposed.call === call)) return [];
    const given = trail.entries.find(({ type, body }) => type === 'answer.given' && (body as { turn?: string }).turn === turn);
    const places = answer.ties.spans.flatMap(({ places, text, status, kind }) =>
      kind === null || status === 'untied' ? [] : places.filter((place) => place.call === call).map<UsedPlace>(({ pointer, raw }) => ({ pointer, raw, text, status, kind })),
    );
    return given ? [{ turn, conversation: conversation?.row.id ?? '', seq: given.seq, at: given.at, known: true, places }] : [];
  });
}

/** Where values of the call's arguments stand in results that the conversation had before. */
export function sourcesOf(trail: Recorded, conversation: ConversationView | undefined, call: string): ArgumentSource[] {
  const calls = (conversation?.turns ?? []).flatMap(({ batches }) => batches);
  const own = calls.findIndex((batch) => batch.calls.some((row) => row.call === call));
  const before = calls.slice(0, Math.max(0, own)).flatMap((batch) => batch.calls);
  return Object.entries(json(trail.textOf(call, 'arguments')) ?? {}).flatMap(([argument, value]) => {
    if (!telling(value)) return [];
    const found = before.flatMap((row) => placesOf(json(trail.textOf(row.call, 'result')), value).map((pointer) => ({ row, pointer })));
    const first = found[0];
    return first
      ? [{ argument: `/${argument}`, raw: String(value), call: first.row.call, handle: first.row.handle, pointer: first.pointer, others: found.length - 1 }]
      : [];
  });
}

/** Whether a value says where it is from: a small number or a short word stands anywhere. */
function telling(value: unknown): boolean {
  return typeof value === 'number' ? Math.abs(value) >= 100 : typeof value === 'string' && value.length >= 3;
}

function placesOf(node: unknown, value: unknown, pointer = ''): string[] {
  if (node === null || typeof node !== 'object') return node === value ? [pointer] : [];
  return Object.entries(node).flatMap(([key, item]) => placesOf(item, value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`));
}

function json(text: string): object | null {
  // What has megabytes was not shown whole to anybody.
  if (text.length > 200_000) return null;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
