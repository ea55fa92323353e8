import { describe, expect, it } from 'vitest';

import { beginning, branchOf, fieldOf, placed, resolved, shows, unfinished, type Schema } from './fields';
import { readJson, same, writeJson, writtenOut, type Json } from './json';

const SCHEMA: Schema = {
  type: 'object',
  required: ['id', 'kind', 'where'],
  properties: {
    note: { type: 'string', description: 'Seen by nobody else' },
    id: { type: 'integer' },
    kind: { const: 'order' },
    level: { enum: ['low', 'high', 3] },
    since: { type: 'string', format: 'date', default: '2026-01-01' },
    where: { $ref: '#/$defs/place' },
    pay: { oneOf: [{ title: 'card', type: 'object', required: ['number'], properties: { by: { const: 'card' }, number: { type: 'string' } } }, { type: 'object', properties: { by: { const: 'cash' } } }] },
    tags: { type: 'array', items: { type: 'string' } },
    ratio: { type: ['number', 'null'] },
    tree: { $ref: '#/$defs/node' },
    any: {},
  },
  $defs: {
    place: { allOf: [{ type: 'object', required: ['city'], properties: { city: { type: 'string' } } }, { properties: { zip: { type: 'string' } } }] },
    node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } },
  },
};

const field = (name: string) => fieldOf((SCHEMA['properties'] as Record<string, unknown>)[name], SCHEMA);
const json = (text: string): Json => {
  const read = readJson(text);
  if ('error' in read) throw new Error(read.error);
  return read.value;
};

describe('a form from a schema', () => {
  it('has a field of the right kind for each value', () => {
    const kinds = ['note', 'id', 'kind', 'level', 'since', 'where', 'pay', 'tags', 'ratio', 'tree', 'any'].map((name) => field(name).kind);
    expect(kinds).toEqual(['text', 'number', 'choice', 'choice', 'text', 'object', 'branches', 'list', 'branches', 'object', 'json']);
  });

  it('reads what is said to be all of several as one', () => {
    const where = field('where');
    expect(where.kind === 'object' && where.properties.map(({ name, required }) => `${name} ${required}`)).toEqual(['city true', 'zip false']);
    expect(resolved({ $ref: '#/$defs/place' }, SCHEMA)['type']).toBe('object');
  });

  it('begins with defaults and with what can be only one thing, and ends for a schema that holds itself', () => {
    expect(writeJson(beginning(SCHEMA, SCHEMA) ?? null)).toBe('{"kind":"order","where":{},"since":"2026-01-01"}');
    const endless: Schema = { $defs: { a: { type: 'object', required: ['a'], properties: { a: { $ref: '#/$defs/a' } } } }, $ref: '#/$defs/a' };
    expect(writeJson(beginning(endless, endless) ?? null).length).toBeLessThan(100);
  });

  it('tells the branch of a value by its constants', () => {
    const pay = field('pay');
    if (pay.kind !== 'branches') throw new Error('no branches');
    expect(pay.branches.map(({ words }) => words)).toEqual(['card', 'by "cash"']);
    expect(branchOf(pay.branches, json('{"by":"cash"}'), SCHEMA)).toBe(1);
    expect(branchOf(pay.branches, json('{"number":"1"}'), SCHEMA)).toBe(0);
  });

  it('shows no value that it would lose', () => {
    expect(shows(field('id'), json('"seven"'), SCHEMA)).toBe(false);
    expect(shows(field('tags'), json('{"a":1}'), SCHEMA)).toBe(false);
    expect(shows(field('where'), json('{"city":7,"more":1}'), SCHEMA)).toBe(true);
  });

  it('names what is missing or not finished by the places that the program uses', () => {
    const value = json('{"id":1.5,"kind":"order","where":{},"pay":{"by":"card"},"tags":["a"]}');
    expect([...unfinished(SCHEMA, value, SCHEMA)]).toEqual([
      ['id', 'Write a whole number, such as 42.'],
      ['where.city', 'The tool needs it.'],
      ['pay.number', 'The tool needs it.'],
    ]);
    expect(placed(['`pay.number` is missing', 'and 3 more'])).toEqual({ at: new Map([['pay.number', '`pay.number` is missing']]), rest: ['and 3 more'] });
  });
});

describe('JSON as it was written', () => {
  const TEXT = '{"id":12345678901234567890,"rate":1.50,"b":{"2":[true,null,"a\\"{},"],"1":{}},"e":1e3}';

  it('keeps the digits of numbers and the order of members', () => {
    expect(writeJson(json(TEXT))).toBe(TEXT);
    expect(writeJson(json(writtenOut(json(TEXT))))).toBe(TEXT);
    expect(JSON.parse(writtenOut(json(TEXT)))).toEqual(JSON.parse(TEXT));
  });

  it('knows the same value however it is written', () => {
    expect(same(json('{"a":1,"b":[1.0]}'), json('{"b":[1],"a":1}'))).toBe(true);
    expect(same(json('{"a":1}'), json('{"a":"1"}'))).toBe(false);
    expect('error' in readJson('{"a":')).toBe(true);
  });
});
