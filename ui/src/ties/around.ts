// A value as it stands in a result: with the rest of its row, or its neighbours in a list, or the words around it.

import { above, steps, valueAt } from '../kit/pointer';
import { count } from '../state/words';

export interface Beside {
  readonly key: string;
  readonly text: string;
  /** Whether it is the value itself. */
  readonly here: boolean;
}

export interface Surroundings {
  /** `row 2 of 3 in items`; empty at the top. */
  readonly where: string;
  readonly rows: readonly Beside[];
}

const MOST = 7;
const NEAR = 2;
const LONGEST = 120;

/** The scalars that stand beside the value at a place; null if there is no such place. */
export function around(value: unknown, pointer: string): Surroundings | null {
  const up = above(pointer);
  if (up === null || valueAt(value, pointer) === undefined) return null;
  const key = steps(pointer).at(-1) ?? '';
  const parent = valueAt(value, up);
  if (Array.isArray(parent)) {
    const at = Number(key);
    const rows = parent
      .slice(Math.max(0, at - NEAR), at + NEAR + 1)
      .map((item, index) => ({ key: String(Math.max(0, at - NEAR) + index), text: shown(item), here: Math.max(0, at - NEAR) + index === at }));
    return { where: whereabouts(value, pointer), rows };
  }
  const scalars = Object.entries(parent as object).filter(([name, item]) => name === key || item === null || typeof item !== 'object');
  const at = scalars.findIndex(([name]) => name === key);
  const first = Math.max(0, Math.min(at - (MOST >> 1), scalars.length - MOST));
  const rows = scalars.slice(first, first + MOST).map(([name, item]) => ({ key: name, text: shown(item), here: name === key }));
  return { where: whereabouts(value, up), rows };
}

/** `row 2 of 3 in items` for an element of a list, else the name of what it is in. */
function whereabouts(value: unknown, pointer: string): string {
  const up = above(pointer);
  if (up === null) return '';
  const list = valueAt(value, up);
  const names = steps(pointer);
  if (!Array.isArray(list)) return `in ${names.at(-1) ?? ''}`;
  const within = names.at(-2);
  return `row ${count(Number(names.at(-1)) + 1)} of ${count(list.length)}${within === undefined ? '' : ` in ${within}`}`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Where a value stands in a result that is no JSON: the words before it, itself, the words after it. */
export function excerpt(text: string, raw: string): [string, string, string] | null {
  const at = raw === '' ? -1 : text.indexOf(raw);
  if (at < 0) return null;
  return [text.slice(Math.max(0, at - LONGEST), at), raw, text.slice(at + raw.length, at + raw.length + LONGEST)];
}
