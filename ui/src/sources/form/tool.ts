// A tool as a form has it, and back. What the form has no field for stays as it was: going both ways changes nothing.

import type { Body, BodyForm, Effect, Label, Method, Parameter, Place, RequestShape, Style, ToolSpec } from '../../ipc/host';

import { pagesOf, pagingOf, type PagesForm } from './pages';

type Schema = Readonly<Record<string, unknown>>;

export const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

export type RowPlace = Place | 'body';
export type RowType = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'other';

/** One argument. */
export interface Row {
  /** As models and people write it. */
  property: string;
  /** Its name in the request. */
  name: string;
  place: RowPlace;
  type: RowType;
  required: boolean;
  description: string;
  /** All that its schema says; the form changes type and description of it. */
  schema: Schema;
  /** How it is sent, if the tool said so. */
  sent: Parameter | null;
}

export interface ToolForm {
  name: string;
  description: string;
  method: Method;
  path: string;
  effect: Effect;
  resource: string;
  exclusive: boolean;
  label: Label;
  body: BodyForm;
  rows: Row[];
  pages: PagesForm;
  /** The tool that it was, if it was one. */
  before: ToolSpec | null;
}

/** Methods whose arguments go into a body unless something else is said. */
export const hasBody = (method: Method): boolean => method === 'POST' || method === 'PUT' || method === 'PATCH';

/** What a method does unless a person knows better. */
export function usualEffect(method: Method): Effect {
  if (hasBody(method) && method !== 'PUT') return 'write';
  return method === 'PUT' || method === 'DELETE' ? 'idempotent_write' : 'read';
}

export function newTool(label: Label): ToolForm {
  return {
    name: '', description: '', method: 'GET', path: '/', effect: 'read', resource: '/', exclusive: false, label, body: 'json', rows: [], pages: pagesOf(null), before: null,
  };
}

export function newRow(property: string, place: RowPlace): Row {
  return { property, name: property, place, type: 'string', required: place === 'path', description: '', schema: { type: 'string' }, sent: null };
}

/** The names in braces. */
export function inPath(path: string): string[] {
  return [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? '');
}

export function formOf(tool: ToolSpec): ToolForm {
  const input = tool.input as Schema;
  const required = Array.isArray(input['required']) ? input['required'] : [];
  const rows = Object.entries(record(input['properties'])).map<Row>(([property, schema]) => {
    const own = record(schema);
    const sent = tool.request?.parameters?.find((parameter) => parameter.property === property) ?? null;
    return {
      property,
      name: sent?.name ?? property,
      place: sent?.place ?? (inPath(tool.path).includes(property) && !tool.request ? 'path' : tool.request || hasBody(tool.method) ? 'body' : 'query'),
      type: typeOf(own),
      required: required.includes(property),
      description: typeof own['description'] === 'string' ? own['description'] : '',
      schema: own,
      sent,
    };
  });
  const { name, description, method, path, effect, resource, label } = tool;
  return { name, description, method, path, effect, resource, exclusive: tool.exclusive ?? false, label, body: tool.request?.body?.form ?? 'json', rows, pages: pagesOf(tool.paging), before: tool };
}

export function toolOf(form: ToolForm): ToolSpec {
  const { name, description, method, path, effect, resource, exclusive, label, rows, pages, before } = form;
  const input = record(before?.input ?? { type: 'object', additionalProperties: false });
  const required = rows.filter((row) => row.required).map(({ property }) => property);
  const paging = effect === 'read' ? pagingOf(pages) : null;
  const { required: _were, properties: _all, ...rest } = input;
  return {
    name,
    description,
    method,
    path,
    effect,
    resource,
    exclusive,
    label,
    input: {
      ...rest,
      properties: Object.fromEntries(rows.map((row) => [row.property, schemaOf(row)])),
      ...(required.length > 0 || 'required' in input ? { required } : {}),
    },
    request: shapeOf(form),
    ...(paging ? { paging } : {}),
  };
}

