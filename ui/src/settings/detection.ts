// The form of what is looked for, and a sample with what was found in it.

import type { AboveClearance, Category, Detection, OwnDetectors } from '../ipc/host';

/** What may become of what is above a model's clearance. */
export const ABOVE: readonly { value: AboveClearance; words: string; means: string }[] = [
  { value: 'redact', words: 'Hide the values', means: 'The model reads pseudonyms such as ‹email-1›, the same for the same value; you read the values. What is above its clearance as a whole is kept out.' },
  { value: 'block', words: 'Keep it out', means: 'A result that holds anything above its clearance is kept from the model as a whole, and a question that does is not put to it.' },
];

export interface DetectionForm {
  patterns: { key: string; name: string; category: Category; expression: string }[];
  lists: { key: string; name: string; category: Category; words: string }[];
}

/** The form for what is saved. Its keys say only which row is which. */
export function formOf({ patterns, lists }: OwnDetectors): DetectionForm {
  return {
    patterns: patterns.map((pattern, index) => ({ key: `p${index}`, ...pattern })),
    lists: lists.map(({ words, ...list }, index) => ({ key: `l${index}`, ...list, words: words.join('\n') })),
  };
}

/** What the form says; rows that say nothing are left out. */
export function readForm({ patterns, lists }: DetectionForm): OwnDetectors {
  return {
    patterns: patterns
      .filter(({ name, expression }) => name.trim() !== '' || expression !== '')
      .map(({ name, category, expression }) => ({ name: name.trim(), category, expression })),
    lists: lists
      .filter(({ name, words }) => name.trim() !== '' || words.trim() !== '')
      .map(({ name, category, words }) => ({
        name: name.trim(),
        category,
        words: words
          .split('\n')
          .map((word) => word.trim())
          .filter((word) => word !== ''),
      })),
  };
}

/** A piece of a sample, and what was found there. */
export interface Piece {
  readonly text: string;
  readonly finding: Detection | null;
}

/** A text cut at what was found in it. Places count bytes of UTF-8; of a document's values the text says nothing. */
export function piecesOf(text: string, findings: readonly Detection[]): Piece[] {
  const bytes = new TextEncoder().encode(text);
  const decode = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  const pieces: Piece[] = [];
  let at = 0;
  for (const finding of findings.filter(({ pointer }) => pointer === '')) {
    if (finding.start < at) continue;
    if (finding.start > at) pieces.push({ text: decode(at, finding.start), finding: null });
    pieces.push({ text: decode(finding.start, finding.end), finding });
    at = finding.end;
  }
  if (at < bytes.length) pieces.push({ text: decode(at, bytes.length), finding: null });
  return pieces;
}
