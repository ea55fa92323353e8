// JSON as it was written: numbers keep their digits, since a form must not round an id, and objects the order of their
// members. What a person has not finished typing stands in the tree as its text.

/** A number, or any text that is not finished: written as it stands. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | string | Raw | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

const TOKEN = /"(?:\\.|[^"\\])*"|[-+.\dA-Za-z]+|[[\]{},:]/g;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Reads JSON, or says what is wrong with it. */
export function readJson(text: string): { value: Json } | { error: string } {
  try {
    JSON.parse(text);
  } catch (error) {
    return { error: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  // It is JSON, so the tokens come as its grammar has them.
  const tokens = text.match(TOKEN) ?? [];
  let at = 0;
  const next = () => tokens[at++] ?? '';
  const value = (): Json => {
    const token = next();
    if (token === '{') {
      const members = new Map<string, Json>();
      while (tokens[at] !== '}') {
        const name = JSON.parse(next()) as string;
        at += 1;
        members.set(name, value());
        if (tokens[at] === ',') at += 1;
      }
      at += 1;
      return members;
    }
    if (token === '[') {
      const items: Json[] = [];
      while (tokens[at] !== ']') {
        items.push(value());
        if (tokens[at] === ',') at += 1;
      }
      at += 1;
      return items;
    }
    if (token.startsWith('"')) return JSON.parse(token) as string;
    return token === 'null' ? null : token === 'true' || token === 'false' ? token === 'true' : new Raw(token);
  };
  return { value: value() };
}

/** The text of a value; with `indent` on lines of its own. */
export function writeJson(value: Json, indent = ''): string {
  const inner = indent === '' ? '' : `${indent}  `;
  const around = (open: string, parts: string[], close: string) => {
    if (parts.length === 0) return open + close;
    return indent === '' ? `${open}${parts.join(',')}${close}` : `${open}${parts.map((part) => inner + part).join(',')}${indent}${close}`;
  };
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return around('[', (value as readonly Json[]).map((item) => writeJson(item, inner)), ']');
  if (isObject(value)) {
    const colon = indent === '' ? ':' : ': ';
    return around('{', [...value].map(([name, item]) => JSON.stringify(name) + colon + writeJson(item, inner)), '}');
  }
  return JSON.stringify(value);
}

/** The text of a value on several lines, as a person edits it. */
export const writtenOut = (value: Json): string => writeJson(value, '\n');

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isNumber(value: Json | undefined): value is Raw {
  return value instanceof Raw && NUMBER.test(value.text);
}

/** What any value of a schema is in this form. */
export function jsonOf(value: unknown): Json {
  const read = readJson(JSON.stringify(value) ?? 'null');
  return 'value' in read ? read.value : null;
}

/** Whether two values are the same, whatever the order of their members. */
export function same(a: Json, b: Json): boolean {
  if (a instanceof Raw && b instanceof Raw) return a.text === b.text || Number(a.text) === Number(b.text);
  if (isObject(a) && isObject(b)) {
    return a.size === b.size && [...a].every(([name, item]) => b.has(name) && same(item, b.get(name) ?? null));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    const [left, right] = [a as readonly Json[], b as readonly Json[]];
    return left.length === right.length && left.every((item, at) => same(item, right[at] ?? null));
  }
  return a === b;
}
