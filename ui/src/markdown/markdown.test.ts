import { describe, expect, it } from 'vitest';

import { read } from './blocks';
import type { Token } from 'marked';

import type { TiedSpan } from '../ipc/host';
import { indexes } from './bytes';
import { figuresIn, pieces, withArriving, withMarks, withoutMarks } from './marks';
import { outside } from './outside';
import { csv, figure, order, withSources } from './table';

const cite = (at: number, handle: string) => ({ at, handle, call: `call_${handle}` });

describe('marks', () => {
  it('stand where the bytes say, letters of several bytes included', () => {
    const marked = withMarks('Zürich: 5 €.', [cite(14, 'c2')]);
    expect(pieces(marked)).toEqual([{ text: 'Zürich: 5 €' }, { handle: 'c2' }, { text: '.' }]);
  });

  it('keep their order at one place', () => {
    expect(pieces(withMarks('a', [cite(1, 'c1'), cite(1, 'c3')]))).toEqual([{ text: 'a' }, { handle: 'c1' }, { handle: 'c3' }]);
  });

  it('of an answer on record are only those beside it: the text can bring none', () => {
    expect(pieces(withMarks('a ⸨\uE000c9⸩', [cite(1, 'c1')])).filter((piece) => 'handle' in piece)).toEqual([{ handle: 'c1' }]);
  });

  it('beyond the end or the beginning lose no text', () => {
    expect(withoutMarks(withMarks('abc', [cite(99, 'c1'), cite(0, 'c2')]))).toBe('abc');
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
    const { blocks } = read(withMarks('**5 EUR)**', [cite(10, 'c1')]));
    expect(JSON.stringify(blocks)).toContain('"strong"');
  });
});

/** A span of a text at the nth place where it has the words. */
function span(text: string, words: string, nth = 0, more: Partial<TiedSpan> = {}): TiedSpan {
  let at = -1;
  for (let times = 0; times <= nth; times += 1) at = text.indexOf(words, at + 1);
  const start = new TextEncoder().encode(text.slice(0, at)).length;
  const end = start + new TextEncoder().encode(words).length;
  return { start, end, text: words, status: 'tied', kind: 'exact', places: [], derivation: null, chance: null, alternatives: 0, cited: null, cite_agrees: null, ...more };
}

/** The words of every figure as the page would mark it, from whatever token they stand in. */
function marked(text: string, spans: readonly TiedSpan[]): string[] {
  const found: string[] = [];
  const walk = (tokens: readonly Token[]) => {
    for (const token of tokens) {
      const inner = token as { tokens?: Token[]; items?: Token[]; header?: { tokens: Token[] }[]; rows?: { tokens: Token[] }[][]; text?: string };
      const cells = [...(inner.header ?? []), ...(inner.rows ?? []).flat()].map((cell) => cell.tokens);
      if (inner.items) walk(inner.items);
      else if (cells.length > 0) cells.forEach(walk);
      else if (inner.tokens) walk(inner.tokens);
      else for (const piece of pieces(inner.text ?? token.raw)) if ('text' in piece && piece.figure !== undefined) found.push(`${piece.figure} ${piece.text}`);
    }
  };
  walk(read(withMarks(text, [], spans)).blocks);
  return found;
}

describe('figures', () => {
  it('are marked at their words, whatever letters stand before them', () => {
    const text = 'Zürich 🏔️ — „Genève“: **1,204** und 877';
    expect(marked(text, [span(text, '1,204'), span(text, '877')])).toEqual(['0 1,204', '1 877']);
    expect(withoutMarks(withMarks(text, [], [span(text, '877')]))).toBe(text);
  });

  it('are marked in lists, headings, quotes, tables, links, code and emphasis', () => {
    const text = '# Of 11\n\n- a *22* b\n  1. 33\n\n> 44\n\n| a 55 | b |\n|--|--:|\n| ü | 66 |\n\n[no 77](https://x.example/77) `88` \n\n```\n99\n```';
    const spans = ['11', '22', '33', '44', '55', '66', '77', '88', '99'].map((words) => span(text, words));
    expect(marked(text, spans)).toEqual(spans.map(({ text: words }, at) => `${at} ${words}`));
  });

  it('stand beside a citation, and do not break emphasis', () => {
    const text = '**5,120.50** EUR';
    const blocks = read(withMarks(text, [cite(12, 'c1')], [span(text, '5,120.50')])).blocks;
    expect(JSON.stringify(blocks)).toContain('"strong"');
    expect(pieces(withMarks('ab', [cite(1, 'c1')], [span('ab', 'a')]))).toEqual([{ text: 'a', figure: 0 }, { handle: 'c1' }, { text: 'b' }]);
  });

  it('whose marks would change what is read are left out, and no other', () => {
    const text = '12. one\n13. two 45\n\n[a](https://x.example/67) 89';
    expect(marked(text, [span(text, '12'), span(text, '45'), span(text, '67'), span(text, '89')])).toEqual(['1 45', '3 89']);
    const bare = JSON.stringify(read(text).blocks);
    expect(withoutMarks(JSON.stringify(read(withMarks(text, [], [span(text, '12'), span(text, '45')])).blocks))).toBe(bare);
  });

  it('that overlap, or are not the text they say, are left out', () => {
    const text = 'Köln 12345';
    const inside = { ...span(text, '12345'), start: 2 };
    const beyond = { ...span(text, '12345'), start: 90, end: 95 };
    expect(figuresIn(withMarks(text, [], [span(text, '1234'), span(text, '345'), inside, beyond]))).toEqual([0]);
    expect(withoutMarks(withMarks(text, [], [inside, beyond]))).toBe(text);
  });

  it('cannot be brought by the text itself', () => {
    expect(figuresIn(withMarks('\uE0010\uE00212\uE003 34', [], [span('34', '34')]))).toEqual([]);
  });

  it('are many, and each has its mark', () => {
    const text = Array.from({ length: 1_500 }, (_, at) => `| r${at} | ${1000 + at} |`).join('\n');
    const table = `| a | b |\n|--|--|\n${text}`;
    const spans = Array.from({ length: 1_500 }, (_, at) => span(table, String(1000 + at)));
    expect(marked(table, spans)).toHaveLength(1_500);
  });

  it('stand at the letter of their byte', () => {
    expect(indexes('aü🏔b', [0, 1, 3, 7, 8])).toEqual([0, 1, 2, 4, 5]);
    expect(indexes('ü', [1, 99])).toEqual([1, 1]);
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

  it('have a column more for what their figures come from', () => {
    const place = { call: 'call_1', pointer: '/items/0/amount', raw: '5' };
    const tied = span('5', '5', 0, { places: [place] });
    const named = () => ({ handle: 'c1', tool: 'billing.list', telling: 'customer 7' });
    expect(withSources(['Name', 'Owes'], [['A', '5'], ['B', '6']], [[[], [tied]], [[], [span('6', '6', 0, { status: 'untied' })]]], named)).toEqual([
      ['Name', 'Owes', 'Source'],
      ['A', '5', 'Owes: billing.list customer 7 /items/0/amount'],
      ['B', '6', 'Owes: untied'],
    ]);
    expect(withSources(['Name'], [['A']], [[[]]], named)).toEqual([['Name'], ['A']]);
  });

  it('become CSV that no spreadsheet runs', () => {
    expect(csv([['a,b', 'say "x"', '=HYPERLINK(1)', '-12.5', '@x']])).toBe('"a,b","say ""x""",\'=HYPERLINK(1),-12.5,\'@x\r\n');
  });
});
