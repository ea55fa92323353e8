// An answer as text with footnotes: after each figure a number, below the text what it comes from. Markdown as GitHub and
// pandoc write footnotes; the window writes files of the same form (crates/exports, `answer`).

import type { Answer, CallId, TiedSpan } from '../ipc/host';
import { indexes } from '../markdown/bytes';
import { callWords, foundWords, type NamedCall } from '../state/tied';

/** What no number can stand in: fenced code, code in a line, links, addresses and markup. Its numbers stand behind it. */
const CLOSED = /^(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?\1[^\n]*$|(`+)(?!`)[^\n]*?[^`\n]\2(?!`)|!?\[[^\]\n]*\]\([^)\n]*\)|<[^>\n]+>/gm;

/** The answer's text with its footnotes. What is said twice of figures is one footnote. */
export function footnoted(answer: Answer, named: (call: CallId) => NamedCall | null): string {
  const notes: string[] = [];
  const number = (note: string) => (notes.includes(note) ? notes.indexOf(note) : notes.push(note) - 1) + 1;
  const spans = [...answer.ties.spans].sort((a, b) => a.start - b.start);
  const ends = indexes(answer.text, spans.map(({ end }) => end));
  const closed = [...answer.text.matchAll(CLOSED)].map((match) => ({ from: match.index, to: match.index + match[0].length, block: match[1] !== undefined }));
  const marks = spans.map((span, index) => {
    const end = ends[index] ?? answer.text.length;
    const region = closed.find(({ from, to }) => from < end && end <= to);
    const mark = `[^${number(noteOf(span, named))}]`;
    return region ? { at: region.to, mark: region.block ? `\n\n${mark}` : mark } : { at: end, mark };
  });
  let text = '';
  let from = 0;
  for (const { at, mark } of marks.sort((a, b) => a.at - b.at)) {
    text += answer.text.slice(from, at) + mark;
    from = at;
  }
  text += answer.text.slice(from);
  return notes.length === 0 ? text : `${text.trimEnd()}\n\n${notes.map((note, at) => `[^${at + 1}]: ${note}\n`).join('')}`;
}

/** What a footnote says of a figure, in one line. */
export function noteOf(span: TiedSpan, named: (call: CallId) => NamedCall | null): string {
  const places = span.places.map(({ call, pointer, raw }) => `${callWords(named(call), call)} \`${pointer || '/'}\` = ${oneLine(raw)}`);
  const chance = span.chance && span.status === 'possible' ? ` ${span.chance.fit} of ${span.chance.of} random numbers fit too.` : '';
  return `${oneLine(foundWords(span))}${chance}${places.length > 0 ? ` ${places.join('; ')}` : ''}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
