// Labels as the page needs them: the same join as the program's, and the same order of categories.

import type { Category, FalseAlarm, Label, Level, MadeOf } from '../ipc/host';
import { count } from './words';

/** Lowest first. */
export const LEVELS: readonly Level[] = ['public', 'internal', 'confidential', 'restricted'];

/** In the order in which labels are written. */
export const CATEGORIES: readonly Category[] = [
  'identity',
  'contact',
  'location',
  'financial',
  'health',
  'credential',
  'biometric',
  'communications',
  'calendar',
  'employment',
  'legal',
  'minors',
  'organisation',
];

/** Joining it changes nothing. */
export const PUBLIC: Label = { level: 'public', categories: [] };

/** The least label that is at least both. */
export function join(a: Label, b: Label): Label {
  const level = LEVELS[Math.max(LEVELS.indexOf(a.level), LEVELS.indexOf(b.level))] ?? 'restricted';
  const both = new Set([...a.categories, ...b.categories]);
  return { level, categories: CATEGORIES.filter((category) => both.has(category)) };
}

/** `confidential · identity, contact` */
export function labelWords(label: Label): string {
  return label.categories.length === 0 ? label.level : `${label.level} · ${label.categories.join(', ')}`;
}

/** `3 email, 1 iban` */
export function foundWords({ found, unread }: MadeOf): string {
  const kinds = found.map(({ kind, count: many }) => `${count(many)} ${kind}`);
  return [...kinds, ...(unread ? ['the end not looked at'] : [])].join(', ');
}

/** What a label comes from: `internal by source and tool; detected: 3 email, 1 iban`. */
export function madeWords(made: MadeOf): string {
  return `${labelWords(made.plain)} by source and tool; detected: ${foundWords(made)}`;
}

/** A place as it stands in every result of a tool: numbers of list items become `*`. As the program has it. */
export function shapeOf(pointer: string): string {
  return pointer
    .split('/')
    .map((step) => (/^[0-9]+$/.test(step) ? '*' : step))
    .join('/');
}

/** The false alarm that a finding is, if a person called it one. */
export function alarmOf(
  alarms: readonly FalseAlarm[],
  tool: string,
  carried: FalseAlarm['carried'],
  { kind, pointer }: { kind: string; pointer: string },
): FalseAlarm | undefined {
  const place = shapeOf(pointer);
  return alarms.find((alarm) => alarm.tool === tool && alarm.kind === kind && alarm.carried === carried && alarm.pointer === place);
}
