import { describe, expect, it } from 'vitest';

import type { SourceSpec } from '../../ipc/host';
import { definitionOf, difference, wordsIn } from './difference';
import { connectionOf, serverDraft, serverFault, wordsOfCommand } from './server';

describe('a command', () => {
  it.each([
    [`npx -y  '@a/b c' "d \\"e" f\\ g`, ['npx', '-y', '@a/b c', 'd "e', 'f g']],
    [`a ''`, ['a', '']],
    ['', []],
    [`a 'b`, null],
  ])('%s is taken apart as a shell does', (text, words) => {
    expect(wordsOfCommand(text)).toEqual(words);
  });

  it('reads back from what was saved', () => {
    const transport = { kind: 'stdio', command: 'npx', args: ['-y', 'a b', `it's`, ''], env: { T: { kind: 'secret', secret: 'k' } }, cwd: null } as const;
    const source = { name: 'files', base_url: '', mcp: { transport, trusted: true, held: [] } } as unknown as SourceSpec;
    const draft = serverDraft(source);
    expect(serverFault(draft)).toBe('');
    expect(connectionOf(draft, { kind: 'none' })).toEqual({ name: 'files', transport, url: '', auth: { kind: 'none' }, trusted: true });
  });
});

describe('what a server’s form lacks', () => {
  const good = { ...serverDraft(null), name: 'files', command: 'serve' };
  it.each([
    [good, ''],
    [{ ...good, name: 'My files' }, 'lower-case'],
    [{ ...good, command: ' ' }, 'Write the program'],
    [{ ...good, env: [{ name: 'A B', kept: false, value: 'x', key: '' }] }, 'A B'],
    [{ ...good, how: 'address' as const, url: 'crm.example' }, 'whole address'],
    [{ ...good, how: 'address' as const, url: 'https://crm.example/mcp' }, ''],
  ])('is said', (draft, words) => {
    const fault = serverFault(draft);
    expect(words === '' ? fault : fault.includes(words)).toBe(words === '' ? '' : true);
  });
});

describe('a difference', () => {
  const signs = (before: string, after: string) =>
    difference(wordsIn(before), wordsIn(after))
      .map((piece) => ({ both: '', before: '-', after: '+' })[piece.in] + piece.text.trim())
      .join(' ');

  it('names what went and what came, and keeps both texts whole', () => {
    expect(signs('Adds two numbers', 'Adds two numbers')).toBe('Adds two numbers');
    expect(signs('Adds two numbers', 'Adds, and reads your keys, two numbers')).toBe('-Adds +Adds, +and +reads +your +keys, two numbers');
    expect(signs('', 'new')).toBe('+new');
    expect(signs('gone', '')).toBe('-gone');
    const [before, after] = ['a b c d e', 'a c b e f'].map(wordsIn);
    const pieces = difference(before ?? [], after ?? []);
    const of = (side: string) => pieces.filter((piece) => piece.in === 'both' || piece.in === side).map(({ text }) => text);
    expect([of('before'), of('after')]).toEqual([before, after]);
  });

  it('looks at what a model reads apart from the rest', () => {
    const text = JSON.stringify({ name: 'add', description: 'Adds', inputSchema: {} });
    expect(definitionOf(text)).toEqual({ description: 'Adds', rest: ['{', '  "name": "add",', '  "inputSchema": {}', '}'] });
    expect(definitionOf(null)).toEqual({ description: '', rest: [] });
    expect(definitionOf('not JSON').rest).toEqual(['not JSON']);
  });
});
