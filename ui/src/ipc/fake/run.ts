// One turn of the fake: a plan played on a clock. The same code fills the record with the past (no clock at all) and
// runs before a person's eyes.

import type {
  Answer,
  Approval,
  BatchId,
  CallId,
  CallRow,
  Citation,
  ConversationView,
  Happening,
  Label,
  RunEvent,
  SourceView,
  TurnView,
} from '../bindings';
import { PUBLIC, join } from '../../state/label';
import { Batch, type Rules, type Stage } from './batch';
import { Clock } from './clock';
import { together, unseenBy } from './together';
import { id } from './ids';
import { tiesOf, type ShownResult } from './ties';
import { NOTHING_SPENT } from './supply';
import type { Plan } from './plans';
import type { Trail } from './record';

const MARK = /\[\^c(\d+)\]/g;
/** A longer result is shown to the model by its beginning. */
const WHOLE = 100_000;
const SHOWN = 60_000;
/** Between two calls that the model writes, unless the plan says otherwise. */
const PACE_MS = 14;

export class Run {
  readonly turn: TurnView;
  #clock: Clock;
  #over = false;
  #batches: Batch[] = [];

  constructor(
    private readonly trail: Trail,
    private readonly sources: readonly SourceView[],
    private readonly conversation: ConversationView,
    private readonly plan: Plan,
    private readonly model: string,
    private readonly rules: Rules,
    question: string,
    beganAt: number,
    private readonly on: (event: RunEvent) => void,
  ) {
    this.#clock = new Clock(beganAt);
    this.turn = { id: id('turn', beganAt / 1000), question, at: beganAt, batches: [], retries: [], answer: null, stopped: null, words: '', shortened: 0, spent: NOTHING_SPENT };
    conversation.turns.push(this.turn);
    const asked = trail.seal('question', 'text/plain', question);
    trail.append('question.asked', beganAt, { ...this.#link(), turn: this.turn.id, question: asked });
    this.#clock.at(0, () => {
      this.#say({ type: 'turn_started', conversation: conversation.row.id, question, model });
      this.#round(0);
    });
  }

  /** Plays the whole of it at once; everything asked is allowed. */
  playNow() {
    for (;;) {
      const more = this.#clock.next();
      const asked = this.#batches.filter((batch) => batch.waitsForPerson);
      if (!more && asked.length === 0) return;
      for (const batch of asked) {
        batch.release({ verdict: 'allowed' });
        for (const { call } of batch.view.calls) batch.approve(call, { verdict: 'allowed' });
      }
    }
  }

  /** Plays it so many times faster than life. */
  play(speed: number): Promise<void> {
    return this.#clock.play(speed, () => this.#over);
  }

  approve(answers: readonly { call: CallId; approval: Approval }[]) {
    this.#told(() => answers.forEach(({ call, approval }) => this.#batches.forEach((batch) => batch.approve(call, approval))));
  }

  release(batch: BatchId, approval: Approval): boolean {
    return this.#told(() => this.#batches.some((one) => one.id === batch && one.release(approval)));
  }

  cancel(call: CallId): boolean {
    return this.#told(() => this.#batches.some((batch) => batch.cancel(call)));
  }

  cancelBatch(batch: BatchId): boolean {
    return this.#told(() => this.#batches.some((one) => one.id === batch && one.cancelAll('A person stopped the batch.')));
  }

  resumed(source: string) {
    this.#told(() => this.#batches.forEach((batch) => batch.resumed(source)));
  }

  stop() {
    if (this.#over) return;
    this.#told(() => {
      this.#over = true;
      for (const batch of this.#batches) batch.cancelAll('The turn was stopped.');
      this.#clock.clear();
      this.turn.stopped = 'cancelled';
      this.turn.words = 'You stopped it.';
      this.#say({ type: 'turn_ended', stopped: 'cancelled', failure: null, words: 'You stopped it.', usage: { input: 0, output: 0 } });
    });
  }

