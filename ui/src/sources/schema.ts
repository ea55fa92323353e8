// A form from a JSON Schema, and the arguments from the form. Numbers stay the text that was typed: a form must not
// round an id. What the form has no field for is written as JSON.

export type FieldKind = 'string' | 'integer' | 'number' | 'boolean' | 'choice' | 'list' | 'json';

export interface SchemaField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly hint: string;
  /** For `choice`: each value as JSON. */
  readonly choices: readonly string[];
  /** For `list`: what each line is. */
  readonly item: 'string' | 'integer' | 'number' | 'boolean';
}

type Scalar = SchemaField['item'];

const SCALARS: readonly string[] = ['string', 'integer', 'number', 'boolean'];
const INTEGER = /^-?(0|[1-9]\d*)$/;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The fields of the schema's properties, the required ones first. `null` if it is no schema of an object with
    properties that a form can show: then all of the arguments are written as JSON. */
export function fieldsOf(schema: unknown): SchemaField[] | null {
  const top = record(schema);
  if (!top || (top['type'] !== undefined && top['type'] !== 'object')) return null;
  // Whatever combines schemas may say anything about the properties.
  if (['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'if', 'patternProperties'].some((word) => word in top)) return null;
  const properties = record(top['properties']) ?? {};
  const required = Array.isArray(top['required']) ? top['required'] : [];
  const fields = Object.entries(properties).map(([name, property]) => fieldOf(name, property, required.includes(name)));
  return fields.sort((a, b) => Number(b.required) - Number(a.required));
}

function fieldOf(name: string, property: unknown, required: boolean): SchemaField {
  const schema = record(property) ?? {};
  const hint = typeof schema['description'] === 'string' ? schema['description'] : '';
  const field = { name, required, hint, choices: [], item: 'string' as Scalar };
  if (Array.isArray(schema['enum']) && schema['enum'].every(isScalar)) {
    return { ...field, kind: 'choice', choices: schema['enum'].map((value) => JSON.stringify(value)) };
  }
  const type = schema['type'];
  if (typeof type === 'string' && SCALARS.includes(type)) return { ...field, kind: type as Scalar };
  const items = record(schema['items']);
  if (type === 'array' && items && typeof items['type'] === 'string' && SCALARS.includes(items['type']) && !('enum' in items)) {
    return { ...field, kind: 'list', item: items['type'] as Scalar };
  }
  return { ...field, kind: 'json' };
}

/** Arguments as JSON text, or for each field that can't be read what is wrong with it. */
export type Arguments =
  | { readonly json: string }
  | { readonly errors: Readonly<Record<string, string>> };

/** Reads the form. An empty field that is not required is left out; `""` in a required text is a text. */
export function argumentsOf(fields: readonly SchemaField[], values: Readonly<Record<string, string>>): Arguments {
  const errors: Record<string, string> = {};
  const parts: string[] = [];
  for (const field of fields) {
    const value = values[field.name] ?? '';
    if (value.trim() === '' && !(field.kind === 'string' && field.required)) {
      if (field.required) errors[field.name] = 'The tool needs it.';
      continue;
    }
    const read = readField(field, value);
    if ('error' in read) errors[field.name] = read.error;
    else parts.push(`${JSON.stringify(field.name)}:${read.json}`);
  }
  return Object.keys(errors).length > 0 ? { errors } : { json: `{${parts.join(',')}}` };
}

/** Arguments written as JSON by hand. */
export function writtenArguments(text: string): { json: string } | { error: string } {
  const read = readJson(text.trim() === '' ? '{}' : text);
  if ('error' in read) return read;
  return read.json.startsWith('{') ? read : { error: 'Arguments are a JSON object: write { … }.' };
}

type Read = { json: string } | { error: string };

function readField({ kind, item }: SchemaField, value: string): Read {
  switch (kind) {
    case 'choice':
      return { json: value };
    case 'json':
      return readJson(value);
    case 'list': {
      const lines = value.split('\n').filter((line) => line.trim() !== '');
      const read = lines.map((line) => readScalar(item, item === 'string' ? line : line.trim()));
      const wrong = read.findIndex((one) => 'error' in one);
      const first = read[wrong];
      if (first && 'error' in first) return { error: `Line ${wrong + 1}: ${first.error}` };
      return { json: `[${read.map((one) => ('json' in one ? one.json : '')).join(',')}]` };
    }
    default:
      return readScalar(kind, kind === 'string' ? value : value.trim());
  }
}

function readScalar(kind: Scalar, value: string): Read {
  if (kind === 'string') return { json: JSON.stringify(value) };
  if (kind === 'integer') return INTEGER.test(value) ? { json: value } : { error: 'Write a whole number, such as 42.' };
  if (kind === 'number') return NUMBER.test(value) ? { json: value } : { error: 'Write a number, such as 4.2.' };
  return value === 'true' || value === 'false' ? { json: value } : { error: 'Write true or false.' };
}

function readJson(text: string): Read {
  try {
    JSON.parse(text);
    return { json: text.trim() };
  } catch (error) {
    return { error: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function record(value: unknown): Record<string, unknown> | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
