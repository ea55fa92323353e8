// What the entries themselves say, without payloads: what a review shows, and a bundle that was made without them.

import type { CallRow, TurnView } from '../bindings';

/** What is left of a turn. */
export function closed(view: TurnView): TurnView {
  const batches = view.batches.map((batch) => ({ ...batch, calls: batch.calls.map(closedRow) }));
  return { ...view, question: '', words: '', batches, retries: view.retries.map(closedRow), answer: view.answer && { ...view.answer, text: '', citations: [], ties: { ...view.answer.ties, spans: [] } } };
}

/** What is left of a row: nothing that repeats an argument. */
export function closedRow(row: CallRow): CallRow {
  return { ...row, telling: '', made: null };
}
