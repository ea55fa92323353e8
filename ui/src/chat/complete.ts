// Completing `@` in a question to the name of a source or a tool.

import type { SourceView } from '../ipc/host';

export interface Completion {
  readonly name: string;
  readonly words: string;
}

/** Every name that can be completed to: sources, then their tools. */
export function names(sources: readonly SourceView[]): Completion[] {
  return sources.flatMap(({ spec }) => [
    { name: spec.name, words: `source, ${spec.base_url}` },
    ...spec.tools.map((tool) => ({ name: `${spec.name}.${tool.name}`, words: tool.description })),
  ]);
}

/** What stands after the `@` before the caret, and where the `@` is; nothing if no name is being written. */
export function atCaret(text: string, caret: number): { from: number; written: string } | null {
  const match = /(?:^|\s)@([a-z0-9_.]*)$/i.exec(text.slice(0, caret));
  return match ? { from: caret - (match[1] ?? '').length - 1, written: (match[1] ?? '').toLowerCase() } : null;
}

export function completions(all: readonly Completion[], written: string, most = 8): Completion[] {
  const matching = all.filter(({ name }) => name.includes(written));
  const rank = ({ name }: Completion) => (name.startsWith(written) ? 0 : 1);
  return matching.sort((a, b) => rank(a) - rank(b)).slice(0, most);
}
