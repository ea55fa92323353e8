// A batch in one line.

import type { BatchState, CallState } from '../state/turn';
import { outcomesOf, sourcesOf } from '../state/waterfall';
import { counted, duration, outcomeWord } from '../state/words';
import type { Outcome } from '../ipc/host';

/** `15 calls · 4 sources`; while it runs also how many ended. */
export function headline(batch: BatchState): string {
  const calls = counted(batch.calls.length, 'call');
  const sources = counted(sourcesOf(batch.calls).length, 'source');
  if (batch.ended) return `${calls} · ${sources}`;
  const ended = batch.calls.filter(({ phase }) => phase === 'ended').length;
  return `${calls} · ${sources} · ${ended} ended`;
}

/** `0.41 s, 3.20 s one after another (7.8×)`; only the time where nothing was saved. */
export function saving(batch: BatchState): string {
  const sent = batch.calls.some(({ startMs }) => startMs !== null);
  if (!sent) return 'nothing was sent';
  if (batch.calls.every((call) => call.startMs === null || leftOpen(call))) return 'cut short';
  const took = duration(batch.elapsedMs);
  const times = batch.elapsedMs > 0 ? batch.sequentialMs / batch.elapsedMs : 1;
  if (times < 1.05) return took;
  return `${took} — ${duration(batch.sequentialMs)} one after another (${times.toFixed(1)}×)`;
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
