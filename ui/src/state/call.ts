// One call as a screen shows it, and what each event makes of it. Pure; times are milliseconds since the turn began.

import type {
  CallId,
  CallRow,
  Dropped,
  Effect,
  Ended,
  FailureClass,
  Handle,
  Label,
  MadeOf,
  Micros,
  Outcome,
  Phases,
  ToolCall,
  Verdict,
  Waiting,
} from '../ipc/host';

/** Where a call stands. `asked`: a person must answer. */
export type CallPhase = 'waiting' | 'asked' | 'running' | 'ended';

/** A time in which the call waited, and for what. */
export interface Wait {
  readonly fromMs: number;
  /** Not yet over if null. */
  readonly toMs: number | null;
  readonly waiting: Waiting;
}

/** One request on the wire. */
export interface Attempt {
  readonly attempt: number;
  readonly fromMs: number;
  /** Not yet over if null. */
  readonly toMs: number | null;
  /** What happened, if it came to nothing and the call went on. */
  readonly words: string;
}

/** One call, as a row. */
export interface CallState {
  readonly id: CallId;
  readonly position: number;
  readonly handle: Handle;
  readonly tool: string;
  readonly effect: Effect;
  readonly telling: string;
  readonly label: Label;
  /** What that is made of, if anything was detected. */
  readonly made: MadeOf | null;
  readonly phase: CallPhase;
  readonly readyMs: number;
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** What it waited for, in order; the record keeps none of it. */
  readonly waits: readonly Wait[];
  /** Its requests, in order; of a recorded call only how many there were. */
  readonly attempts: readonly Attempt[];
  readonly requests: number;
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly approved: boolean | null;
  readonly edited: boolean;
  readonly outcome: Outcome | null;
  readonly failure: FailureClass | null;
  readonly status: number | null;
  readonly words: string;
  readonly size: number;
  readonly tookMs: number;
  /** Whether it was under way while the model still wrote its message. */
  readonly early: boolean;
  /** The call whose result it has: nothing was sent for this one. */
  readonly from: CallId | null;
  readonly phases: Phases | null;
  readonly retryOf: CallId | null;
  readonly dropped: Dropped | null;
  /** Whether its batch went back to the model without it. */
  readonly pending: boolean;
  /** How far it is, in its server's words, while it runs. */
  readonly progress?: string;
}

/** A call of a message, before anything happened to it. */
export function freshCall(call: ToolCall, ms: number): CallState {
  return {
    id: call.id,
    position: call.position,
    handle: call.handle,
    tool: call.tool ?? call.asked_for,
    effect: call.effect,
    telling: call.telling,
    label: call.label,
    made: null,
    phase: 'waiting',
    readyMs: ms,
    startMs: null,
    endMs: null,
    waits: [],
    attempts: [],
    requests: 0,
    verdict: null,
    reason: '',
    approved: null,
    edited: false,
    outcome: null,
    failure: null,
    status: null,
    words: '',
    size: 0,
    tookMs: 0,
    early: false,
    from: null,
    phases: null,
    retryOf: null,
    dropped: null,
    pending: false,
  };
}

/** What the call waits for at this moment. */
export function waitOf(call: CallState): Wait | null {
  const last = call.waits.at(-1);
  return call.phase !== 'ended' && last?.toMs === null ? last : null;
}

/** What keeps it, while no request of its own is under way: it stands still. */
export function heldUp(call: CallState): Wait | null {
  return call.phase === 'asked' || call.attempts.some(({ toMs }) => toMs === null) ? null : waitOf(call);
}

/** It waits for this from now on, and no longer for what it waited for before. */
export function waits(call: CallState, waiting: Waiting, ms: number): CallState {
  if (call.phase === 'ended') return call;
  return { ...call, waits: [...waitedUntil(call, ms), { fromMs: ms, toMs: null, waiting }] };
}

/** Its request leaves. */
export function dispatched(call: CallState, attempt: number, ms: number, early: boolean): CallState {
  if (call.phase === 'ended') return call;
  return {
    ...call,
    phase: 'running',
    startMs: call.startMs ?? ms,
    waits: waitedUntil(call, ms),
    attempts: [...call.attempts, { attempt, fromMs: ms, toMs: null, words: '' }],
    requests: Math.max(call.requests, attempt),
    approved: call.phase === 'asked' ? true : call.approved,
    early: call.early || early,
  };
}

/** One of its requests came to nothing, and it goes on. */
export function attemptEnded(call: CallState, attempt: number, words: string, tookMs: number): CallState {
  const attempts = call.attempts.map((one) =>
    one.attempt === attempt && one.toMs === null ? { ...one, toMs: one.fromMs + tookMs, words } : one,
  );
  return { ...call, attempts };
}

/** It ended, `ms` after the turn began. */
export function ended(call: CallState, end: Ended, ms: number): CallState {
  // The event comes once the end is on record; the call itself took what it says it took.
  const endMs = call.startMs === null ? ms : call.startMs + end.took_ms;
  const refused = call.phase === 'asked' && end.outcome === 'refused';
  return {
    ...call,
    phase: 'ended',
    endMs,
    waits: waitedUntil(call, endMs),
    attempts: call.attempts.map((one) => (one.toMs === null ? { ...one, toMs: Math.max(one.fromMs, endMs) } : one)),
    approved: refused ? false : call.approved,
    outcome: end.outcome,
    failure: end.failure,
    status: end.status,
    words: end.words,
    size: end.size,
    tookMs: end.took_ms,
    label: end.label,
    made: end.made,
    from: end.from,
    phases: end.phases,
  };
}

/** A call as its row tells it, its times counted from `began`. */
export function callFromRow(row: CallRow, began: Micros): CallState {
  const startMs = row.sent_at === null ? null : (row.sent_at - began) / 1000;
  const readyMs = (row.at - began) / 1000;
  return {
    id: row.call,
    position: row.position,
    handle: row.handle,
    tool: row.tool,
    effect: row.effect,
    telling: row.telling,
    label: row.label,
    made: row.made,
    phase: row.outcome !== null ? 'ended' : startMs === null ? 'waiting' : 'running',
    readyMs,
    startMs,
    endMs: row.outcome === null ? null : (startMs ?? readyMs) + row.took_ms,
    waits: [],
    attempts: [],
    requests: row.attempts,
    verdict: row.verdict,
    reason: '',
    approved: row.approved,
    edited: row.edited,
    outcome: row.outcome,
    failure: row.failure,
    status: row.status,
    words: '',
    size: row.size,
    tookMs: row.took_ms,
    early: row.early,
    from: row.from,
    phases: null,
    retryOf: row.retry_of,
    dropped: row.dropped,
    pending: false,
  };
}

function waitedUntil(call: CallState, ms: number): readonly Wait[] {
  const last = call.waits.at(-1);
  if (!last || last.toMs !== null) return call.waits;
  return [...call.waits.slice(0, -1), { ...last, toMs: Math.max(last.fromMs, ms) }];
}
