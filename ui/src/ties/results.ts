// Results that figures come from, as they stand on record. The last few are kept: whoever goes from tick to tick comes to
// the same results again and again, and one may have megabytes.

import type { CallDetail, CallId, EntryView, Host, PayloadView } from '../ipc/host';
import { parsed } from '../kit/json';

/** A call with its result, which may have been erased, and may be no JSON. */
export interface Result {
  readonly detail: CallDetail;
  readonly payload: PayloadView | null;
  readonly json: { readonly value: unknown } | null;
}

/** Reads calls with their results. */
export type Reading = (call: CallId) => Promise<Result | null>;

const KEPT = 4;
const kept = new WeakMap<Host, { forgotten: number; results: Map<CallId, Promise<Result | null>> }>();

/** Results of the record as it was when `forgotten` was counted; what was erased since then is read again. */
export function onRecord(host: Host, forgotten: number): Reading {
  const before = kept.get(host);
  const cache = before?.forgotten === forgotten ? before : { forgotten, results: new Map<CallId, Promise<Result | null>>() };
  kept.set(host, cache);
  const whole = async ({ seq, commitment }: PayloadView) => host.payload(seq, commitment);
  return (call) => {
    const known = cache.results.get(call);
    cache.results.delete(call);
    const result = known ?? resultOf(call, host.call, whole);
    // One that could not be read is tried again.
    result.catch(() => cache.results.delete(call));
    cache.results.set(call, result);
    for (const oldest of cache.results.keys()) {
      if (cache.results.size <= KEPT) break;
      cache.results.delete(oldest);
    }
    return result;
  };
}

/** Results from elsewhere, with as much of them as came. */
export function elsewhere(read: (call: CallId) => Promise<CallDetail | null>): Reading {
  return (call) => resultOf(call, read, async (payload) => payload);
}

async function resultOf(
  call: CallId,
  read: (call: CallId) => Promise<CallDetail | null>,
  whole: (payload: PayloadView) => Promise<PayloadView | null>,
): Promise<Result | null> {
  const detail = await read(call);
  if (!detail) return null;
  const found = detail.payloads.findLast(({ role }) => role === 'result');
  // A call that shares another's request has its result from there.
  if (!found && detail.row.from !== null) {
    const other = await resultOf(detail.row.from, read, whole);
    return { detail, payload: other?.payload ?? null, json: other?.json ?? null };
  }
  if (!found || found.erased !== null) return { detail, payload: null, json: null };
  const payload = found.whole ? found : ((await whole(found)) ?? found);
  return { detail, payload, json: payload.whole ? parsed(payload.text) : null };
}

/** The entry that says how the call ended, and so commits to its result. */
export function endedBy({ entries }: CallDetail): EntryView | undefined {
  return entries.findLast(({ type }) => type === 'call.ended');
}
