// Tables of answers: sorting by column, and copying as CSV.

import type { CallId, TiedSpan } from '../ipc/host';
import { callWords, type NamedCall } from '../state/tied';

/** The number that a cell shows, if it shows one: `1,234.50`, `−12 %`, `€ 3`. */
export function figure(cell: string): number | null {
  const bare = cell.replace(/[€$£\s%]|EUR|USD|GBP/g, '').replaceAll('−', '-');
  if (!/^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(bare)) return null;
  return Number(bare.replaceAll(',', ''));
}

/** The order of the rows by a column: figures before words, figures by size. Equal rows keep their order. */
export function order(rows: readonly (readonly string[])[], column: number, descending: boolean): number[] {
  const keys = rows.map((row) => row[column] ?? '');
  const figures = keys.map(figure);
  const compare = (a: number, b: number) => {
    const [left, right] = [figures[a] ?? null, figures[b] ?? null];
    if (left !== null && right !== null) return left - right;
    if (left !== null || right !== null) return left !== null ? -1 : 1;
    return (keys[a] ?? '').localeCompare(keys[b] ?? '');
  };
  return rows.map((_, index) => index).sort((a, b) => (descending ? -compare(a, b) : compare(a, b)) || a - b);
}

/** The table with one column more: where each figure of the row comes from, by the name of its column. A table without
    figures stays as it is. */
export function withSources(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  spans: readonly (readonly (readonly TiedSpan[])[])[],
  named: (call: CallId) => NamedCall | null,
): string[][] {
  const sources = spans.map((row) =>
    row.flatMap((cell, at) => cell.map((span) => `${heads[at] ?? ''}: ${sourceWords(span, named)}`)).join('; '),
  );
  if (sources.every((words) => words === '')) return [[...heads], ...rows.map((row) => [...row])];
  return [[...heads, 'Source'], ...rows.map((row, at) => [...row, sources[at] ?? ''])];
}

/** `billing.list_invoices customer 1043 /items/0/amount`, or that there is none. */
function sourceWords({ status, places, derivation }: TiedSpan, named: (call: CallId) => NamedCall | null): string {
  if (places.length === 0) return status;
  const found = places.map(({ call, pointer }) => `${callWords(named(call), call)} ${pointer}`.trim()).join(' and ');
  const how = derivation ? `${derivation.expression} from ` : '';
  return `${status === 'tied' ? '' : `${status}, `}${how}${found}`;
}

/** RFC 4180. A cell that a spreadsheet would run as a formula is kept from it by a leading apostrophe. */
export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) && figure(text) === null ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
