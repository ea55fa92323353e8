// Labels as the page needs them: the same join as the program's, and the same order of categories.

import type { Category, Label, Level } from '../ipc/host';

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
