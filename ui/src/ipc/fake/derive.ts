// What can be computed from a column of the fake's results: sums and averages of all of it, and differences of two.

import type { Derivation, TiePlace } from '../bindings';

/** A scalar of a result. */
export interface Cell {
  readonly place: TiePlace;
  readonly number: number | null;
  /** The pointer with every index free: what stands in one column. */
  readonly column: string;
  readonly tool: string;
  /** The words that stand around it. */
  readonly words: ReadonlySet<string>;
}

/** Something computed, and from where. */
export interface Derived {
  readonly places: readonly TiePlace[];
  readonly derivation: Derivation;
}

/** Of longer columns no differences are tried. */
const MOST_PAIRED = 40;
/** Longer computations are nobody's. */
const MOST = 400;

/** What comes out, by how it is written with no decimals, with one and with two. The smallest computation comes first. */
export function derivations(cells: readonly Cell[]): ReadonlyMap<string, Derived> {
  const found = new Map<string, Derived>();
  const put = (value: number, places: readonly TiePlace[], operation: Derivation['operation'], expression: string) => {
    const derived = { places, derivation: { operation, expression: `${expression} = ${said(value)}`, computed: String(Number(value.toFixed(6))) } };
    for (const decimals of [0, 1, 2]) {
      const key = value.toFixed(decimals);
      // Rounded to no decimals only what is whole: a figure that was rounded stands with what it was rounded from.
      if (Number(key) !== Number(value.toFixed(6)) || found.has(key)) continue;
      found.set(key, derived);
    }
  };
  for (const column of columnsOf(cells)) {
    const values = column.map(({ number }) => number ?? 0);
    const places = column.map(({ place }) => place);
    if (values.length < 2 || values.length > MOST) continue;
    const sum = values.reduce((total, value) => total + value, 0);
    const terms = values.length > 6 ? `${values.slice(0, 5).map(said).join(' + ')} + … + ${said(values.at(-1) ?? 0)}` : values.map(said).join(' + ');
    put(sum, places, 'sum', terms);
    put(sum / values.length, places, 'average', `(${terms}) / ${values.length}`);
    if (values.length > MOST_PAIRED) continue;
    values.forEach((left, a) =>
      values.forEach((right, b) => {
        const [one, other] = [places[a], places[b]];
        if (left > right && one && other) put(left - right, [one, other], 'difference', `${said(left)} − ${said(right)}`);
      }),
    );
  }
  return found;
}

/** The numbers of one column of one result, and of the same column of all results of one tool. */
function columnsOf(cells: readonly Cell[]): Cell[][] {
  const columns = new Map<string, Cell[]>();
  for (const cell of cells) {
    if (cell.number === null || /(^|\/)(id|customer|page|total|employee)$/.test(cell.column)) continue;
    for (const key of [`${cell.place.call} ${cell.column}`, `${cell.tool} ${cell.column}`]) {
      const column = columns.get(key);
      if (column) column.push(cell);
      else columns.set(key, [cell]);
    }
  }
  return [...columns.values()].sort((a, b) => a.length - b.length);
}

function said(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 2 });
}
