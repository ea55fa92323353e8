// The approval sheet's state: one choice per call, and one submit for all.

import type { Approval, ApprovalInput, Ask, CallId } from '../ipc/host';

export interface Choice {
  readonly verdict: 'allowed' | 'refused' | null;
  readonly reason: string;
  /** Arguments in the place of the model's, if a person is changing them. */
  readonly edited: string | null;
  /** What of these does not fit the tool; `null` until that is known. */
  readonly mistakes: readonly string[] | null;
}

export interface Sheet {
  /** Which call is in front. */
  readonly at: number;
  readonly choices: ReadonlyMap<CallId, Choice>;
}

export const EMPTY: Sheet = { at: 0, choices: new Map() };
const OPEN: Choice = { verdict: null, reason: '', edited: null, mistakes: null };

export function choiceOf(sheet: Sheet, call: CallId): Choice {
  return sheet.choices.get(call) ?? OPEN;
}

/** Chooses for the call in front. Allowing goes on to the next call without a choice; refusing waits for a reason. */
export function choose(sheet: Sheet, asks: readonly Ask[], verdict: 'allowed' | 'refused'): Sheet {
  const ask = asks[sheet.at];
  if (!ask) return sheet;
  const choices = new Map(sheet.choices).set(ask.call, { ...choiceOf(sheet, ask.call), verdict });
  const chosen = { ...sheet, choices };
  if (verdict === 'refused') return chosen;
  const next = asks.findIndex(({ call }) => choiceOf(chosen, call).verdict === null);
  return next < 0 ? chosen : { ...chosen, at: next };
}

/** Chooses the same for every call. */
export function chooseAll(sheet: Sheet, asks: readonly Ask[], verdict: 'allowed' | 'refused'): Sheet {
  return { ...sheet, choices: new Map(asks.map(({ call }) => [call, { ...choiceOf(sheet, call), verdict }])) };
}

export function withReason(sheet: Sheet, call: CallId, reason: string): Sheet {
  return changed(sheet, call, { verdict: 'refused', reason });
}

/** Puts other arguments in the place of the model's; `null` takes them away again. */
export function withArguments(sheet: Sheet, call: CallId, edited: string | null): Sheet {
  return changed(sheet, call, { edited, mistakes: null });
}

export function withMistakes(sheet: Sheet, call: CallId, mistakes: readonly string[] | null): Sheet {
  return changed(sheet, call, { mistakes });
}

/** Whether the call would run with other arguments than the model wrote. Spaces and line breaks are no change. */
export function isEdited(sheet: Sheet, { call, arguments: original }: Ask): boolean {
  const { edited } = choiceOf(sheet, call);
  return edited !== null && compact(edited) !== compact(original);
}

/** Why the call can't be allowed as it stands; empty if it can. */
export function notYet(sheet: Sheet, ask: Ask): string {
  const { verdict, mistakes } = choiceOf(sheet, ask.call);
  if (verdict === null) return 'It has no answer yet.';
  if (verdict === 'refused' || !isEdited(sheet, ask)) return '';
  if (mistakes === null) return 'Its arguments are being checked.';
  return mistakes.length > 0 ? 'Its arguments do not fit its tool.' : '';
}

function changed(sheet: Sheet, call: CallId, change: Partial<Choice>): Sheet {
  return { ...sheet, choices: new Map(sheet.choices).set(call, { ...choiceOf(sheet, call), ...change }) };
}

function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

export function move(sheet: Sheet, asks: readonly Ask[], by: number): Sheet {
  return { ...sheet, at: Math.min(asks.length - 1, Math.max(0, sheet.at + by)) };
}

/** What is told to the host, once every call has an answer that can be given; nothing before. */
export function answers(sheet: Sheet, asks: readonly Ask[]): ApprovalInput[] | null {
  if (asks.length === 0 || asks.some((ask) => notYet(sheet, ask) !== '')) return null;
  return asks.map((ask) => {
    const { verdict, reason, edited } = choiceOf(sheet, ask.call);
    const approval: Approval =
      verdict === 'refused'
        ? { verdict, reason: reason.trim() }
        : isEdited(sheet, ask)
          ? { verdict: 'edited', arguments: edited ?? '' }
          : { verdict: 'allowed' };
    return { call: ask.call, approval };
  });
}

/** `Submit: allow 2, one of them changed, refuse 1`; only the verb until it can be submitted. */
export function submitWords(ready: readonly ApprovalInput[] | null): string {
  if (!ready) return 'Submit';
  const count = (verdict: Approval['verdict']) => ready.filter(({ approval }) => approval.verdict === verdict).length;
  const edited = count('edited');
  return `Submit: allow ${count('allowed') + edited}${edited > 0 ? ` (${edited} changed)` : ''}, refuse ${count('refused')}`;
}
