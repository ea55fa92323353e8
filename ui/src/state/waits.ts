// What a call waits for, in words, and what can be done about it.

import type { Phases, SourceName, Waiting } from '../ipc/host';
import type { CallState } from './call';
import { counted, duration, outcomeWord } from './words';

const NTH = ['', 'first', 'second', 'third', 'fourth', 'fifth'];

/** `0.4 s`, `3 s`, `1 min 5 s`: how long a wait lasts. */
export function seconds(ms: number): string {
  if (ms >= 10_000) return duration(ms);
  const rounded = Math.round(ms / 100) / 10;
  return `${Number.isInteger(rounded) ? rounded : rounded.toFixed(1)} s`;
}

/** Thousandths of a request per second as a person says it: `20 requests a second`, `one request in 3 s`. */
export function rateWords(milliPerSecond: number): string {
  if (milliPerSecond < 1000) return `one request in ${seconds(1_000_000 / milliPerSecond)}`;
  const perSecond = milliPerSecond / 1000;
  return `${counted(Number.isInteger(perSecond) ? perSecond : Number(perSecond.toFixed(1)), 'request')} a second`;
}

/** Why it waits, for a row. `since` is how long it has waited already: what is left of a known time goes down. */
export function waitingWords(waiting: Waiting, since = 0): string {
  const left = (ms: number) => seconds(Math.max(0, ms - since));
  switch (waiting.for) {
    case 'resource':
      return `waits for ${waiting.handle}, both touch ${waiting.resource}`;
    case 'order':
      return `waits its turn after ${waiting.handle}`;
    case 'same':
      return `same request as ${waiting.handle}`;
    case 'result':
      return `waits for ${waiting.handle}, whose result it reads`;
    case 'source':
      return `${counted(waiting.in_flight, 'call')} of ${waiting.source} ${waiting.in_flight === 1 ? 'is' : 'are'} under way, the most it allows`;
    case 'everything':
      return `${counted(waiting.in_flight, 'call')} ${waiting.in_flight === 1 ? 'is' : 'are'} under way, the most that may be`;
    case 'rate':
      return `${waiting.source} takes ${rateWords(waiting.milli_per_second)}; next in ${left(waiting.ms)}`;
    case 'paused':
      return `${waiting.source} asked to wait ${left(waiting.ms)} (${waiting.words.slice(0, 80)})`;
    case 'paused_by_person':
      return `${waiting.source} is paused by you`;
    case 'again':
      return `${NTH[waiting.attempt] ?? `${waiting.attempt}th`} attempt in ${left(waiting.ms)}`;
  }
}

/** The same in as few words as a row has room for: what it leaves out stands in the row already, or below its bar. */
export function waitingRow(waiting: Waiting, since = 0): string {
  const left = 'ms' in waiting ? waiting.ms - since : 0;
  const after = (words: string, then: string) => (left > 0 ? `${words}; ${then}` : words);
  switch (waiting.for) {
    case 'source':
      return `${waiting.source} has ${counted(waiting.in_flight, 'call')} under way`;
    case 'everything':
      return `${counted(waiting.in_flight, 'call')} under way in all`;
    case 'rate':
      return after(rateWords(waiting.milli_per_second), `next in ${seconds(left)}`);
    case 'paused':
      return after(`${waiting.source} asked to wait`, `${seconds(left)} left`);
    default:
      return waitingWords(waiting, since);
  }
}

