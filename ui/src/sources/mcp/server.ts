// An MCP server as a form has it.

import type { Auth, EnvValue, McpConnection, SourceSpec } from '../../ipc/host';

/** One variable that a program finds. */
export interface EnvRow {
  name: string;
  /** Whether `value` is the name of a kept key, and not the value itself. */
  kept: boolean;
  value: string;
  /** The key as it was typed, if it is a new one; it leaves the page once. */
  key: string;
}

/** Every field of both kinds, so that changing the kind and back loses nothing. */
export interface ServerDraft {
  name: string;
  how: 'program' | 'address';
  /** The program with its arguments; quotes keep words together. */
  command: string;
  env: EnvRow[];
  cwd: string;
  url: string;
  trusted: boolean;
}

export function serverDraft(before: SourceSpec | null): ServerDraft {
  const draft: ServerDraft = { name: before?.name ?? '', how: 'program', command: '', env: [], cwd: '', url: '', trusted: before?.mcp?.trusted ?? false };
  const transport = before?.mcp?.transport;
  if (transport?.kind === 'http') return { ...draft, how: 'address', url: before?.base_url ?? '' };
  if (transport?.kind !== 'stdio') return draft;
  const env = Object.entries(transport.env).map(([name, value]) => {
    return { name, kept: value.kind === 'secret', value: value.kind === 'secret' ? value.secret : value.value, key: '' };
  });
  return { ...draft, command: [transport.command, ...transport.args].map(quoted).join(' '), env, cwd: transport.cwd ?? '' };
}

/** How the server is named to the program. */
export function connectionOf(draft: ServerDraft, auth: Auth): McpConnection {
  const { name, trusted, url } = draft;
  if (draft.how === 'address') return { name, transport: { kind: 'http' }, url: url.trim(), auth, trusted };
  const [command = '', ...args] = wordsOfCommand(draft.command) ?? [];
  const env = Object.fromEntries(
    draft.env.filter(({ name }) => name !== '').map(({ name, kept, value }): [string, EnvValue] => [name, kept ? { kind: 'secret', secret: value } : { kind: 'plain', value }]),
  );
  return { name, transport: { kind: 'stdio', command, args, env, cwd: draft.cwd.trim() || null }, url: '', auth: { kind: 'none' }, trusted };
}

/** Why it can't be connected so; empty if it can. */
export function serverFault(draft: ServerDraft): string {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(draft.name)) return 'Its name has lower-case letters, digits and single “_” between them.';
  if (draft.how === 'address') return /^https?:\/\/\S+$/.test(draft.url.trim()) ? '' : 'Write its whole address, like “https://crm.example.com/mcp”.';
  const words = wordsOfCommand(draft.command);
  if (words === null) return 'The command has a quote that is not closed.';
  if (words.length === 0) return 'Write the program that is the server, with its arguments.';
  const wrong = draft.env.find(({ name, kept, value }) => (name !== '' || value !== '') && (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || (kept && !/^[A-Za-z0-9._-]{1,64}$/.test(value))));
  return wrong ? `Correct the variable ${wrong.name || 'without a name'}: its name has letters, digits and “_”, a key’s also “-” and “.”.` : '';
}

/** Words as a shell takes them apart, with quotes and backslashes and nothing else: no shell runs it. None if a quote is
    not closed. */
export function wordsOfCommand(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quote !== '' && sign === quote) quote = '';
    else if (sign === '\\' && quote !== "'") word = (word ?? '') + (text[(at += 1)] ?? '');
    else if (quote === '' && (sign === '"' || sign === "'")) [quote, word] = [sign, word ?? ''];
    else if (quote === '' && /\s/.test(sign)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + sign;
  }
  if (quote !== '') return null;
  return word === null ? words : [...words, word];
}

const quoted = (word: string): string => (/^[^\s"'\\]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
