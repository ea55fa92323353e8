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
  Effect,
  FailureClass,
  Handle,
  Label,
  Micros,
  ModelFailure,
  Outcome,
  RunEvent,
  Stopped,
  ToolCall,
  TurnId,
  TurnView,
  Usage,
  Verdict,
} from '../ipc/host';
import { PUBLIC, join } from './label';

/** Where a call stands. `asked`: a person must answer. */
export type CallPhase = 'waiting' | 'asked' | 'running' | 'ended';

/** One call, as a row. Times are milliseconds since the turn began. */
export interface CallState {
  readonly id: CallId;
  readonly position: number;
  readonly handle: Handle;
  readonly tool: string;
  readonly effect: Effect;
  readonly telling: string;
  readonly label: Label;
  readonly phase: CallPhase;
  readonly readyMs: number;
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly attempts: number;
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly approved: boolean | null;
  readonly outcome: Outcome | null;
  readonly failure: FailureClass | null;
  readonly status: number | null;
  readonly words: string;
  readonly size: number;
  readonly tookMs: number;
}

export interface BatchState {
  readonly id: BatchId;
  /** In the model's order. */
  readonly calls: readonly CallState[];
  /** Whether the model's message is complete. */
  readonly sealed: boolean;
  readonly ended: boolean;
  readonly elapsedMs: number;
  readonly sequentialMs: number;
  readonly label: Label;
}

/** `thinking`: the model was asked and has said nothing yet. `asking`: a person must answer. */
export type TurnPhase = 'thinking' | 'calling' | 'asking' | 'answering' | 'ended';

