import { describe, expect, it } from 'vitest';

import { holds, set, termsOf, toggled, without } from './terms';

describe('the terms of a filter', () => {
  it('are fields with values, words and what is denied, each at its place', () => {
    const text = 'source:crm,billing  -tool:search "acme gmbh" not:is:held label:≥confidential';
    expect(termsOf(text).map(({ not, field, values }) => [not, field, values])).toEqual([
      [false, 'source', ['crm', 'billing']],
      [true, 'tool', ['search']],
      [false, '', ['acme gmbh']],
      [true, 'is', ['held']],
      [false, 'label', ['≥confidential']],
    ]);
    for (const { start, end, text: own } of termsOf(text)) expect(text.slice(start, end)).toBe(own);
  });

  it('stand whatever somebody has typed so far', () => {
    expect(termsOf('"acme')).toMatchObject([{ field: '', values: ['acme'] }]);
    expect(termsOf('source:')).toMatchObject([{ field: 'source', values: [''] }]);
    expect(termsOf('-')).toMatchObject([{ not: false, values: ['-'] }]);
    expect(termsOf('tool:"a, b",c')).toMatchObject([{ values: ['a, b', 'c'] }]);
    expect(termsOf('   ')).toEqual([]);
  });

  it('can be taken out, and leave one space', () => {
    const text = 'source:crm outcome:failed acme';
    expect(termsOf(text).map((term) => without(text, term))).toEqual([
      'outcome:failed acme',
      'source:crm acme',
      'source:crm outcome:failed',
    ]);
  });
});

describe('a value', () => {
  it('goes in and comes out again', () => {
    expect(toggled('', 'source', 'crm')).toBe('source:crm');
    expect(toggled('acme', 'outcome', 'failed')).toBe('acme outcome:failed');
    expect(toggled('outcome:failed acme', 'outcome', 'timed_out')).toBe('outcome:failed,timed_out acme');
    expect(toggled('outcome:failed,timed_out acme', 'outcome', 'failed')).toBe('outcome:timed_out acme');
    expect(toggled('outcome:failed acme', 'outcome', 'failed')).toBe('acme');
  });

  it('leaves comparisons and what is denied alone', () => {
    expect(toggled('label:≥confidential', 'label', 'public')).toBe('label:≥confidential label:public');
    expect(toggled('-source:crm', 'source', 'crm')).toBe('-source:crm source:crm');
    expect(holds('-source:crm', 'source', 'crm')).toBe(false);
  });

  it('takes the place of what the field said', () => {
    expect(set('since:7d acme since:2d', 'since', '2026-11-01')).toBe('acme since:2026-11-01');
    expect(set('since:7d acme', 'since', null)).toBe('acme');
    expect(set('', 'tool', 'a b')).toBe('tool:"a b"');
  });
});
