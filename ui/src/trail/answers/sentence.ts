// The words of an answer around one of its figures.

import type { TiedSpan } from '../../ipc/host';
import { indexes } from '../../markdown/bytes';

const MOST = 60;

/** What stands before and after the figure in its line, without markdown's marks, cut at words. */
export function sentenceAround(text: string, { start, end }: TiedSpan): [string, string] {
  const [from = 0, to = 0] = indexes(text, [start, end]);
  const before = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
  const stop = text.indexOf('\n', to);
  const after = text.slice(to, stop < 0 ? text.length : stop);
  const head = bare(before);
  const tail = bare(after);
  return [
    head.length > MOST ? `… ${head.slice(-MOST).replace(/^\S*\s/, '')}` : head,
    tail.length > MOST ? `${tail.slice(0, MOST).replace(/\s\S*$/, '')} …` : tail,
  ];
}

function bare(words: string): string {
  return words.replace(/\*\*|__|`|^\s*(?:[#>]+|[-*+]|\d+\.)\s+/g, '').replaceAll('|', ' ').replace(/\s+/g, ' ');
}
