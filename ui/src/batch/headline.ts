// A batch in one line.

import { heldUp, type CallState } from '../state/call';
import type { BatchState } from '../state/turn';
import { outcomesOf, sourcesOf } from '../state/waterfall';
import { counted, duration, outcomeWord } from '../state/words';
import type { Outcome } from '../ipc/host';

/** `15 calls · 4 sources`; while it runs also how many ended, and how many wait. */
export function headline(batch: BatchState): string {
  const calls = counted(batch.calls.length, 'call');
  const sources = counted(sourcesOf(batch.calls).length, 'source');
  if (batch.ended) return `${calls} · ${sources}`;
  const ended = batch.calls.filter(({ phase }) => phase === 'ended').length;
  const waiting = batch.calls.filter((call) => heldUp(call)).length;
  return `${calls} · ${sources} · ${ended} ended${waiting > 0 ? ` · ${waiting} waiting` : ''}`;
}

/** `0.41 s — 3.20 s one after another (7.8×) · 0.12 s saved by early start · 13 requests`, each where it says anything. */
export function saving(batch: BatchState): string {
  const sent = batch.calls.some(({ startMs }) => startMs !== null);
  if (!sent) return 'nothing was sent';
  if (batch.calls.every((call) => call.startMs === null || leftOpen(call))) return 'cut short';
  if (batch.calls.every(({ dropped }) => dropped !== null)) return 'not used';
  const took = duration(batch.elapsedMs);
  const times = batch.elapsedMs > 0 ? batch.sequentialMs / batch.elapsedMs : 1;
  // Where calls started early their time has the model's writing in it: how many times less would say nothing of them.
  const ratio = batch.calls.some(({ early }) => early) ? '' : ` (${times.toFixed(1)}×)`;
  return [
    times < 1.05 ? took : `${took} — ${duration(batch.sequentialMs)} one after another${ratio}`,
    batch.savedMs >= 5 ? `${duration(batch.savedMs)} saved by early start` : '',
    batch.requests > 0 ? counted(batch.requests, 'request') : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Calls that have no result for one and the same reason, three or more: that is said once, not in every row. */
export function alikeOf(calls: readonly CallState[]): CallState[] {
  const left = calls.filter(leftOpen);
  if (left.length > 1) return left;
  const groups = new Map<string, CallState[]>();
  for (const call of calls) {
    if (call.outcome === null || call.outcome === 'returned' || call.words === '') continue;
    const reason = `${call.outcome} ${call.words}`;
    groups.set(reason, [...(groups.get(reason) ?? []), call]);
  }
  const largest = [...groups.values()].reduce<CallState[]>((most, group) => (group.length > most.length ? group : most), []);
  return largest.length > 2 ? largest : [];
}

/** Whether a crash left the call open: it was sent, and how long it took nobody knows. */
export function leftOpen(call: CallState): boolean {
  return call.outcome === 'unknown' && call.tookMs === 0;
}

/** `14 returned · 1 failed` */
export function outcomesLine(batch: BatchState): string {
  const word = (name: string) => (name === 'running' || name === 'waiting' ? name : outcomeWord(name as Outcome));
  return outcomesOf(batch.calls)
    .map(({ word: name, count }) => `${count} ${word(name)}`)
    .join(' · ');
}
