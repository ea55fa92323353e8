// A turn as the screen shows it, folded from the events of its run or read from the record. Both ways lead to one
// shape, so that a screen cannot show a running turn and a recorded one by different rules.
//
// Pure. What did not change keeps its identity: a row that is given its call redraws only when that call changed.

import type {
  Answer,
  Approval,
  Ask,
  BatchId,
  BatchView,
  CallId,
  CallRow,
  ConversationId,
  Count,
  Label,
  Micros,
  ModelFailure,
  RunEvent,
  Spent,
  Stopped,
  ToolCall,
  TurnId,
  TurnView,
  Usage,
} from '../ipc/host';
import { attemptEnded, callFromRow, dispatched, ended, freshCall, waits, type CallState } from './call';
import { PUBLIC, join } from './label';

export type { CallState } from './call';

export interface BatchState {
  readonly id: BatchId;
  /** In the model's order. */
  readonly calls: readonly CallState[];
  /** Whether the model's message is complete. */
  readonly sealed: boolean;
  /** When it was, if that is known: what was sent before started early. */
  readonly sealedMs: number | null;
  readonly ended: boolean;
  readonly elapsedMs: number;
  readonly sequentialMs: number;
  /** How much early starts saved; the record does not keep it. */
  readonly savedMs: number;
  /** Requests that were sent for it. */
  readonly requests: number;
  readonly label: Label;
}

/** A batch that waits for a person's word, since it has more calls than one message may ask for. */
export interface Held {
  readonly batch: BatchId;
  readonly calls: number;
  readonly limit: number;
  readonly tools: readonly Count[];
}

/** `thinking`: the model was asked and has said nothing yet. `asking`: a person must answer. */
export type TurnPhase = 'thinking' | 'calling' | 'asking' | 'answering' | 'ended';

/** A model that came to nothing and is asked again. */
export interface Again {
  readonly attempt: number;
  readonly failure: ModelFailure;
  readonly words: string;
  /** When it is asked, since the turn began. */
  readonly dueMs: number;
}

export interface TurnState {
  readonly id: TurnId;
  readonly question: string;
  readonly model: string;
  readonly at: Micros;
  readonly phase: TurnPhase;
  /** Set while the model is not thinking but waited for. */
  readonly again: Again | null;
  /** How many results of earlier calls were shortened to fit. */
  readonly shortened: number;
  readonly batches: readonly BatchState[];
  /** What the person is asked at this moment. */
  readonly asks: readonly Ask[];
  /** The batch that a person must let go or refuse. */
  readonly held: Held | null;
  /** Calls of the turn that a person made again after it, oldest first. */
  readonly retries: readonly CallState[];
  /** The model's words while they arrive, citation marks and all. Empty once the answer is on record. */
  readonly text: string;
  readonly answer: Answer | null;
  readonly stopped: Stopped | null;
  readonly failure: ModelFailure | null;
  readonly words: string;
  readonly usage: Usage;
  /** What it used by the record; unknown until its end is on record. */
  readonly spent: Spent | null;
  /** When the last event came, since the turn began. */
  readonly ms: number;
}

/** A turn of which nothing is known but that it was asked. */
export function begun(id: TurnId, question: string, model: string, at: Micros): TurnState {
  return {
    id,
    question,
    model,
    at,
    phase: 'thinking',
    again: null,
    shortened: 0,
    batches: [],
    asks: [],
    held: null,
    retries: [],
    text: '',
    answer: null,
    stopped: null,
    failure: null,
    words: '',
    usage: { input: 0, output: 0 },
    spent: null,
    ms: 0,
  };
}

/** The turn after the event. Events of other turns, and any after the end, change nothing. */
export function fold(turn: TurnState, event: RunEvent): TurnState {
  if (event.turn !== turn.id || turn.phase === 'ended') return turn;
  return { ...happened(turn, event), ms: event.ms };
}

