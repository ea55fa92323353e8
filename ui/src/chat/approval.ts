// The approval sheet's state: one choice per call, and one submit for all.

import type { Approval, ApprovalInput, Ask, CallId } from '../ipc/host';

export interface Choice {
  readonly verdict: 'allowed' | 'refused' | null;
  readonly reason: string;
}

export interface Sheet {
  /** Which call is in front. */
  readonly at: number;
  readonly choices: ReadonlyMap<CallId, Choice>;
}

export const EMPTY: Sheet = { at: 0, choices: new Map() };
const OPEN: Choice = { verdict: null, reason: '' };

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
  return { ...sheet, choices: new Map(sheet.choices).set(call, { verdict: 'refused', reason }) };
}

export function move(sheet: Sheet, asks: readonly Ask[], by: number): Sheet {
  return { ...sheet, at: Math.min(asks.length - 1, Math.max(0, sheet.at + by)) };
}

/** What is told to the host, once every call has its choice; nothing before. */
export function answers(sheet: Sheet, asks: readonly Ask[]): ApprovalInput[] | null {
  const all: ApprovalInput[] = [];
  for (const { call } of asks) {
    const { verdict, reason } = choiceOf(sheet, call);
    if (verdict === null) return null;
    const approval: Approval = verdict === 'allowed' ? { verdict } : { verdict, reason: reason.trim() };
    all.push({ call, approval });
  }
  return all.length > 0 ? all : null;
}
