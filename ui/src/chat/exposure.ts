// What the foot of an answer says of what it drew on.

import type { Answer, Combined, Exposure } from '../ipc/host';
import { spentWords } from '../state/spent';
import type { TurnState } from '../state/turn';
import { callsOf } from '../state/turn';
import { bytes, count, counted, duration } from '../state/words';

/** `drew on 15 of 15 calls`, and how many earlier results the model still had. */
export function drewOn(turn: TurnState, answer: Answer): string {
  const all = callsOf(turn).filter(({ dropped }) => dropped === null).length;
  const own = answer.exposure.filter(({ earlier }) => !earlier).length;
  const earlier = answer.exposure.length - own;
  if (all === 0 && earlier === 0) return 'drew on no call';
  const first = all === 0 ? [] : [`drew on ${count(own)} of ${counted(all, 'call')}`];
  const more = earlier === 0 ? [] : [`${first.length ? 'and on' : 'drew on'} ${counted(earlier, 'earlier result')}`];
  return [...first, ...more].join(' ');
}

/** How much of a result the model saw. */
export function seen(mode: Exposure): string {
  switch (mode.mode) {
    case 'full':
      return 'in full';
    case 'truncated':
      return `the first ${bytes(mode.shown)} of ${bytes(mode.of)}`;
    case 'words':
      return 'no result, only the words that say why';
  }
}

/** Why the answer is not all that the model would have said; empty if it is. */
export function cutShort({ finish }: Answer): string {
  switch (finish) {
    case 'stop':
    case 'tool_calls':
      return '';
    case 'length':
      return 'The model ran into its limit of length: this answer is cut short. Ask it to go on.';
    case 'content_filter':
      return 'The provider’s filter stopped the model: this answer is cut short.';
  }
}

/** `2.79 s saved`, if running the calls together saved anything worth saying. */
export function saved({ timings }: Answer): string {
  const ms = timings.sequential_ms - timings.batches_ms;
  return ms >= 50 ? `${duration(ms)} saved` : '';
}

/** What the turn used: with its cost once the record says it, until then the tokens that the provider counted. */
export function used({ spent }: TurnState, { usage }: Answer): string {
  if (spent && spent.requests > 0) return spentWords(spent);
  return usage.input + usage.output === 0 ? '' : `${count(usage.input)} in · ${count(usage.output)} out`;
}

/** `identity + health about one subject from 3 sources` */
export function combinedWords({ categories, one_subject, sources }: Combined): string {
  return `${categories.join(' + ')}${one_subject ? ' about one subject' : ''} from ${counted(sources.length, 'source')}`;
}

/** `3 values and 1 result hidden from the model`; empty if nothing was. */
export function hiddenWords({ unseen }: Answer): string {
  const what = [
    ...(unseen.values > 0 ? [counted(unseen.values, 'value')] : []),
    ...(unseen.results.length > 0 ? [counted(unseen.results.length, 'result')] : []),
  ];
  return what.length === 0 ? '' : `${what.join(' and ')} hidden from the model`;
}
