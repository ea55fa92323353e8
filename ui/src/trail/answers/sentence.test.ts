import { expect, it } from 'vitest';

import type { TiedSpan } from '../../ipc/host';
import { sentenceAround } from './sentence';

const at = (text: string, words: string) => {
  const start = new TextEncoder().encode(text.slice(0, text.indexOf(words))).length;
  return { start, end: start + new TextEncoder().encode(words).length } as TiedSpan;
};

it('a figure stands in its line, without the marks of markdown', () => {
  const text = 'Ä first.\n\n- In **Zürich** it was **1,204** EUR.\nMore.';
  expect(sentenceAround(text, at(text, '1,204'))).toEqual(['In Zürich it was ', ' EUR.']);
});

it('a long line is cut at words, a cell stands in its row', () => {
  const text = `${'word '.repeat(40)}42 ${'more '.repeat(40)}`;
  const [before, after] = sentenceAround(text, at(text, '42'));
  expect(before.startsWith('… word') && before.length < 65 && after.endsWith('more …')).toBe(true);
  expect(sentenceAround('| A | 7 |', at('| A | 7 |', '7'))).toEqual([' A ', ' ']);
});