export interface TurnState {
  readonly id: TurnId;
  readonly question: string;
  readonly model: string;
  readonly at: Micros;
  readonly phase: TurnPhase;
  readonly batches: readonly BatchState[];
  /** What the person is asked at this moment. */
  readonly asks: readonly Ask[];
  /** The model's words while they arrive, citation marks and all. Empty once the answer is on record. */
  readonly text: string;
  readonly answer: Answer | null;
  readonly stopped: Stopped | null;
  readonly failure: ModelFailure | null;
  readonly words: string;
  readonly usage: Usage;
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
    batches: [],
    asks: [],
    text: '',
    answer: null,
    stopped: null,
    failure: null,
    words: '',
    usage: { input: 0, output: 0 },
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
      return { ...turn, phase: 'thinking', text: '' };
    case 'call_ready':
      return { ...turn, phase: 'calling', batches: withReady(turn.batches, event.call, event.ms) };
    case 'decided':
      return withCall(turn, event.call, (call) => ({
        ...call,
        verdict: event.decision.verdict,
        reason: event.decision.reason,
      }));
    case 'batch_started':
      return { ...turn, phase: 'calling', batches: sealed(turn.batches, event.batch, event.calls, event.label) };
    case 'approval_asked': {
      const asked = new Set(event.asks.map((ask) => ask.call));
      const marked = withCalls(turn, (call) =>
        asked.has(call.id) && call.phase === 'waiting' ? { ...call, phase: 'asked' } : call,
      );
      return { ...marked, phase: 'asking', asks: [...turn.asks, ...event.asks] };
    }
    case 'dispatched':
      return withoutAsk(
        withCall(turn, event.call, (call) => ({
          ...call,
          phase: 'running',
          startMs: call.startMs ?? event.ms,
          attempts: event.attempt,
          approved: call.phase === 'asked' ? true : call.approved,
        })),
        event.call,
      );
    case 'call_ended':
      return withoutAsk(
        withCall(turn, event.call, (call) => ({
          ...call,
          phase: 'ended',
          // The event comes once the end is on record; the call itself took what it says it took.
          endMs: call.startMs === null ? event.ms : call.startMs + event.took_ms,
          approved: call.phase === 'asked' && event.outcome === 'refused' ? false : call.approved,
          outcome: event.outcome,
          failure: event.failure,
          status: event.status,
          words: event.words,
          size: event.size,
          tookMs: event.took_ms,
          label: event.label,
        })),
        event.call,
      );
    case 'batch_ended':
      return {
        ...turn,
        phase: 'thinking',
        asks: [],
        batches: turn.batches.map((batch) =>
          batch.id === event.batch
            ? {
                ...batch,
                ended: true,
                elapsedMs: event.elapsed_ms,
                sequentialMs: event.sequential_ms,
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
        asks: [],
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
  const given = new Map(answers.map(({ call, approval }) => [call, approval.verdict === 'allowed']));
  const marked = withCalls(turn, (call) => {
    const approved = given.get(call.id);
    return approved === undefined || call.phase === 'ended' ? call : { ...call, phase: 'waiting', approved };
  });
  const asks = marked.asks.filter((ask) => !given.has(ask.call));
  return { ...marked, asks, phase: asks.length === 0 && marked.phase === 'asking' ? 'calling' : marked.phase };
}

/** The turn as the record tells it. */
export function fromView(view: TurnView): TurnState {
  const ended = view.answer !== null || view.stopped !== null;
  return {
    ...begun(view.id, view.question, view.answer?.model ?? '', view.at),
    phase: ended ? 'ended' : 'thinking',
    batches: view.batches.map((batch) => batchFromView(batch, view.at)),
    answer: view.answer,
    stopped: view.stopped,
    words: view.words,
    usage: view.answer?.usage ?? { input: 0, output: 0 },
    ms: view.answer?.timings.turn_ms ?? 0,
  };
}

function batchFromView(view: BatchView, began: Micros): BatchState {
  const calls = view.calls.map((row) => callFromRow(row, began));
  return {
    id: view.id,
    calls,
    sealed: true,
    ended: calls.every((call) => call.phase === 'ended'),
    elapsedMs: view.elapsed_ms,
    sequentialMs: view.sequential_ms,
    label: view.label,
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
    phase: row.outcome !== null ? 'ended' : startMs === null ? 'waiting' : 'running',
    readyMs,
    startMs,
    endMs: row.outcome === null ? null : (startMs ?? readyMs) + row.took_ms,
    attempts: startMs === null ? 0 : 1,
    verdict: row.verdict,
    reason: '',
    approved: row.approved,
    outcome: row.outcome,
    failure: row.failure,
    status: row.status,
    words: '',
    size: row.size,
    tookMs: row.took_ms,
  };
}

/** Every call of the turn, in the order in which it was asked for. */
export function callsOf(turn: TurnState): CallState[] {
  return turn.batches.flatMap((batch) => batch.calls);
}

/** The conversation that an event names; only the first does. */
export function conversationOf(event: RunEvent): ConversationId | null {
  return event.type === 'turn_started' ? event.conversation : null;
}

/** Calls of a message arrive before the message is complete: until then the last, unsealed batch holds them. */
function withReady(batches: readonly BatchState[], call: ToolCall, ms: number): readonly BatchState[] {
  const fresh: CallState = {
    id: call.id,
    position: call.position,
    handle: call.handle,
    tool: call.tool ?? call.asked_for,
    effect: call.effect,
    telling: call.telling,
    label: call.label,
    phase: 'waiting',
    readyMs: ms,
    startMs: null,
    endMs: null,
    attempts: 0,
    verdict: null,
    reason: '',
    approved: null,
    outcome: null,
    failure: null,
    status: null,
    words: '',
    size: 0,
    tookMs: 0,
  };
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
      ended: false,
      elapsedMs: 0,
      sequentialMs: 0,
      label: join(PUBLIC, call.label),
    },
  ];
}

function sealed(
  batches: readonly BatchState[],
  id: BatchId,
  order: readonly CallId[],
  label: Label,
): readonly BatchState[] {
  const last = batches.at(-1);
  if (!last || last.sealed) return batches;
  const place = new Map(order.map((call, index) => [call, index]));
  const calls = [...last.calls].sort((a, b) => (place.get(a.id) ?? a.position) - (place.get(b.id) ?? b.position));
  return [...batches.slice(0, -1), { ...last, id, calls, sealed: true, label }];
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
