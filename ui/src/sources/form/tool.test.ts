import { describe, expect, it } from 'vitest';

import type { ToolSpec } from '../../ipc/host';
import { formOf, inPath, newRow, newTool, sampleOf, toolOf, usualEffect, withPath } from './tool';

const LABEL = { level: 'internal', categories: [] } as const;
const PLAIN: ToolSpec = {
  name: 'add_note', description: 'Add a note', method: 'POST', path: '/customers/{id}/notes', effect: 'write', resource: '/customers/{id}',
  exclusive: true, label: { ...LABEL, categories: [] },
  input: { type: 'object', required: ['id', 'text'], $defs: { a: {} }, properties: { id: { type: 'integer', minimum: 1 }, text: { type: 'string', description: 'What to note', maxLength: 9 }, mood: { anyOf: [{ type: 'string' }, { type: 'null' }] } } },
  request: null,
};
const SHAPED: ToolSpec = {
  ...PLAIN,
  input: { type: 'object', properties: { id: { type: 'integer' }, filter_name: { type: 'string' }, file: { type: 'string' }, ids: { type: 'array', items: { type: 'integer' } } } },
  request: {
    parameters: [
      { property: 'id', name: 'id', place: 'path', style: 'simple', explode: false, reserved: false },
      { property: 'filter_name', name: 'filter[name]', place: 'query', style: 'form', explode: true, reserved: true },
      { property: 'ids', name: 'ids', place: 'query', style: 'pipe_delimited', explode: false, reserved: false },
    ],
    body: { form: 'multipart', media: 'multipart/form-data', property: null, parts: { file: { style: null, explode: false, media: 'image/png', file: true } } },
  },
};

const PAGED: ToolSpec = {
  ...PLAIN,
  method: 'GET',
  effect: 'read',
  paging: { by: { kind: 'cursor', parameter: 'text', next: '/meta/next' }, items: '/data', limit: null, follow: 5 },
};

describe('a tool in a form', () => {
  it.each([['plain', PLAIN], ['shaped', SHAPED], ['paged', PAGED]])('comes back as it was: %s', (_, tool) => {
    expect(toolOf(formOf(tool))).toEqual(tool);
  });

  it('goes on as the form says, and not at all where it changes something', () => {
    const form = formOf(PAGED);
    form.pages = { ...form.pages, kind: 'page', first: '0', limit: 'id' };
    expect(toolOf(form).paging).toEqual({ by: { kind: 'page', parameter: 'text', first: 0 }, items: '/data', limit: 'id', follow: 5 });
    expect(toolOf({ ...form, effect: 'write' }).paging).toBeUndefined();
  });

  it('changes what was changed and nothing else', () => {
    const form = formOf(SHAPED);
    const row = form.rows.find(({ property }) => property === 'ids');
    if (!row) throw new Error('no row');
    row.description = 'Which ones';
    const made = toolOf(form);
    expect((made.input as { properties: Record<string, unknown> }).properties['ids']).toEqual({ type: 'array', items: { type: 'integer' }, description: 'Which ones' });
    expect(made.request).toEqual(SHAPED.request);
  });

  it('needs no shape where method and path say all', () => {
    const form = { ...newTool(PLAIN.label), name: 'get_order', path: '/orders/{id}', rows: [newRow('id', 'path'), newRow('page', 'query')] };
    expect(toolOf(form).request).toBeNull();
    form.rows[1] = newRow('X-Page', 'header');
    expect(toolOf(form).request?.parameters?.map(({ name, place, style }) => `${name} ${place} ${style}`)).toEqual(['id path simple', 'X-Page header simple']);
  });

  it('follows the path as it is typed', () => {
    const typed = ['/o/{i}', '/o/{id}', '/o/{id}/x'].reduce<{ path: string; rows: ReturnType<typeof withPath> }>(
      ({ path, rows }, next) => ({ path: next, rows: withPath(rows, path, next) }),
      { path: '/o', rows: [] },
    );
    expect(typed.rows.map(({ property, place, required }) => `${property} ${place} ${required}`)).toEqual(['id path true']);
    expect(withPath(typed.rows, typed.path, '/o')).toEqual([]);
    expect(inPath('/a/{b}/{c}')).toEqual(['b', 'c']);
  });

  it('has arguments to show, and effects as methods usually have them', () => {
    expect(sampleOf(formOf(PLAIN).rows)).toBe('{"id":1,"text":"text","mood":null}');
    expect(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].map((method) => usualEffect(method as 'GET'))).toEqual(['read', 'write', 'idempotent_write', 'idempotent_write', 'write']);
  });
});
