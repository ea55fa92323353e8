// A form from a JSON Schema. It shows what it understands and gives the rest as JSON; whether the arguments fit, the
// program says, which checks them before each call too.

import { isNumber, isObject, jsonOf, Raw, readJson, same, type Json, type JsonObject } from './json';

export type Schema = Readonly<Record<string, unknown>>;

/** How a value is edited. */
export type Field =
  | { readonly kind: 'text'; readonly format: 'date' | 'password' | '' }
  | { readonly kind: 'number'; readonly whole: boolean }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly Json[] }
  | { readonly kind: 'null' }
  | { readonly kind: 'object'; readonly properties: readonly Property[]; readonly open: boolean }
  | { readonly kind: 'list'; readonly item: Schema }
  | { readonly kind: 'branches'; readonly branches: readonly Branch[] }
  | { readonly kind: 'json' };

export interface Property {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** One of several forms that a value may have. */
export interface Branch {
  readonly words: string;
  readonly schema: Schema;
}

const DEEPEST = 8;
const TYPES = ['string', 'integer', 'number', 'boolean', 'object', 'array', 'null'];

/** The schema with what it refers to in its place, and with what it is said to be all of. */
export function resolved(schema: unknown, root: Schema, depth = 0): Schema {
  const own = record(schema) ?? {};
  const target = typeof own['$ref'] === 'string' ? referred(own['$ref'], root) : null;
  const parts = [target, ...(Array.isArray(own['allOf']) ? own['allOf'] : [])].filter((part) => part !== null);
  if (parts.length === 0 || depth >= DEEPEST) return own;
  const { $ref: _ref, allOf: _all, ...rest } = own;
  return parts.map((part) => resolved(part, root, depth + 1)).reduce(both, rest);
}

/** The field for a schema. */
export function fieldOf(given: unknown, root: Schema): Field {
  const schema = resolved(given, root);
  if ('const' in schema) return { kind: 'choice', values: [jsonOf(schema['const'])] };
  if (Array.isArray(schema['enum'])) return { kind: 'choice', values: schema['enum'].map(jsonOf) };
  const several = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(several) && several.length > 0) {
    const { oneOf: _one, anyOf: _any, ...rest } = schema;
    const made = several.map((part) => both(rest, resolved(part, root)));
    if (made.length === 1) return fieldOf(made[0], root);
    return { kind: 'branches', branches: made.map((part, at) => ({ words: branchWords(part, at), schema: part })) };
  }
  const { type } = schema;
  if (Array.isArray(type)) {
    const known = type.filter((one): one is string => TYPES.includes(one as string));
    if (known.length === 1) return fieldOf({ ...schema, type: known[0] }, root);
    if (known.length === 0) return { kind: 'json' };
    return { kind: 'branches', branches: known.map((one) => ({ words: one === 'null' ? 'null' : one, schema: { ...schema, type: one } })) };
  }
  switch (type ?? (record(schema['properties']) ? 'object' : undefined)) {
    case 'string':
      return { kind: 'text', format: schema['format'] === 'date' ? 'date' : schema['format'] === 'password' ? 'password' : '' };
    case 'integer':
    case 'number':
      return { kind: 'number', whole: type === 'integer' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'null':
      return { kind: 'null' };
    case 'array':
      return record(schema['items']) ? { kind: 'list', item: schema['items'] as Schema } : { kind: 'json' };
    case 'object': {
      const named = record(schema['properties']) ?? {};
      const open = schema['additionalProperties'] !== false && 'additionalProperties' in schema;
      if (Object.keys(named).length === 0 && open) return { kind: 'json' };
      return { kind: 'object', properties: propertiesOf(schema), open };
    }
    default:
      return { kind: 'json' };
  }
}

/** The properties that the schema names, the required ones first. */
export function propertiesOf(schema: Schema): Property[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const made = Object.entries(record(schema['properties']) ?? {}).map(([name, property]) => {
    return { name, schema: record(property) ?? {}, required: required.includes(name) };
  });
  return made.sort((a, b) => Number(b.required) - Number(a.required));
}

/** What a form begins with: the defaults, and whatever must be there and can be only one thing. */
export function beginning(given: unknown, root: Schema, required = true, depth = 0): Json | undefined {
  const schema = resolved(given, root);
  if ('default' in schema) return jsonOf(schema['default']);
  if (!required || depth >= DEEPEST) return undefined;
  const field = fieldOf(schema, root);
  if (field.kind === 'choice' && field.values.length === 1) return field.values[0];
  if (field.kind === 'null') return null;
  if (field.kind === 'list') return [];
  if (field.kind === 'branches') return undefined;
  if (field.kind !== 'object') return undefined;
  const members = new Map<string, Json>();
  for (const { name, schema: property, required: needed } of field.properties) {
    const value = beginning(property, root, needed, depth + 1);
    if (value !== undefined) members.set(name, value);
  }
  return members;
}

/** Which branch a value is of, as far as its form tells; the first if none. */
export function branchOf(branches: readonly Branch[], value: Json | undefined, root: Schema): number {
  if (value === undefined) return 0;
  return Math.max(0, branches.findIndex(({ schema }) => shows(fieldOf(schema, root), value, root)));
}

/** Whether the field can show the value, so that nothing of it is lost. What it can't show is given as JSON. */
export function shows(field: Field, value: Json, root: Schema): boolean {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      // What is not finished stays where it is typed.
      return value instanceof Raw;
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    case 'choice':
      return field.values.some((one) => same(one, value));
    case 'object':
      return isObject(value) && field.properties.every(({ name, schema }) => {
        const has = value.get(name);
        if (has === undefined) return true;
        const inner = fieldOf(schema, root);
        // A constant says which branch an object is of; other members may be wrong and are still members of this form.
        return inner.kind !== 'choice' || inner.values.length > 1 || shows(inner, has, root);
      });
    case 'list':
      return Array.isArray(value);
    case 'branches':
      return field.branches.some(({ schema }) => shows(fieldOf(schema, root), value, root));
    case 'json':
      return true;
  }
}

