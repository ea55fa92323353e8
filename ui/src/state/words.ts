// The words for what the record and the events say in codes. One place, so that two screens never disagree.

import type { Dropped, Effect, FailureClass, Micros, ModelFailure, Outcome, PayloadRole, Stopped } from '../ipc/host';

const OUTCOMES: Record<Outcome, string> = {
  returned: 'returned',
  failed: 'failed',
  refused: 'refused',
  cancelled: 'cancelled',
  timed_out: 'timed out',
  unknown: 'unknown',
};

const FAILURES: Record<FailureClass, string> = {
  unknown_tool: 'No tool of that name is connected.',
  invalid_arguments: 'The arguments are not what the tool asks for.',
  missing_secret: 'The source’s key is missing.',
  connect: 'No connection to the source.',
  interrupted: 'The connection ended in the middle.',
  status: 'The source said no.',
  bad_body: 'The body is not what its headers say.',
  redirect: 'The source sent the request elsewhere.',
  paused: 'The source asked to wait for longer than a call waits.',
  internal: 'Tieout’s own fault.',
};

const STOPPED: Record<Stopped, string> = {
  cancelled: 'Stopped',
  model: 'The model did not answer',
  step_limit: 'Step limit reached',
  crashed: 'The program ended in the middle',
  trail: 'The trail can’t be written',
};

/** What a person can do about it. */
const REMEDIES: Record<ModelFailure, string> = {
  key_refused: 'The provider refused the key. Put a valid one in Settings, test it there, and ask again.',
  rate_limited: 'The provider asks for fewer requests. Wait a little and ask again.',
  quota_used_up: 'What was paid for is used up. Add credit at the provider, or choose another model.',
  overloaded: 'The provider is overloaded. Ask again, or choose another model.',
  context_too_long: 'The conversation is longer than the model can read. Begin a new one.',
  rejected: 'The provider rejected the request. Its words are in the trail.',
  malformed_stream: 'The provider’s answer could not be read. Test the model in Settings.',
  cut_stream: 'The provider’s answer was cut off. Ask again.',
  not_a_model: 'Something else than a model answered. Check the base address and the proxy in Settings.',
  untrusted: 'The certificate is not trusted. If your network has its own authority, add its certificate in Settings.',
  timed_out: 'The provider kept silent for too long. Ask again, or choose another model.',
  filtered: 'The provider’s filter refused the question. Put it in other words, or choose another model.',
  unreachable: 'The provider could not be reached. Check the address and the network.',
  not_cleared: 'The question holds what this model may not see. Leave that out, or choose a model with a higher clearance.',
  cancelled: 'The request to the model was cancelled.',
};

/** Why a call that started early was not used. */
const DROPPED: Record<Dropped, string> = {
  length: 'not used: the message that asked for it ran into the model’s limit of length',
  filter: 'not used: the provider’s filter stopped the message that asked for it',
  failed: 'not used: the message that asked for it was cut off',
  cancelled: 'not used: the turn was stopped while the model wrote',
  changed: 'not used: the model changed the call while it wrote',
};

const EFFECTS: Record<Effect, string> = { read: 'read', idempotent_write: 'idempotent write', write: 'write' };

const ROLES: Record<PayloadRole, string> = {
  question: 'Question',
  prompt: 'Prompt',
  response: 'Model’s response',
  arguments: 'Arguments',
  request: 'Request',
  result: 'Result',
  words: 'Words',
  answer: 'Answer',
  shown: 'Shown for approval',
  reason: 'Reason',
  setting: 'Setting',
  anchor: 'Anchor’s reply',
  findings: 'Findings',
  hidden: 'Hidden from the model',
};

const BUSY: Partial<Record<ModelFailure, string>> = {
  rate_limited: 'The provider takes no more requests at the moment',
  overloaded: 'The provider is overloaded',
  cut_stream: 'The model’s answer was cut off',
  context_too_long: 'The conversation was too long for the model',
};

/** Why the model is asked again, and when. */
export function againWords(failure: ModelFailure, attempt: number, leftMs: number): string {
  const when = leftMs > 0 ? `Asked again in ${duration(Math.ceil(leftMs / 1000) * 1000)}` : 'Asked again now';
  return `${BUSY[failure] ?? 'The model did not answer'}. ${when} (attempt ${attempt}).`;
}

/** What is said of results that the model is shown less of than before. */
export function shortenedWords(results: number): string {
  return `Results of ${counted(results, 'earlier call')} were shortened to fit. The record has them whole.`;
}

/** What is said of a request that does not show everything. */
export function redactedWords(redacted: number): string {
  return `${count(redacted)} ${redacted === 1 ? 'value or result was' : 'values and results were'} kept from the model, being above its clearance.`;
}

export const outcomeWord = (outcome: Outcome): string => OUTCOMES[outcome];
export const failureWords = (failure: FailureClass): string => FAILURES[failure];
export const stoppedWords = (stopped: Stopped): string => STOPPED[stopped];
export const remedyFor = (failure: ModelFailure): string => REMEDIES[failure];
export const droppedWords = (dropped: Dropped): string => DROPPED[dropped];
export const effectWords = (effect: Effect): string => EFFECTS[effect];
export const roleWords = (role: PayloadRole): string => ROLES[role];

const WHOLE = new Intl.NumberFormat('en-GB');

/** `12,408` */
export function count(number: number): string {
  return WHOLE.format(number);
}

/** `1 call`, `15 calls` */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** `87 ms` below a second, `3.2 s` below a minute, `2 min 5 s` above. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `812 B`, `12.4 kB`, `5.2 MB` */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1000).toFixed(1)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

/** `just now`, `2 min ago`, `3 h ago`, then the date. */
export function ago(at: Micros, nowMs: number): string {
  const minutes = Math.floor((nowMs - at / 1000) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return day(at);
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `22 Nov 2026` */
export function day(at: Micros): string {
  return DAY.format(at / 1000);
}

/** `13:04:09` */
export function clock(at: Micros): string {
  return CLOCK.format(at / 1000);
}

/** A conversation's title; if its first question can't be shown, why. */
export function titleWords(title: string, reviewing: boolean): string {
  return title || (reviewing ? 'Question closed' : 'Question erased');
}
