// What a person can do with the calls of a batch. A batch from the record can still be opened, and its calls made again.

import type { BatchId, CallId } from '../ipc/host';
import type { CallState } from '../state/call';

export interface Doing {
  readonly open: (call: CallId) => void;
  /** Takes a call back; `null` if this page does not run its turn. */
  readonly cancel: ((call: CallId) => void) | null;
  readonly cancelBatch: (batch: BatchId) => void;
  /** Makes the call again, with other arguments if some are given; `null` while its turn still runs. */
  readonly retry: ((call: CallId, args: string | null) => void) | null;
  /** Asks the model to go on with what a call gave that was made again. */
  readonly goOn: (again: CallState, of: CallState) => void;
}

/** Whether making the call again may give a result. What no tool answers for, or somebody refused, won't. */
export function canRetry(call: CallState): boolean {
  if (call.outcome === null || call.outcome === 'returned' || call.outcome === 'refused') return false;
  return call.failure !== 'unknown_tool' && !call.tool.startsWith('tieout.');
}

/** Why somebody should think before making the call again; empty if there is no reason. */
export function retryWarning({ effect, outcome, startMs, status }: CallState): string {
  if (effect !== 'write') return '';
  const twice = 'It writes, and twice is not the same as once.';
  if (startMs === null) return `${twice} It was never sent before.`;
  if (outcome === 'failed' && status !== null) return `${twice} Its source said that the first one failed; be sure that it did nothing.`;
  return `${twice} The first one may have reached its source: look there before you send it again.`;
}

/** Whether it was made again with other arguments, as far as what tells a call from another says. */
export function otherArguments(again: CallState, of: CallState): boolean {
  return again.telling !== of.telling;
}

/** The question that asks the model to go on. */
export function goOnWords(again: CallState, of: CallState): string {
  const how = otherArguments(again, of) ? 'with other arguments, ' : '';
  if (again.outcome === 'returned') {
    return `I made call ${of.handle} (${of.tool}) again ${how}as ${again.handle}, and it returned. Please go on with its result.`;
  }
  return `I made call ${of.handle} (${of.tool}) again ${how}as ${again.handle}; it did not return either. Please go on without it.`;
}
