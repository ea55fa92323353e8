import { describe, expect, it } from 'vitest';

import type { Detection } from '../ipc/host';
import { formOf, piecesOf, readForm } from './detection';

const finding = (kind: string, start: number, end: number, pointer = ''): Detection => ({ kind, category: 'contact', pointer, start, end, confidence: 90 });

describe('a sample', () => {
  it('is cut where bytes say so, whatever its signs', () => {
    expect(piecesOf('é ann@x.org ü', [finding('email', 3, 12)])).toEqual([
      { text: 'é ', finding: null },
      { text: 'ann@x.org', finding: finding('email', 3, 12) },
      { text: ' ü', finding: null },
    ]);
  });

  it('of a document stays whole', () => {
    expect(piecesOf('{"a":"b"}', [finding('email', 0, 1, '/a')])).toEqual([{ text: '{"a":"b"}', finding: null }]);
  });
});

describe('the form', () => {
  it('says what was saved, without empty rows', () => {
    const own = {
      patterns: [{ name: 'order', category: 'organisation' as const, expression: 'A-[0-9]+' }],
      lists: [{ name: 'project', category: 'organisation' as const, words: ['Halo', 'Blue Sky'] }],
    };
    const form = formOf(own);
    form.patterns.push({ key: 'new', name: ' ', category: 'health', expression: '' });
    expect(readForm(form)).toEqual(own);
  });
});