function happened(turn: TurnState, event: RunEvent): TurnState {
  switch (event.type) {
    case 'turn_started':
      return { ...turn, question: event.question, model: event.model };
    case 'model_called':
      return { ...turn, phase: 'thinking', again: null, text: '', held: null, batches: closed(turn.batches, event.ms) };
    case 'model_waits': {
      const { attempt, failure, words } = event;
      return { ...turn, phase: 'thinking', text: '', again: { attempt, failure, words, dueMs: event.ms + event.wait_ms } };
    }
    case 'shortened':
      return { ...turn, shortened: turn.shortened + event.results };
    case 'call_ready':
      return { ...turn, phase: 'calling', batches: withReady(turn.batches, event.call, event.ms) };
    case 'decided':
      return withCall(turn, event.call, (call) => ({
        ...call,
        verdict: event.decision.verdict,
        reason: event.decision.reason,
      }));
    case 'batch_started':
      return { ...turn, phase: 'calling', batches: sealed(turn.batches, event) };
    case 'approval_asked': {
      const asked = new Set(event.asks.map((ask) => ask.call));
      const marked = withCalls(turn, (call) =>
        asked.has(call.id) && call.phase === 'waiting' ? { ...call, phase: 'asked' } : call,
      );
      return { ...marked, phase: 'asking', asks: [...turn.asks.filter((ask) => !asked.has(ask.call)), ...event.asks] };
    }
    case 'batch_held': {
      const { batch, calls, limit, tools } = event;
      return { ...turn, phase: 'asking', held: { batch, calls, limit, tools } };
    }
    case 'waits':
      return withCall(turn, event.call, (call) => waits(call, event.waiting, event.ms));
    case 'dispatched': {
      const early = turn.batches.some(({ sealed, calls }) => !sealed && calls.some(({ id }) => id === event.call));
      return withoutAsk(withCall(turn, event.call, (call) => dispatched(call, event.attempt, event.ms, early)), event.call);
    }
    case 'attempt_ended':
      return withCall(turn, event.call, (call) => attemptEnded(call, event.attempt, event.words, event.took_ms));
    case 'call_dropped':
      return withCall(turn, event.call, (call) => ({ ...call, dropped: event.why }));
    case 'pending':
      return withCall(turn, event.call, (call) => ({ ...call, pending: true }));
    case 'progress':
      return withCall(turn, event.call, (call) => ({ ...call, progress: event.words }));
    case 'call_ended':
      return withoutAsk(withCall(turn, event.call, (call) => ended(call, event, event.ms)), event.call);
    case 'batch_ended':
      return {
        ...turn,
        phase: 'thinking',
        asks: [],
        held: null,
        batches: turn.batches.map((batch) =>
          batch.id === event.batch
            ? {
                ...batch,
                ended: true,
                elapsedMs: event.elapsed_ms,
                sequentialMs: event.sequential_ms,
                savedMs: event.saved_ms,
                requests: event.requests,
                label: event.label,
              }
            : batch,
        ),
      };
    case 'text_delta':
      return { ...turn, phase: turn.phase === 'thinking' ? 'answering' : turn.phase, text: turn.text + event.text };
    case 'answer':
      return { ...turn, text: '', answer: event.answer, usage: event.answer.usage };
    case 'turn_ended':
      return {
        ...turn,
        phase: 'ended',
        again: null,
        asks: [],
        held: null,
        stopped: event.stopped,
        failure: event.failure,
        words: event.words,
        usage: event.usage,
      };
    default:
      return unknownEvent(event, turn);
  }
}

/** A newer program may say more than this page knows; what it does know still holds. */
function unknownEvent(_event: never, turn: TurnState): TurnState {
  return turn;
}

/** The turn once a person answered, before the engine's own events say so: the sheet must not be answered twice. */
export function answered(turn: TurnState, answers: readonly { call: CallId; approval: Approval }[]): TurnState {
  const given = new Map(answers.map(({ call, approval }) => [call, approval.verdict]));
  const marked = withCalls(turn, (call) => {
    const verdict = given.get(call.id);
    if (verdict === undefined || call.phase === 'ended') return call;
    return { ...call, phase: 'waiting', approved: verdict !== 'refused', edited: verdict === 'edited' };
  });
  const asks = marked.asks.filter((ask) => !given.has(ask.call));
  return { ...marked, asks, phase: asks.length === 0 && marked.phase === 'asking' ? 'calling' : marked.phase };
}

/** The turn once a person answered about its held batch. */
export function released(turn: TurnState): TurnState {
  return { ...turn, held: null, phase: turn.phase === 'asking' && turn.asks.length === 0 ? 'calling' : turn.phase };
}

/** The turn with a call that a person made again after it. */
export function withRetry(turn: TurnState, row: CallRow): TurnState {
  const retry = callFromRow(row, turn.at);
  return { ...turn, retries: [...turn.retries.filter(({ id }) => id !== retry.id), retry] };
}

/** The calls of the batch that were made again, and those made again of these. */
export function retriesOf(turn: TurnState, batch: BatchState): CallState[] {
  const ids = new Set(batch.calls.map(({ id }) => id));
  return turn.retries.filter(({ id, retryOf }) => {
    const mine = retryOf !== null && ids.has(retryOf);
    if (mine) ids.add(id);
    return mine;
  });
}

