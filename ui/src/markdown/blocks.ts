// A text as markdown tokens, bounded: a model may write anything, and a page that hangs is a page that lies.

import { Lexer, type Token } from 'marked';
import remend from 'remend';

/** Beyond this a text is cut for reading; the rest shows as plain text on request. */
export const LONGEST = 60_000;
/** A run without a space beyond this costs the lexer dearly and says nothing. */
const LONGEST_LINE = 8_000;

export interface Read {
  readonly blocks: readonly Token[];
  /** What was not read as markdown. */
  readonly rest: string;
}

const LEXING = { gfm: true, breaks: false, pedantic: false, silent: true } as const;

/** The text's blocks. Those that `before` had in the same words keep their identity, so that they are not redrawn. */
export function read(text: string, arriving = false, before: Read | null = null): Read {
  const cut = cutAt(text);
  const head = text.slice(0, cut);
  const rest = text.slice(cut);
  let blocks: Token[];
  try {
    blocks = new Lexer(LEXING).lex(arriving && rest === '' ? remend(head, { linkMode: 'text-only' }) : head);
  } catch {
    // The lexer recurses; text that is nested without end exhausts it.
    return { blocks: [], rest: text };
  }
  const kept = blocks.map((block, index) => {
    const old = before?.blocks[index];
    return old && old.raw === block.raw && old.type === block.type ? old : block;
  });
  return { blocks: kept, rest };
}

/** Cuts before the first line that is too long, and at the limit. */
function cutAt(text: string): number {
  let start = 0;
  while (start < text.length && start < LONGEST) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    if (stop - start > LONGEST_LINE) return start;
    start = stop + 1;
  }
  return Math.min(start, text.length);
}
