// How a request to a model ended, and why its body is not there, in words.

import type { Finish, ModelFailure, PayloadView, WireReturn } from '../ipc/host';
import { count } from '../state/words';

const FINISHES: Record<Finish, string> = {
  stop: 'answered',
  tool_calls: 'asked for calls',
  length: 'ran into its limit of length',
  content_filter: 'stopped by the provider’s filter',
};

const FAILURES: Record<ModelFailure, string> = {
  key_refused: 'key refused',
  rate_limited: 'too many requests',
  quota_used_up: 'quota used up',
  overloaded: 'overloaded',
  context_too_long: 'too long for the model',
  rejected: 'request rejected',
  malformed_stream: 'not readable',
  cut_stream: 'cut off',
  not_a_model: 'not a model’s answer',
  unreachable: 'not reached',
  untrusted: 'certificate not trusted',
  timed_out: 'timed out',
  filtered: 'refused by the provider’s filter',
  not_cleared: 'not cleared for the question',
  cancelled: 'stopped',
};

/** How it ended. */
export function endWords(returned: WireReturn | null): string {
  if (returned === null) return 'no end on record';
  if (returned.failure !== null) return FAILURES[returned.failure];
  return returned.finish === null ? 'ended' : FINISHES[returned.finish];
}

/** From where requests are read: the record, the record while it is reviewed, or a bundle. */
export type From = 'record' | 'review' | 'bundle';

const ABSENT: Record<From, string> = {
  record: 'nothing is held of it.',
  review: 'closed while you review.',
  bundle: 'the bundle does not hold it; its entry says what it must hash to.',
};

/** Why a body is not shown. */
export function bodyWords(body: PayloadView | null, from: From): string {
  return body?.erased != null ? `erased by entry ${count(body.erased)}.` : ABSENT[from];
}
