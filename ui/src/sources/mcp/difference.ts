// What changed in a tool between what a person accepted and what its server says now.

/** A piece of a text: of both, only of the one before, or only of the one now. */
export interface Piece {
  readonly in: 'both' | 'before' | 'after';
  readonly text: string;
}

/** A tool's definition taken apart: the words that a model reads, and the rest, a line each. */
export interface Definition {
  readonly description: string;
  readonly rest: readonly string[];
}

/** Longer than this, what lies between the equal ends is shown as a whole: comparing would take too long to look at. */
const MOST = 1500;

/** The shortest way from one to the other, piece by piece. */
export function difference(before: readonly string[], after: readonly string[]): Piece[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const [left, right] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const both = (texts: readonly string[]): Piece[] => texts.map((text) => ({ in: 'both', text }));
  return [...both(before.slice(0, start)), ...between(left, right), ...both(before.slice(before.length - end))];
}

/** Reads an indented definition; what is none is all rest. */
export function definitionOf(text: string | null): Definition {
  if (text === null) return { description: '', rest: [] };
  try {
    const { description, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return { description: typeof description === 'string' ? description : '', rest: JSON.stringify(rest, null, 2).split('\n') };
  } catch {
    return { description: '', rest: text.split('\n') };
  }
}

/** Words with the blanks behind them. */
export const wordsIn = (text: string): string[] => text.match(/\S+\s*|\s+/g) ?? [];

function between(left: readonly string[], right: readonly string[]): Piece[] {
  const before = left.map((text): Piece => ({ in: 'before', text }));
  const after = right.map((text): Piece => ({ in: 'after', text }));
  if (left.length * right.length > MOST * MOST || left.length === 0 || right.length === 0) return [...before, ...after];
  // common[i][j]: how much left from i and right from j have in common, in order.
  const common = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = common[i];
      if (row) row[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) {
      pieces.push({ in: 'both', text: left[i] ?? '' });
      [i, j] = [i + 1, j + 1];
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      pieces.push(...before.slice(i, i + 1));
      i += 1;
    } else {
      pieces.push(...after.slice(j, j + 1));
      j += 1;
    }
  }
  return [...pieces, ...before.slice(i), ...after.slice(j)];
}