/** The rows with one for each name in the path; names that are gone take their row along if nobody has written in it. */
export function withPath(rows: readonly Row[], before: string, path: string): Row[] {
  const names = inPath(path);
  const gone = inPath(before).filter((name) => !names.includes(name));
  const added = names.filter((name) => !inPath(before).includes(name) && !rows.some((row) => row.place === 'path' && row.name === name));
  if (gone.length === 1 && added.length === 1) {
    // Somebody types the name: it is the same argument.
    const [old, now = ''] = [gone[0], added[0]];
    if (rows.some((row) => row.place === 'path' && row.name === old)) {
      return rows.map((row) => (row.place === 'path' && row.name === old ? { ...row, name: now, property: row.property === old ? now : row.property } : row));
    }
  }
  const kept = rows.filter((row) => !(row.place === 'path' && gone.includes(row.name) && row.description === ''));
  return [...kept, ...added.map((name) => newRow(name, 'path'))];
}

/** Arguments that fit, as far as types tell: for the preview. */
export function sampleOf(rows: readonly Row[]): string {
  const samples = rows.filter((row) => row.required || row.place !== 'body' || rows.length < 6).map((row) => [row.property, sample(row)]);
  return JSON.stringify(Object.fromEntries(samples));
}

function sample({ type, schema, property }: Row): unknown {
  if ('default' in schema) return schema['default'];
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if (Array.isArray(schema['examples'])) return schema['examples'][0];
  if (type === 'integer' || type === 'number') return typeof schema['minimum'] === 'number' ? schema['minimum'] : 7;
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  if (type === 'object') return {};
  if (schema['format'] === 'date') return '2026-01-31';
  if (schema['format'] === 'date-time') return '2026-01-31T09:00:00Z';
  return type === 'string' ? property : null;
}

function typeOf(schema: Schema): RowType {
  const { type } = schema;
  const plain = ['string', 'integer', 'number', 'boolean', 'array', 'object'];
  return typeof type === 'string' && plain.includes(type) ? (type as RowType) : 'other';
}

/** The schema with the type and the words of the form. Another type has none of the old one's limits. */
function schemaOf({ type, description, schema }: Row): Schema {
  const typed = type === 'other' || type === typeOf(schema) ? schema : { type };
  const { description: before, ...rest } = typed as Record<string, unknown>;
  if (description === (typeof before === 'string' ? before : '')) return typed;
  return description === '' ? rest : { ...rest, description };
}

/** Where each argument goes; nothing if the simple rule says the same. */
function shapeOf({ method, path, body, rows, before }: ToolForm): RequestShape | null {
  const names = inPath(path);
  const other = hasBody(method) ? 'body' : 'query';
  const simple = rows.every((row) => row.property === row.name && row.sent === null && row.place === (names.includes(row.name) ? 'path' : other));
  if (!before?.request && simple && body === 'json') return null;
  const parameters = rows.flatMap((row) => (row.place === 'body' ? [] : [parameterOf(row, row.place)]));
  const inBody = rows.filter(({ place }) => place === 'body');
  const known = before?.request?.body ?? null;
  if (inBody.length === 0) return { parameters, body: known && known.form === body ? known : null };
  return { parameters, body: known?.form === body ? bodyOf(known, inBody) : newBody(body, inBody) };
}

function parameterOf({ property, name, sent }: Row, place: Place): Parameter {
  if (sent?.place === place) return { ...sent, property, name };
  const style: Style = place === 'path' || place === 'header' ? 'simple' : 'form';
  return { property, name, place, style, explode: style === 'form', reserved: false };
}

const MEDIA: Record<BodyForm, string> = {
  json: 'application/json',
  urlencoded: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
  text: 'text/plain; charset=utf-8',
  binary: 'application/octet-stream',
};

function newBody(form: BodyForm, rows: readonly Row[]): Body {
  // A text, or bytes, is one argument.
  const whole = form === 'text' || form === 'binary';
  return { form, media: MEDIA[form], property: whole ? (rows[0]?.property ?? null) : null, parts: {} };
}

function bodyOf(known: Body, rows: readonly Row[]): Body {
  const names = rows.map(({ property }) => property);
  const parts = Object.fromEntries(Object.entries(known.parts ?? {}).filter(([name]) => names.includes(name)));
  const property = known.property && !names.includes(known.property) ? (names[0] ?? null) : known.property;
  return { ...known, property, parts };
}

function record(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
