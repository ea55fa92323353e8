// A filter as text, taken apart as far as the page needs it: to show its terms one by one and to put one in or take one
// out. What a term means, and whether it is right, the host says.

export interface Term {
  /** Where it stands, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly not: boolean;
  /** Empty for words. */
  readonly field: string;
  /** What follows the colon, at its commas; for words, the words without their quotes. */
  readonly values: readonly string[];
}

const FIELD = /^(-|not:)?([a-z_]+):(.*)$/is;

/** The terms in order. A quote that nobody closed lasts to the end. */
export function termsOf(text: string): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    const start = at;
    let quoted = false;
    while (at < text.length && (quoted || !/\s/.test(text[at] ?? ''))) {
      if (text[at] === '"') quoted = !quoted;
      at += 1;
    }
    terms.push(term(text.slice(start, at), start));
  }
  return terms;
}

function term(text: string, start: number): Term {
  const whole = { start, end: start + text.length, text };
  const field = FIELD.exec(text);
  if (field && field[2] !== 'not') {
    return { ...whole, not: field[1] !== undefined, field: (field[2] ?? '').toLowerCase(), values: split(field[3] ?? '') };
  }
  const not = text.length > 1 && text.startsWith('-') ? 1 : text.startsWith('not:') ? 4 : 0;
  return { ...whole, not: not > 0, field: '', values: [unquoted(text.slice(not))] };
}

function split(values: string): string[] {
  return (values.match(/(?:"[^"]*"?|[^,"])+/g) ?? ['']).map(unquoted);
}

function unquoted(text: string): string {
  return text.replace(/^"([^"]*)"?$/, '$1');
}

/** The text without the term. */
export function without(text: string, { start, end }: Pick<Term, 'start' | 'end'>): string {
  return `${text.slice(0, start).trimEnd()} ${text.slice(end).trimStart()}`.trim();
}

/** Whether a term of the field names the value. */
export function holds(text: string, field: string, value: string): boolean {
  return termsOf(text).some((one) => !one.not && one.field === field && one.values.includes(value));
}

/** Puts the value in: beside others of its field, or as a term of its own. If it is there already, takes it out. */
export function toggled(text: string, field: string, value: string): string {
  const terms = termsOf(text).filter((one) => !one.not && one.field === field);
  const holding = terms.find(({ values }) => values.includes(value));
  if (holding) {
    const left = holding.values.filter((other) => other !== value);
    return left.length === 0 ? without(text, holding) : replaced(text, holding, left);
  }
  const plain = terms.find(({ values }) => values.every((other) => !/^[<>=≤≥]/.test(other)));
  return plain ? replaced(text, plain, [...plain.values, value]) : appended(text, `${field}:${quoted(value)}`);
}

/** Puts one value in the place of whatever the field says; takes the field out if it is null. */
export function set(text: string, field: string, value: string | null): string {
  let left = text;
  for (const one of termsOf(text).toReversed()) if (one.field === field && !one.not) left = without(left, one);
  return value === null ? left : appended(left, `${field}:${quoted(value)}`);
}

/** The text with one term more. */
export function appended(text: string, more: string): string {
  return `${text.trimEnd()} ${more}`.trim();
}

function replaced(text: string, { start, end, field }: Term, values: readonly string[]): string {
  return `${text.slice(0, start)}${field}:${values.map(quoted).join(',')}${text.slice(end)}`;
}

function quoted(value: string): string {
  return /[\s,"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value;
}
