// The filter language, as much of it as the fake needs: it reads what people write, says what is wrong, and completes.

import { LEVELS } from '../../state/label';
import { termsOf, type Term } from '../../state/terms';
import type { CallRow, Completion, FilterMistake, Level } from '../bindings';

const WORDS: Record<string, readonly string[]> = {
  effect: ['read', 'idempotent_write', 'write'],
  label: LEVELS,
  verdict: ['allow', 'ask', 'deny'],
  approved: ['yes', 'no'],
  outcome: ['returned', 'failed', 'refused', 'cancelled', 'timed_out', 'unknown', 'open'],
  is: ['early', 'shared', 'retry', 'edited', 'dropped', 'by-hand', 'erased', 'held'],
};

const FIELDS: Record<string, string> = {
  source: 'the API it went to',
  tool: 'the tool’s name',
  effect: 'what it does',
  label: 'its level; ≥ and ≤ compare',
  verdict: 'what policy said',
  approved: 'what a person said',
  outcome: 'how it ended',
  failure: 'how it failed',
  status: 'the source’s status, 5xx',
  took: 'how long, >2s',
  attempts: 'requests sent for it',
  since: 'not before, 7d or 2026-11-01',
  until: 'not after, 2026-11-20',
  on: 'on this day',
  call: 'this call',
  conversation: 'this conversation’s',
  turn: 'this answer’s',
  is: 'a mark that it has',
};

export interface Marks {
  sources: readonly string[];
  erased: (row: CallRow) => boolean;
  held: (row: CallRow) => boolean;
}

type Test = (row: CallRow) => boolean;

/** The first mistake, if there is one. */
export function mistakeIn(text: string): FilterMistake | null {
  for (const term of termsOf(text)) {
    const words = wrong(term);
    if (words) return { start: term.start, end: term.end, words };
  }
  return null;
}

function wrong({ field, values, text }: Term): string {
  if (field === '') return (text.match(/"/g) ?? []).length % 2 === 1 ? 'The quote is not closed. Put a `"` at the end.' : '';
  if (!(field in FIELDS)) {
    const near = Object.keys(FIELDS).find((known) => known.startsWith(field.slice(0, 3)));
    return `There is no field \`${field}\`.${near ? ` Write \`${near}:\`.` : ''}`;
  }
  const known = WORDS[field];
  for (const value of values) {
    const bare = value.replace(/^(?:[<>]=?|[=≤≥])/, '');
    if (bare === '') return `Say what \`${field}\` should be.`;
    if (known && !known.includes(bare)) return `\`${field}\` has no \`${bare}\`. Write one of ${known.map((word) => `\`${word}\``).join(', ')}.`;
    if (['since', 'until', 'on'].includes(field) && instant(bare) === null) return `\`${bare}\` is no time. Write \`7d\`, \`24h\` or \`2026-11-01\`.`;
  }
  return '';
}

/** What goes well at the cursor. */
export function completions(text: string, cursor: number, sources: readonly string[]): Completion[] {
  const term = termsOf(text).find(({ start, end }) => start <= cursor && cursor <= end);
  const start = term?.start ?? cursor;
  const typed = text.slice(start, cursor);
  const end = term?.end ?? cursor;
  const sign = /^(-|not:)?/.exec(typed)?.[0] ?? '';
  const [, field = '', list = ''] = /^([a-z]+):(.*)$/.exec(typed.slice(sign.length)) ?? [];
  if (field in FIELDS) {
    const comparing = /^(?:[<>]=?|[=≤≥])?/.exec(list)?.[0] ?? '';
    const begun = list.slice(Math.max(comparing.length, list.lastIndexOf(',') + 1));
    const head = typed.slice(0, typed.length - begun.length);
    const all = field === 'source' ? sources : field === 'since' ? ['24h', '7d', '30d'] : (WORDS[field] ?? []);
    return all.filter((word) => word.startsWith(begun)).map((word) => ({ start, end, insert: `${head}${word} `, hint: '' }));
  }
  const begun = typed.slice(sign.length);
  return Object.entries(FIELDS)
    .filter(([name]) => name.startsWith(begun))
    .map(([name, hint]) => ({ start, end, insert: `${sign}${name}:`, hint }));
}

/** The test that all terms make together. */
export function testOf(text: string, marks: Marks): Test {
  const tests = termsOf(text).map((term): Test => {
    const any = term.values.map((value) => one(term.field, value.toLowerCase(), marks));
    return (row) => any.some((test) => test(row)) !== term.not;
  });
  return (row) => tests.every((test) => test(row));
}

function one(field: string, value: string, marks: Marks): Test {
  const [, sign = '', bare = ''] = /^([<>]=?|[=≤≥])?(.*)$/.exec(value) ?? [];
  const at = instant(bare) ?? 0;
  switch (field) {
    case 'source':
      return ({ tool }) => tool.startsWith(`${value}.`);
    case 'tool':
      return ({ tool }) => tool === value || tool.endsWith(`.${value}`);
    case 'label':
      return ({ label }) => compare(LEVELS.indexOf(label.level), sign, LEVELS.indexOf(bare as Level));
    case 'outcome':
      return ({ outcome }) => (outcome ?? 'open') === value;
    case 'status':
      return ({ status }) => (/^\dxx$/.test(bare) ? Math.floor((status ?? 0) / 100) === Number(bare[0]) : compare(status ?? 0, sign, Number(bare)));
    case 'took':
      return ({ took_ms }) => compare(took_ms, sign, parseFloat(bare) * (bare.endsWith('ms') ? 1 : bare.endsWith('m') ? 60_000 : 1000));
    case 'approved':
      return ({ approved }) => approved === (value === 'yes');
    case 'attempts':
      return ({ attempts }) => compare(attempts, sign, Number(bare));
    case 'since':
      return (row) => row.at >= at;
    case 'until':
      return (row) => row.at < (/^\d{4}-\d\d-\d\d$/.test(bare) ? at + DAY : at);
    case 'on':
      return (row) => row.at >= at && row.at < at + DAY;
    case 'is':
      return (row) => marked(row, value, marks);
    case 'effect':
    case 'verdict':
    case 'failure':
      return (row) => row[field] === value;
    case 'call':
    case 'conversation':
    case 'turn':
      return (row) => row[field]?.toLowerCase() === value;
    default:
      return ({ tool, telling }) => `${tool} ${telling}`.toLowerCase().includes(value);
  }
}

function marked(row: CallRow, mark: string, marks: Marks): boolean {
  switch (mark) {
    case 'erased':
      return marks.erased(row);
    case 'held':
      return marks.held(row);
    case 'by-hand':
      return row.turn === null;
    case 'shared':
      return row.from !== null;
    case 'retry':
      return row.retry_of !== null;
    case 'dropped':
      return row.dropped !== null;
    default:
      return mark === 'early' ? row.early : row.edited;
  }
}

function compare(is: number, sign: string, with_: number): boolean {
  switch (sign) {
    case '>':
      return is > with_;
    case '<':
      return is < with_;
    case '≥':
    case '>=':
      return is >= with_;
    case '≤':
    case '<=':
      return is <= with_;
    default:
      return is === with_;
  }
}

const DAY = 86_400_000_000;

/** `7d`, `24h`, `2026-11-01` as an instant. */
function instant(text: string): number | null {
  const back = /^(\d+)([dhm])$/.exec(text);
  if (back) return Date.now() * 1000 - Number(back[1]) * { d: DAY, h: 3_600_000_000, m: 60_000_000 }[back[2] as 'd' | 'h' | 'm'];
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : NaN;
  return Number.isNaN(at) ? null : at * 1000;
}
