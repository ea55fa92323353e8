import { describe, expect, it } from 'vitest';

import { read } from './blocks';
import { pieces, withArriving, withCitations, withoutMarks } from './marks';
import { outside } from './outside';
import { csv, figure, order } from './table';

const cite = (at: number, handle: string) => ({ at, handle, call: `call_${handle}` });

describe('marks', () => {
  it('stand where the bytes say, letters of several bytes included', () => {
    const marked = withCitations('Zürich: 5 €.', [cite(14, 'c2')]);
    expect(pieces(marked)).toEqual([{ text: 'Zürich: 5 €' }, { handle: 'c2' }, { text: '.' }]);
  });

  it('keep their order at one place', () => {
    expect(pieces(withCitations('a', [cite(1, 'c1'), cite(1, 'c3')]))).toEqual([{ text: 'a' }, { handle: 'c1' }, { handle: 'c3' }]);
  });

  it('of an answer on record are only those beside it: the text can bring none', () => {
    expect(pieces(withCitations('a ⸨\uE000c9⸩', [cite(1, 'c1')])).filter((piece) => 'handle' in piece)).toEqual([{ handle: 'c1' }]);
  });

  it('beyond the end or the beginning lose no text', () => {
    expect(withoutMarks(withCitations('abc', [cite(99, 'c1'), cite(0, 'c2')]))).toBe('abc');
  });

  it('arrive as the model writes them, one or several, and wait until they are whole', () => {
    const known = new Set(['c1', 'c2']);
    expect(pieces(withArriving('Owes 5 [^c1, c2], [^c7].', known))).toEqual([{ text: 'Owes 5' }, { handle: 'c1' }, { handle: 'c2' }, { text: '.' }]);
    for (const end of [' [', ' [^', ' [^c', ' [^c1', ' [^c1, c']) expect(withArriving(`Owes 5${end}`, known)).toBe('Owes 5');
  });

  it('are not every bracket: notes and references stay', () => {
    expect(withArriving('See [c1] and [^note] and [a](b).', new Set(['c1']))).toBe('See [c1] and [^note] and [a](b).');
  });

  it('do not break emphasis around them', () => {
    const { blocks } = read(withCitations('**5 EUR)**', [cite(10, 'c1')]));
    expect(JSON.stringify(blocks)).toContain('"strong"');
  });
});

describe('hostile text', () => {
  const kinds = (text: string) => JSON.stringify(read(text).blocks.map(({ type }) => type));

  it('is markup only to those who would run it', () => {
    // The page shows `html` tokens as their source: see Blocks and Inline, which have no other branch for them.
    expect(kinds('<script>alert(1)</script>')).toBe('["html"]');
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['images', '![a]('.repeat(20_000)],
    ['emphasis', '*a_'.repeat(30_000)],
    ['backticks', '`a'.repeat(40_000)],
    ['quotes', '>'.repeat(50_000)],
    ['nested lists', Array.from({ length: 2_000 }, (_, at) => `${' '.repeat(at)}- a`).join('\n')],
    ['pipes', `|${'a|'.repeat(3_000)}\n|${'-|'.repeat(3_000)}\n`.repeat(3)],
    ['lines of brackets', `${'[a]('.repeat(1_900)}\n`.repeat(8)],
    ['lines of stars', `${'**a '.repeat(1_900)}\n\n`.repeat(8)],
    ['a line of megabytes', 'x'.repeat(5_000_000)],
    ['five megabytes of lines', 'word '.repeat(20).concat('\n').repeat(50_000)],
    ['references', '[a]: b\n'.repeat(8_000)],
    ['entities', '&#x'.repeat(30_000)],
  ])('of %s is read in time, and no word of it is lost', (_, text) => {
    const began = performance.now();
    const { blocks, rest } = read(text);
    expect(performance.now() - began).toBeLessThan(1500);
    expect(blocks.map(({ raw }) => raw).join('').length + rest.length).toBeGreaterThan(text.length * 0.9);
  });

  it('that still arrives is read in time too', () => {
    const began = performance.now();
    for (const text of ['**a [b](c '.repeat(5_000), `${'`'.repeat(3)}\n${'a\n'.repeat(20_000)}`]) read(text, true);
    expect(performance.now() - began).toBeLessThan(1500);
  });
});

describe('reading', () => {
  it('keeps the blocks that did not change', () => {
    const first = read('# A\n\nOne.\n\nTwo', true);
    const second = read('# A\n\nOne.\n\nTwo and', true, first);
    expect(second.blocks[0]).toBe(first.blocks[0]);
    expect(second.blocks[2]).toBe(first.blocks[2]);
    expect(second.blocks.at(-1)).not.toBe(first.blocks.at(-1));
  });

  it('shows emphasis before its end has come', () => {
    expect(JSON.stringify(read('It is **importa', true).blocks)).toContain('"strong"');
  });
});

describe('links', () => {
  it.each(['https://example.com/a', 'http://localhost:1', 'mailto:a@b.c'])('%s leads outside', (href) => {
    expect(outside(href)).not.toBeNull();
  });

  it.each([
    'javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x',
    'tieout://x', 'blob:https://a/b', '/relative', '#/settings', '', 'https://bank.example@evil.example/', 'about:blank',
  ])('%s is text', (href) => {
    expect(outside(href)).toBeNull();
  });
});

describe('tables', () => {
  it('know figures as people write them', () => {
    expect(['1,234.50', '−12 %', '€ 3', '12,34', 'c3', ''].map(figure)).toEqual([1234.5, -12, 3, null, null, null]);
  });

  it('sort by size, not by digits', () => {
    expect(order([['10'], ['9'], ['1,000'], ['n/a']], 0, false)).toEqual([1, 0, 2, 3]);
    expect(order([['10'], ['9'], ['1,000'], ['n/a']], 0, true)).toEqual([3, 2, 0, 1]);
  });

  it('become CSV that no spreadsheet runs', () => {
    expect(csv([['a,b', 'say "x"', '=HYPERLINK(1)', '-12.5', '@x']])).toBe('"a,b","say ""x""",\'=HYPERLINK(1),-12.5,\'@x\r\n');
  });
});
