// The fake's ties: it looks for each figure of an answer in the results that its model was shown, and computes nothing
// that does not stand there. Simpler than the program's own search, and as honest: what it does not find is untied, what
// random numbers fit as well is only possible.

import type { CallRow, Citation, Chance, TieCounts, TiePlace, TiedSpan, Ties } from '../bindings';
import { numbers } from './ids';
import { derivations, type Cell, type Derived } from './derive';

/** A result that the model was shown, as far as it was. */
export interface ShownResult {
  readonly row: CallRow;
  readonly text: string;
}

const DECOYS = 24;
const MOST_CHANCE = 0.1;
const FIGURE = /(?<![\p{L}\d_.,/-])(?:\d{4}-\d{2}-\d{2}|[−-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?![\p{L}\d_/]|[.,]\d|-\d)/gu;
const EQUATION = /(\d[\d,.]*\d|\d) ([−+-]) (\d[\d,.]*\d|\d) = (\d[\d,.]*\d|\d)/g;

/** What each figure, date and name of the answer comes from. */
export function tiesOf(text: string, citations: readonly Citation[], results: readonly ShownResult[]): Ties {
  const cells = results.flatMap(cellsOf);
  const derived = derivations(cells);
  const spans: TiedSpan[] = [];
  for (const found of figuresOf(text, cells)) {
    const line = wordsOf(text.slice(text.lastIndexOf('\n', found.from) + 1, endOfLine(text, found.to)));
    const explained = explain(found.text, line, cells, derived);
    const wrong = contradiction(text, found.from);
    const chance = explained && found.number !== null ? chanceOf(found.text, line, cells, derived) : null;
    const doubtful = chance !== null && chance.fit / chance.of > MOST_CHANCE;
    const cite = citations.find(({ at }) => at >= bytes(text.slice(0, found.to)) && !text.slice(found.to, upTo(text, at)).includes('\n') && upTo(text, at) - found.to < 40);
    const places = wrong ? [] : (explained?.places ?? []);
    spans.push({
      start: bytes(text.slice(0, found.from)),
      end: bytes(text.slice(0, found.to)),
      text: found.text,
      status: wrong ? 'contradicted' : !explained ? 'untied' : doubtful ? 'possible' : 'tied',
      kind: wrong || !explained ? null : explained.derivation ? 'derived' : 'exact',
      places,
      derivation: wrong ?? explained?.derivation ?? null,
      chance: wrong ? null : chance,
      alternatives: wrong ? 0 : (explained?.alternatives ?? 0),
      cited: cite?.handle ?? null,
      cite_agrees: cite && places.length > 0 ? places.some(({ call }) => call === cite.call) : null,
    });
  }
  const many = (status: TiedSpan['status']) => spans.filter((span) => span.status === status).length;
  const counts: TieCounts = { tied: many('tied'), possible: many('possible'), untied: many('untied'), contradicted: many('contradicted') };
  return { spans, counts, limit: '' };
}

interface Found {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly number: number | null;
}

/** Numbers of two digits and more, dates, and names that stand in a result; none overlap. */
function figuresOf(text: string, cells: readonly Cell[]): Found[] {
  const found: Found[] = [];
  const put = (from: number, said: string) => {
    const to = from + said.length;
    if (found.every((other) => other.to <= from || to <= other.from)) found.push({ from, to, text: said, number: numberOf(said) });
  };
  const names = new Set(cells.filter(({ number, place }) => number === null && /^\p{Lu}\S* \S/u.test(place.raw) && place.raw.length < 40).map(({ place }) => place.raw));
  for (const name of [...names].sort((a, b) => b.length - a.length)) {
    for (let from = text.indexOf(name); from >= 0; from = text.indexOf(name, from + name.length)) put(from, name);
  }
  for (const match of text.matchAll(FIGURE)) if (/\d.*\d/.test(match[0])) put(match.index, match[0]);
  return found.sort((a, b) => a.from - b.from);
}

interface Explained {
  readonly places: TiePlace[];
  readonly derivation: Derived['derivation'] | null;
  readonly alternatives: number;
}

/** The cell that says it, best by its words; else the smallest derivation that gives it. */
function explain(said: string, line: ReadonlySet<string>, cells: readonly Cell[], derived: ReadonlyMap<string, Derived>): Explained | null {
  const number = numberOf(said);
  const same = cells.filter((cell) => (number === null ? cell.place.raw === said : cell.number === number));
  const best = same.toSorted((a, b) => agreed(b, line) - agreed(a, line))[0];
  if (best) return { places: [best.place], derivation: null, alternatives: same.length - 1 };
  if (number === null) return null;
  const computed = derived.get(number.toFixed(decimals(said)));
  return computed ? { places: [...computed.places], derivation: computed.derivation, alternatives: 0 } : null;
}

/** How many random numbers of the same form are explained as well. */
function chanceOf(said: string, line: ReadonlySet<string>, cells: readonly Cell[], derived: ReadonlyMap<string, Derived>): Chance {
  const draw = numbers([...said].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
  const decoy = () => said.replace(/\d/g, (_, at: number) => String(/\d/.test(said[at - 1] ?? '') ? Math.floor(draw() * 10) : 1 + Math.floor(draw() * 9)));
  const tries = Array.from({ length: DECOYS }, () => {
    let one = decoy();
    // What the answer says is no decoy.
    while (one === said) one = decoy();
    return one;
  });
  return { fit: tries.filter((one) => explain(one, line, cells, derived) !== null).length, of: tries.length };
}

/** What an equation in the answer gives, if its result stands here and is another. */
function contradiction(text: string, from: number): Derived['derivation'] | null {
  for (const match of text.matchAll(EQUATION)) {
    const [all, left = '', sign, right = '', result = ''] = match;
    if (match.index + all.length - result.length !== from) continue;
    const [a, b, said] = [numberOf(left) ?? 0, numberOf(right) ?? 0, numberOf(result) ?? 0];
    const computed = sign === '+' ? a + b : a - b;
    if (Math.abs(computed - said) < Math.abs(said) / 1000) return null;
    const comes = computed.toLocaleString('en-GB');
    return { operation: sign === '+' ? 'sum' : 'difference', expression: `${left} ${sign === '+' ? '+' : '−'} ${right} = ${comes}`, computed: String(computed) };
  }
  return null;
}

function cellsOf({ row, text }: ShownResult): Cell[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const cells: Cell[] = [];
  const walk = (node: unknown, pointer: string, column: string, around: string) => {
    if (node !== null && typeof node === 'object') {
      const entries = Object.entries(node);
      const siblings = entries.flatMap(([, item]) => (typeof item === 'string' ? item : [])).join(' ');
      for (const [key, item] of entries) {
        const name = key.replaceAll('~', '~0').replaceAll('/', '~1');
        walk(item, `${pointer}/${name}`, `${column}/${Array.isArray(node) ? '*' : name}`, Array.isArray(node) ? around : `${key} ${siblings} ${around}`);
      }
    } else if (node !== null && typeof node !== 'boolean') {
      const raw = String(node).slice(0, 200);
      cells.push({ place: { call: row.call, pointer, raw }, number: typeof node === 'number' ? node : numberOf(raw), column, tool: row.tool, words: wordsOf(around) });
    }
  };
  walk(value, '', '', row.telling);
  return cells;
}

function agreed(cell: Cell, line: ReadonlySet<string>): number {
  return [...cell.words].filter((word) => line.has(word)).length;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\d]{2,}/gu) ?? []);
}

/** The number that a text says, if it says one. */
export function numberOf(said: string): number | null {
  const bare = said.replaceAll(',', '').replace('−', '-');
  return /^-?\d+(\.\d+)?$/.test(bare) ? Number(bare) : null;
}

function decimals(said: string): number {
  return said.split('.')[1]?.length ?? 0;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The index of a place that is given in bytes. */
function upTo(text: string, at: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, at)).length;
}
