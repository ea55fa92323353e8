// Where a call's time went, from its record.

import type { CallDetail, Phases } from '../ipc/host';

/** The phases of the last attempt, if they are on record. */
export function phasesOf(detail: CallDetail): Phases | null {
  const end = detail.entries.findLast(({ type }) => type === 'call.ended');
  const phases = (end?.body as { phases?: unknown } | null | undefined)?.phases;
  if (phases === null || typeof phases !== 'object') return null;
  const given = phases as Record<string, unknown>;
  const span = (key: string) => (typeof given[key] === 'number' ? given[key] : 0);
  return {
    name: span('name'),
    connect: span('connect'),
    tls: span('tls'),
    answer: span('answer'),
    body: span('body'),
    reused: given['reused'] === true,
  };
}
