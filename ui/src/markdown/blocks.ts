// A text as markdown tokens, bounded: a model may write anything, and a page that hangs is a page that lies.

import { Lexer, type Token } from 'marked';
import remend from 'remend';

import { figuresIn, withFigures, withoutMarks } from './marks';

/** Beyond this a text is cut for reading; the rest shows as plain text on request. */
export const LONGEST = 60_000;
/** A run without a space beyond this costs the lexer dearly and says nothing. */
const LONGEST_LINE = 8_000;
/** So often a text is read to find marks that would change how it is read. */
const MOST_TRIES = 48;

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
    blocks = arriving && rest === '' ? lexed(remend(head, { linkMode: 'text-only' })) : marked(head);
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

function lexed(text: string): Token[] {
  return new Lexer(LEXING).lex(text);
}

/** The blocks of a text with marks of figures: as without them, whatever stands there. A mark within a list's number or a
    link's address would make another text of it, and is left out. */
function marked(text: string): Token[] {
  const numbers = figuresIn(text);
  if (numbers.length === 0) return lexed(withFigures(text));
  const bare = JSON.stringify(lexed(withFigures(text)));
  let tries = 0;
  const fits = (kept: ReadonlySet<number>): Token[] | null => {
    tries += 1;
    const blocks = lexed(withFigures(text, kept));
    return withFigures(JSON.stringify(blocks)) === bare ? blocks : null;
  };
  const whole = fits(new Set(numbers));
  if (whole) return whole;
  // Halves, and halves of those that do not fit: few marks ever don't.
  const kept = new Set<number>();
  const waiting = [numbers];
  while (waiting.length > 0 && tries < MOST_TRIES) {
    const group = waiting.pop() ?? [];
    if (fits(new Set([...kept, ...group]))) group.forEach((number) => kept.add(number));
    else if (group.length > 1) {
      const half = group.length >> 1;
      waiting.push(group.slice(half), group.slice(0, half));
    }
  }
  return lexed(withFigures(text, kept));
}

/** Cuts before the first line that is too long, and at the limit. Marks take no room. */
function cutAt(text: string): number {
  let start = 0;
  while (start < text.length && start < LONGEST) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    if (stop - start > LONGEST_LINE && withoutMarks(text.slice(start, stop)).length > LONGEST_LINE) return start;
    start = stop + 1;
  }
  return Math.min(start, text.length);
}