  /** A person does something while the turn runs. */
  #told<T>(act: () => T): T {
    this.#clock.sync();
    const done = act();
    this.#clock.wake();
    return done;
  }

  #round(index: number) {
    this.#say({ type: 'model_called', step: index + 1 });
    const { busy } = this.plan;
    if (index > 0 || !busy) return this.#heard(index);
    this.#clock.at(120, () => {
      const words = 'The provider answered 429: “Slow down”.';
      this.#say({ type: 'model_waits', attempt: 2, failure: 'rate_limited', words, wait_ms: busy.ms });
      this.#clock.at(busy.ms, () => {
        this.turn.shortened += busy.shortened;
        this.#say({ type: 'shortened', results: busy.shortened });
        this.#say({ type: 'model_called', step: 1 });
        this.#heard(0);
      });
    });
  }

  #heard(index: number) {
    const round = this.plan.rounds[index];
    if (!round) {
      this.#clock.at(300, () => this.#answer());
      return;
    }
    const pace = this.plan.pace ?? PACE_MS;
    this.#clock.at(260, () => {
      const batch = new Batch(this.#stage(index));
      this.#batches.push(batch);
      this.turn.batches.push(batch.view);
      round.forEach((planned, at) => this.#clock.at(at * pace, () => batch.ready(planned)));
      this.#clock.at(10 + round.length * pace, () => batch.seal());
    });
  }

  #stage(index: number): Stage {
    return {
      trail: this.trail,
      sources: this.sources,
      conversation: this.conversation.row.id,
      turn: this.turn.id,
      rules: this.rules,
      clock: this.#clock,
      say: (what) => this.#say(what),
      handle: () => `c${this.#handles() + 1}`,
      onended: () => this.#clock.at(8, () => this.#round(index + 1)),
    };
  }

  #answer() {
    const first = this.#handles() - this.turn.batches.reduce((sum, batch) => sum + batch.calls.length, 0);
    const text = this.plan.answer.replace(MARK, (_, digits: string) => `[^c${Number(digits) + first}]`);
    const words = text.match(/\S{1,400}\s*/g) ?? [];
    const firstWordMs = this.#clock.now;
    words.forEach((word, at) => this.#clock.at(at * 12, () => this.#say({ type: 'text_delta', text: word })));
    this.#clock.at(words.length * 12 + 5, () => this.#finish(text, firstWordMs));
  }

  #finish(marked: string, firstWordMs: number) {
    const rows = this.conversation.turns.flatMap((turn) => turn.batches.flatMap((batch) => batch.calls));
    const usage = { input: 1800 + rows.length * 210, output: Math.ceil(marked.length / 4) };
    this.#over = true;
    const failures = this.plan.fails ? 1 : 0;
    const cost = failures ? 0 : usage.input * 3 + usage.output * 15;
    this.turn.spent = { requests: this.plan.rounds.length + 1, failures, usage, cost, unpriced: failures, took_ms: Math.round(this.#clock.now) };
    if (this.plan.fails) {
      const { failure, words } = this.plan.fails;
      this.turn.stopped = 'model';
      this.turn.words = words;
      this.trail.append('turn.stopped', this.#clock.micros(), { ...this.#link(), turn: this.turn.id, why: 'model' });
      this.#say({ type: 'turn_ended', stopped: 'model', failure, words, usage });
      return;
    }
    const citations: Citation[] = [];
    let text = '';
    let from = 0;
    for (const mark of marked.matchAll(MARK)) {
      text += marked.slice(from, mark.index).replace(/ $/, '');
      from = mark.index + mark[0].length;
      const row = rows.find(({ handle }) => handle === `c${mark[1]}`);
      if (row) citations.push({ at: new TextEncoder().encode(text).length, call: row.call, handle: row.handle });
    }
    text += marked.slice(from);
    const mine = this.turn.batches;
    const answer: Answer = {
      text,
      exposure: rows.map((row) => ({
        call: row.call,
        handle: row.handle,
        mode:
          row.outcome !== 'returned'
            ? { mode: 'words' }
            : row.size > WHOLE
              ? { mode: 'truncated', shown: SHOWN, of: row.size }
              : { mode: 'full' },
        earlier: row.turn !== this.turn.id,
      })),
      citations,
      unknown_citations: 0,
      ties: tiesOf(text, citations, rows.flatMap((row) => shownOf(this.trail, row))),
      label: rows.reduce<Label>((sum, row) => join(sum, row.label), PUBLIC),
      unseen: unseenBy(this.model, rows),
      combined: together(rows),
      model: this.model,
      finish: 'stop',
      usage,
      timings: {
        turn_ms: Math.round(this.#clock.now),
        batches_ms: mine.reduce((sum, batch) => sum + batch.elapsed_ms, 0),
        sequential_ms: mine.reduce((sum, batch) => sum + batch.sequential_ms, 0),
        first_word_ms: Math.round(firstWordMs),
      },
    };
    this.turn.answer = answer;
    this.trail.append('answer.given', this.#clock.micros(), { ...this.#link(), turn: this.turn.id, label: answer.label });
    this.#say({ type: 'answer', answer });
    this.#say({ type: 'turn_ended', stopped: null, failure: null, words: '', usage });
  }

  #handles(): number {
    return this.conversation.turns.reduce(
      (sum, turn) => sum + turn.retries.length + turn.batches.reduce((inner, batch) => inner + batch.calls.length, 0),
      0,
    );
  }

  #link() {
    return { conversation: this.conversation.row.id };
  }

  #say(what: Happening) {
    this.on({ turn: this.turn.id, ms: Math.round(this.#clock.now), ...what });
  }
}

/** What the model was shown of a call's result. */
function shownOf(trail: Trail, row: CallRow): ShownResult[] {
  if (row.outcome !== 'returned' || row.from !== null) return [];
  const ended = trail.entries.findLast(({ type, body }) => type === 'call.ended' && (body as { call?: string }).call === row.call);
  const payload = trail.payloads.get(String((ended?.body as { result?: string } | undefined)?.result));
  if (!payload) return [];
  // What was cut off is closed again, as the program does it, so that what was shown can be read.
  const text = row.size > WHOLE ? `${payload.text.slice(0, payload.text.lastIndexOf('},', SHOWN))}}]}` : payload.text;
  return [{ row, text }];
}
