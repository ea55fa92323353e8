import { describe, expect, it } from 'vitest';

import { argumentsOf, fieldsOf, writtenArguments } from './schema';

const SCHEMA = {
  type: 'object',
  required: ['id'],
  properties: {
    note: { type: 'string', description: 'Seen by nobody else' },
    id: { type: 'integer' },
    rate: { type: 'number' },
    urgent: { type: 'boolean' },
    level: { enum: ['low', 'high', 3] },
    tags: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'array', items: { type: 'integer' } },
    where: { type: 'object', properties: { city: { type: 'string' } } },
  },
};

function check(values: Record<string, string>) {
  return argumentsOf(fieldsOf(SCHEMA) ?? [], values);
}

describe('a form from a schema', () => {
  it('has a field of the right kind for each property, the needed ones first', () => {
    expect(fieldsOf(SCHEMA)?.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'id integer',
      'note string',
      'rate number',
      'urgent boolean',
      'level choice',
      'tags list',
      'numbers list',
      'where json',
    ]);
  });

  it('is given up for a schema that combines others, or describes no object', () => {
    for (const schema of [{ anyOf: [] }, { $ref: '#/x' }, { type: 'array' }, null, 7, true]) {
      expect(fieldsOf(schema)).toBeNull();
    }
    expect(fieldsOf({ type: 'object' })).toEqual([]);
  });

  it('takes any schema of a property', () => {
    const odd = { properties: { a: true, b: { type: ['string', 'null'] }, c: { type: 'array' }, d: { enum: [{}] } } };
    expect(fieldsOf(odd)?.map(({ kind }) => kind)).toEqual(['json', 'json', 'json', 'json']);
  });
});

describe('arguments from a form', () => {
  it('leave out what is empty and not needed', () => {
    expect(check({ id: '7', note: '' })).toEqual({ json: '{"id":7}' });
  });

  it('keep numbers as they were typed', () => {
    expect(check({ id: ' 9007199254740993 ', rate: '1.10' })).toEqual({ json: '{"id":9007199254740993,"rate":1.10}' });
  });

  it('hold texts, choices, lists and JSON', () => {
    expect(
      check({ id: '1', note: 'a "b"', urgent: 'true', level: '3', tags: 'x\n\ny z', numbers: '1\n 2 ', where: '{"city":"Bonn"}' }),
    ).toEqual({
      json: '{"id":1,"note":"a \\"b\\"","urgent":true,"level":3,"tags":["x","y z"],"numbers":[1,2],"where":{"city":"Bonn"}}',
    });
  });

  it('say at each field what is wrong', () => {
    const read = check({ id: '1.5', rate: '.5', numbers: '1\ntwo', where: '{' });
    expect(read).toMatchObject({
      errors: {
        id: 'Write a whole number, such as 42.',
        rate: 'Write a number, such as 4.2.',
        numbers: 'Line 2: Write a whole number, such as 42.',
      },
    });
    expect('errors' in read && read.errors['where']).toContain('This is not JSON');
    expect(check({})).toEqual({ errors: { id: 'The tool needs it.' } });
  });

  it('written by hand are an object', () => {
    expect(writtenArguments('')).toEqual({ json: '{}' });
    expect(writtenArguments(' {"a":1} ')).toEqual({ json: '{"a":1}' });
    expect(writtenArguments('[1]')).toHaveProperty('error');
    expect(writtenArguments('{a}')).toHaveProperty('error');
  });
});