/** What it waited for, once that is over. */
function waitedWords(waiting: Waiting): string {
  switch (waiting.for) {
    case 'resource':
      return `waited for ${waiting.handle}, both touch ${waiting.resource}`;
    case 'order':
      return `waited its turn after ${waiting.handle}`;
    case 'result':
      return `waited for ${waiting.handle}, whose result it reads`;
    case 'source':
      return `waited while ${counted(waiting.in_flight, 'call')} of ${waiting.source} ${waiting.in_flight === 1 ? 'was' : 'were'} under way`;
    case 'everything':
      return `waited while ${counted(waiting.in_flight, 'call')} ${waiting.in_flight === 1 ? 'was' : 'were'} under way`;
    case 'rate':
      return `waited, since ${waiting.source} takes ${rateWords(waiting.milli_per_second)}`;
    case 'paused':
      return `waited, since ${waiting.source} asked for ${seconds(waiting.ms)} (${waiting.words.slice(0, 80)})`;
    case 'paused_by_person':
      return `waited, since ${waiting.source} was paused by you`;
    case 'again':
      return `waited before the ${NTH[waiting.attempt] ?? `${waiting.attempt}th`} attempt`;
    case 'same':
      return waitingWords(waiting);
  }
}

/** The source whose limits or pause it waits for: what can be paused and resumed from its row. */
export function waitsAt(waiting: Waiting): SourceName | null {
  switch (waiting.for) {
    case 'source':
    case 'rate':
    case 'paused':
    case 'paused_by_person':
      return waiting.source;
    default:
      return null;
  }
}

/** Where a call without a request of its own has its result from. `named` gives the handle of a call. */
export function sharedWords(call: CallState, named: (id: string) => CallState | undefined): string {
  if (call.from === null) return '';
  const other = named(call.from);
  const handle = other?.handle ?? 'another call';
  if (call.tool === 'tieout.read_result') return `reads ${handle} from the record`;
  const before = other?.endMs != null && other.endMs <= call.readyMs;
  return before ? `result of ${handle}, used again` : `same request as ${handle}`;
}

export interface Line {
  readonly words: string;
  /** How long it lasted, in milliseconds; none if it has no length. */
  readonly ms: number | null;
}

/** What happened to the call in time, line by line: what hovering over its bar says. Empty if the bar says it all. */
export function linesOf(call: CallState, now: number, named: (id: string) => CallState | undefined): Line[] {
  const lines: Line[] = [];
  const told = (at: number, words: string, ms: number | null) => order.push({ at, words, ms });
  const order: (Line & { at: number })[] = [];
  for (const { fromMs, toMs, waiting } of call.waits) told(fromMs, toMs === null ? waitingWords(waiting, now - fromMs) : waitedWords(waiting), (toMs ?? now) - fromMs);
  const many = call.attempts.length > 1;
  for (const { attempt, fromMs, toMs, words } of call.attempts) {
    if (many || words) told(fromMs, `attempt ${attempt}${words ? `: ${words}` : ''}`, (toMs ?? now) - fromMs);
  }
  if (call.early) lines.push({ words: 'started while the model still wrote', ms: null });
  lines.push(...order.sort((a, b) => a.at - b.at).map(({ words, ms }) => ({ words, ms })));
  if (call.attempts.length === 0 && call.requests > 1) lines.push({ words: counted(call.requests, 'attempt'), ms: null });
  if (call.from !== null) lines.push({ words: `${sharedWords(call, named)}; nothing was sent`, ms: null });
  if (call.phases) lines.push(...phaseLines(call.phases).filter(({ ms }) => ms !== null && ms >= 1));
  if (call.edited) lines.push({ words: 'with arguments that a person changed', ms: null });
  if (call.pending) lines.push({ words: call.outcome ? `the batch went on without it; ${outcomeWord(call.outcome)} later` : 'the batch went on without it', ms: null });
  return lines;
}

/** Where the last attempt's time went, in the order in which it goes. */
export function phaseLines({ name, connect, tls, answer, body }: Phases): Line[] {
  return [
    { words: 'finding the address (DNS)', ms: name / 1000 },
    { words: 'connecting (TCP)', ms: connect / 1000 },
    { words: 'securing it (TLS)', ms: tls / 1000 },
    { words: 'waiting for the answer', ms: answer / 1000 },
    { words: 'carrying it over', ms: body / 1000 },
  ];
}