/** What is not finished, by its place as the program names it: `filter.ids[2]`. */
export function unfinished(given: unknown, value: Json | undefined, root: Schema, required = true, place = ''): Map<string, string> {
  const wrong = new Map<string, string>();
  const field = fieldOf(given, root);
  if (value === undefined) {
    if (required) wrong.set(place, 'The tool needs it.');
    return wrong;
  }
  if (field.kind === 'number' && value instanceof Raw) {
    const good = isNumber(value) && (!field.whole || /^-?\d+$/.test(value.text));
    if (!good) wrong.set(place, field.whole ? 'Write a whole number, such as 42.' : 'Write a number, such as 4.2.');
    return wrong;
  }
  if (value instanceof Raw) {
    if (isNumber(value)) return wrong;
    const { text } = value as Raw;
    const read = readJson(text);
    wrong.set(place, 'error' in read ? read.error : 'Leave the field to finish it.');
    return wrong;
  }
  const below = (schema: unknown, inner: Json | undefined, needed: boolean, at: string) =>
    unfinished(schema, inner, root, needed, at).forEach((words, key) => wrong.set(key, words));
  if (field.kind === 'branches') {
    below(field.branches[branchOf(field.branches, value, root)]?.schema, value, required, place);
  } else if (field.kind === 'object' && isObject(value)) {
    for (const { name, schema, required: needed } of field.properties) below(schema, value.get(name), needed, under(place, name));
  } else if (field.kind === 'list' && Array.isArray(value)) {
    (value as readonly Json[]).forEach((item, at) => below(field.item, item, true, `${place}[${at}]`));
  }
  return wrong;
}

/** The place of a member. */
export const under = (place: string, name: string): string => (place === '' ? name : `${place}.${name}`);

/** The sentences that begin with a place, by that place; and the others. */
export function placed(sentences: readonly string[]): { at: Map<string, string>; rest: string[] } {
  const at = new Map<string, string>();
  const rest: string[] = [];
  for (const sentence of sentences) {
    const place = /^`([^`]+)`/.exec(sentence)?.[1];
    if (place === undefined) rest.push(sentence);
    else at.set(place, [at.get(place), sentence].filter(Boolean).join(' '));
  }
  return { at, rest };
}

/** What a person should know of a value: the schema's words, then what it limits. */
export function hintOf(schema: Schema, field: Field): string {
  const limits: [string, string][] = [
    ['minimum', 'at least'], ['maximum', 'at most'], ['exclusiveMinimum', 'more than'], ['exclusiveMaximum', 'less than'],
    ['minLength', 'at least this many characters:'], ['maxLength', 'at most this many characters:'],
    ['minItems', 'at least this many:'], ['maxItems', 'at most this many:'], ['pattern', 'matches'],
  ];
  const kind = field.kind === 'number' ? (field.whole ? 'a whole number' : 'a number') : field.kind === 'json' ? 'as JSON' : '';
  const format = typeof schema['format'] === 'string' && field.kind === 'text' ? `format ${schema['format']}` : '';
  const limited = limits.filter(([key]) => ['number', 'string'].includes(typeof schema[key])).map(([key, words]) => `${words} ${String(schema[key])}`);
  const words = (key: string) => (typeof schema[key] === 'string' ? schema[key] : '');
  return [words('title'), words('description'), kind, format, ...limited].filter(Boolean).join('; ');
}

/** The object with this member; without it if there is no value. */
export function withMember(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const next = new Map(object);
  if (value === undefined) next.delete(name);
  else next.set(name, value);
  return next;
}

function branchWords(schema: Schema, at: number): string {
  if (typeof schema['title'] === 'string') return schema['title'];
  const constant = propertiesOf(schema).find(({ schema: property }) => 'const' in property);
  if (constant) return `${constant.name} ${JSON.stringify(constant.schema['const'])}`;
  const type = typeof schema['type'] === 'string' ? schema['type'] : 'properties' in schema ? 'object' : '';
  const needed = propertiesOf(schema).filter(({ required }) => required).map(({ name }) => name);
  if (type === 'object' && needed.length > 0) return `object with ${needed.join(', ')}`;
  return type === '' ? `form ${at + 1}` : type;
}

/** The second joined with the first: properties and what is required are of both. */
function both(a: Schema, b: Schema): Schema {
  const properties = { ...record(a['properties']), ...record(b['properties']) };
  const required = [...(Array.isArray(a['required']) ? a['required'] : []), ...(Array.isArray(b['required']) ? b['required'] : [])];
  return {
    ...b,
    ...a,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required: [...new Set(required)] } : {}),
  };
}

function referred(ref: string, root: Schema): unknown {
  if (!ref.startsWith('#')) return null;
  const names = ref.slice(1).split('/').slice(1).map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce<unknown>((at, name) => record(at)?.[name], root) ?? null;
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}