/** The turn as the record tells it. */
export function fromView(view: TurnView): TurnState {
  const over = view.answer !== null || view.stopped !== null;
  return {
    ...begun(view.id, view.question, view.answer?.model ?? '', view.at),
    phase: over ? 'ended' : 'thinking',
    batches: view.batches.map((batch) => batchFromView(batch, view.at)),
    retries: view.retries.map((row) => callFromRow(row, view.at)),
    answer: view.answer,
    stopped: view.stopped,
    words: view.words,
    shortened: view.shortened,
    usage: view.answer?.usage ?? { input: 0, output: 0 },
    spent: over ? view.spent : null,
    ms: view.answer?.timings.turn_ms ?? 0,
  };
}

function batchFromView(view: BatchView, began: Micros): BatchState {
  const calls = view.calls.map((row) => callFromRow(row, began));
  const late = calls.filter(({ early }) => !early).map(({ readyMs }) => readyMs);
  return {
    id: view.id,
    calls,
    sealed: true,
    // What did not start early was asked for when the message was complete.
    sealedMs: late.length > 0 && late.length < calls.length ? Math.min(...late) : null,
    ended: calls.every((call) => call.phase === 'ended'),
    elapsedMs: view.elapsed_ms,
    sequentialMs: view.sequential_ms,
    savedMs: 0,
    requests: calls.reduce((sum, { requests }) => sum + requests, 0),
    label: view.label,
  };
}

/** Every call of the turn's messages, in the order in which it was asked for. */
export function callsOf(turn: TurnState): CallState[] {
  return turn.batches.flatMap((batch) => batch.calls);
}

/** The conversation that an event names; only the first does. */
export function conversationOf(event: RunEvent): ConversationId | null {
  return event.type === 'turn_started' ? event.conversation : null;
}

/** Calls of a message arrive before the message is complete: until then the last, unsealed batch holds them. */
function withReady(batches: readonly BatchState[], call: ToolCall, ms: number): readonly BatchState[] {
  const fresh = freshCall(call, ms);
  const last = batches.at(-1);
  if (last && !last.sealed) {
    return [...batches.slice(0, -1), { ...last, calls: [...last.calls, fresh], label: join(last.label, call.label) }];
  }
  return [
    ...batches,
    {
      id: call.batch ?? `after_${batches.length}`,
      calls: [fresh],
      sealed: false,
      sealedMs: null,
      ended: false,
      elapsedMs: 0,
      sequentialMs: 0,
      savedMs: 0,
      requests: 0,
      label: join(PUBLIC, call.label),
    },
  ];
}

function sealed(
  batches: readonly BatchState[],
  { batch: id, calls: order, label, ms }: { batch: BatchId; calls: readonly CallId[]; label: Label; ms: number },
): readonly BatchState[] {
  const last = batches.at(-1);
  if (!last || last.sealed) return batches;
  const place = new Map(order.map((call, index) => [call, index]));
  const calls = [...last.calls].sort((a, b) => (place.get(a.id) ?? a.position) - (place.get(b.id) ?? b.position));
  return [...batches.slice(0, -1), { ...last, id, calls, sealed: true, sealedMs: ms, label }];
}

/** The model is asked again: a message that was not complete by now has come to nothing. */
function closed(batches: readonly BatchState[], ms: number): readonly BatchState[] {
  const last = batches.at(-1);
  if (!last || last.sealed) return batches;
  return [...batches.slice(0, -1), { ...last, sealed: true, sealedMs: ms, ended: true }];
}

function withCall(turn: TurnState, id: CallId, change: (call: CallState) => CallState): TurnState {
  return withCalls(turn, (call) => (call.id === id ? change(call) : call));
}

function withCalls(turn: TurnState, change: (call: CallState) => CallState): TurnState {
  let any = false;
  const batches = turn.batches.map((batch) => {
    let here = false;
    const calls = batch.calls.map((call) => {
      const next = change(call);
      here ||= next !== call;
      return next;
    });
    any ||= here;
    return here ? { ...batch, calls } : batch;
  });
  return any ? { ...turn, batches } : turn;
}

function withoutAsk(turn: TurnState, id: CallId): TurnState {
  if (!turn.asks.some((ask) => ask.call === id)) return turn;
  const asks = turn.asks.filter((ask) => ask.call !== id);
  return { ...turn, asks, phase: asks.length === 0 && turn.phase === 'asking' ? 'calling' : turn.phase };
}
