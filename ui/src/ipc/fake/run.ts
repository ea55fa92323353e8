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
  Ended,
  Happening,
  Label,
  Outcome,
  RunEvent,
  SourceView,
  TurnView,
} from '../bindings';
import { PUBLIC, join } from '../../state/label';
import { label } from './company';
import { id } from './ids';
import type { Plan, PlannedCall } from './plans';
import type { Trail } from './record';

const MARK = /\[\^c(\d+)\]/g;

interface Live {
  readonly planned: PlannedCall;
  readonly row: CallRow;
}

export class Run {
  readonly turn: TurnView;
  #agenda: { at: number; act: () => void }[] = [];
  #now = 0;
  #over = false;
  #open = new Map<CallId, Live>();
  #asked = new Map<CallId, Live>();
  #wake: () => void = () => {};

  constructor(
    private readonly trail: Trail,
    private readonly sources: readonly SourceView[],
    private readonly conversation: ConversationView,
    private readonly plan: Plan,
    private readonly model: string,
    question: string,
    private readonly beganAt: number,
    private readonly on: (event: RunEvent) => void,
  ) {
    this.turn = { id: id('turn', beganAt / 1000), question, at: beganAt, batches: [], answer: null, stopped: null, words: '' };
    conversation.turns.push(this.turn);
    const asked = trail.seal('question', 'text/plain', question);
    trail.append('question.asked', beganAt, { ...this.#link(), turn: this.turn.id, question: asked });
    this.#at(0, () => {
      this.#say({ type: 'turn_started', conversation: conversation.row.id, question, model });
      this.#round(0);
    });
  }

  /** Plays the whole of it at once; everything asked is allowed. */
  playNow() {
    while (this.#agenda.length > 0 || this.#asked.size > 0) {
      this.#next();
      this.approve([...this.#asked.keys()].map((call) => ({ call, approval: { verdict: 'allowed' } })));
    }
  }

  /** Plays it so many times faster than life. */
  async play(speed: number): Promise<void> {
    const began = performance.now();
    this.#clock = () => (performance.now() - began) * speed;
    while (!this.#over) {
      const next = this.#agenda[0];
      if (!next) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const wait = (next.at - this.#now) / speed;
      if (wait >= 4) await new Promise((resolve) => setTimeout(resolve, wait));
      this.#next();
      this.#sync();
    }
  }

  /** A person takes time of which the agenda knows nothing. */
  #sync() {
    this.#now = Math.max(this.#now, this.#clock());
  }

  #clock: () => number = () => 0;

  approve(answers: readonly { call: CallId; approval: Approval }[]) {
    this.#sync();
    for (const { call, approval } of answers) {
      const live = this.#asked.get(call);
      if (!live) continue;
      this.#asked.delete(call);
      const allowed = approval.verdict === 'allowed';
      live.row.approved = allowed;
      const reason =
        approval.verdict === 'refused' && approval.reason
          ? { reason: this.trail.seal('reason', 'text/plain', approval.reason) }
          : {};
      this.trail.append('approval.given', this.#micros(), { ...this.#link(), call, allowed, ...reason });
      if (allowed) this.#at(5, () => this.#dispatch(live));
      else {
        const words = approval.verdict === 'refused' ? approval.reason : '';
        this.#at(2, () => this.#end(live, 'refused', `A person refused it${words ? `: ${words}` : '.'}`));
      }
    }
    this.#wake();
  }

  cancel(call: CallId): boolean {
    const live = this.#open.get(call);
    if (!live) return false;
    this.#sync();
    this.#end(live, 'cancelled', 'A person stopped it.');
    this.#wake();
    return true;
  }

  stop() {
    if (this.#over) return;
    this.#sync();
    this.#asked.clear();
    for (const live of [...this.#open.values()]) this.#end(live, 'cancelled', 'The turn was stopped.');
    this.#agenda = [];
    this.turn.stopped = 'cancelled';
    this.turn.words = 'You stopped it.';
    this.#say({ type: 'turn_ended', stopped: 'cancelled', failure: null, words: 'You stopped it.', usage: { input: 0, output: 0 } });
    this.#over = true;
    this.#wake();
  }

  #round(index: number) {
    this.#say({ type: 'model_called', step: index + 1 });
    const round = this.plan.rounds[index];
    if (!round) {
      this.#at(300, () => this.#answer());
      return;
    }
    const batch = id('batch', this.#unixMs());
    round.forEach((planned, at) => this.#at(260 + at * 14, () => this.#ready(batch, planned, at)));
    this.#at(270 + round.length * 14, () => this.#seal(batch, index));
  }

  #ready(batch: BatchId, planned: PlannedCall, position: number) {
    const [source, tool] = planned.tool.split('.');
    const spec = this.sources.find((view) => view.spec.name === source)?.spec.tools.find(({ name }) => name === tool);
    const about = planned.label ?? spec?.label ?? label('confidential');
    const call = id('call', this.#unixMs());
    const handle = `c${this.#handles() + 1}`;
    const args = JSON.stringify(planned.args);
    const effect = spec?.effect ?? 'write';
    const sealed = this.trail.seal('arguments', 'application/json', args);
    const at = this.#micros();
    const fact = { call, batch, turn: this.turn.id, position, handle, tool: planned.tool, effect, arguments: sealed, label: about };
    const seq = this.trail.append('call.requested', at, { ...this.#link(), ...fact });
    const row: CallRow = {
      call, seq, at, conversation: this.conversation.row.id, turn: this.turn.id, batch, position, handle,
      tool: planned.tool, effect, telling: planned.telling, label: about, verdict: null, approved: null,
      sent_at: null, outcome: null, failure: null, status: null, size: 0, took_ms: 0,
    };
    this.trail.add(row);
    const view = this.turn.batches.at(-1)?.id === batch ? this.turn.batches.at(-1) : undefined;
    if (view) view.calls.push(row);
    else this.turn.batches.push({ id: batch, calls: [row], elapsed_ms: 0, sequential_ms: 0, label: PUBLIC });
    const live = { planned, row };
    this.#open.set(call, live);
    this.#say({
      type: 'call_ready',
      call: {
        id: call, batch, position, handle, asked_as: `toolu_${position}`, asked_for: planned.tool.replace('.', '__'),
        tool: spec ? planned.tool : null, tool_version: '0f3a', effect, label: about, arguments: args, telling: planned.telling,
      },
    });
    if (planned.failure === 'unknown_tool') {
      this.#at(1, () => this.#end(live, 'failed', planned.words ?? ''));
      return;
    }
    const decision = planned.asks
      ? { verdict: 'ask' as const, rule: 'writes-ask', reason: planned.asks }
      : { verdict: 'allow' as const, rule: 'reads-run', reason: 'It only reads.' };
    row.verdict = decision.verdict;
    this.trail.append('call.decided', at, { ...this.#link(), call, verdict: decision.verdict, rule: decision.rule });
    this.#say({ type: 'decided', call, decision });
    if (!planned.asks) this.#at(3 + (planned.held ?? 0), () => this.#dispatch(live));
  }

  #seal(batch: BatchId, index: number) {
    const view = this.turn.batches.find((candidate) => candidate.id === batch);
    if (!view) return;
    view.label = view.calls.reduce<Label>((sum, row) => join(sum, row.label), PUBLIC);
    this.#say({ type: 'batch_started', batch, calls: view.calls.map(({ call }) => call), label: view.label });
    for (const live of this.#open.values()) if (live.planned.asks) this.#asked.set(live.row.call, live);
    if (this.#asked.size > 0) {
      const asks = [...this.#asked.values()].map(({ planned, row }) => ({
        call: row.call,
        request: this.#request(planned),
        arguments: JSON.stringify(planned.args, null, 2),
        decision: { verdict: 'ask' as const, rule: 'writes-ask', reason: planned.asks ?? '' },
      }));
      this.#say({ type: 'approval_asked', batch, asks });
    }
    this.#whenAllEnded(index);
  }

  #whenAllEnded(index: number) {
    const view = this.turn.batches.at(-1);
    if (!view) return;
    if (this.#open.size > 0) {
      this.#afterEnd = () => this.#whenAllEnded(index);
      return;
    }
    this.#afterEnd = () => {};
    const sent = view.calls.filter((row) => row.sent_at !== null);
    const begin = Math.min(...sent.map((row) => row.sent_at ?? 0));
    const end = Math.max(...sent.map((row) => (row.sent_at ?? 0) + row.took_ms * 1000));
    view.elapsed_ms = sent.length > 0 ? Math.round((end - begin) / 1000) : 0;
    view.sequential_ms = sent.reduce((sum, row) => sum + row.took_ms, 0);
    view.label = view.calls.reduce<Label>((sum, row) => join(sum, row.label), PUBLIC);
    this.#say({
      type: 'batch_ended',
      batch: view.id,
      elapsed_ms: view.elapsed_ms,
      sequential_ms: view.sequential_ms,
      label: view.label,
    });
    this.#at(8, () => this.#round(index + 1));
  }

  #afterEnd: () => void = () => {};

  #dispatch(live: Live) {
    const { planned, row } = live;
    if (!this.#open.has(row.call)) return;
    row.sent_at = this.#micros();
    const request = this.trail.seal('request', 'message/http', this.#sent(planned));
    const endpoint = `http://127.0.0.1${this.#request(planned).split(' ')[1]?.split('?')[0] ?? ''}`;
    this.trail.append('call.sent', row.sent_at, { ...this.#link(), call: row.call, attempt: 1, endpoint, request });
    this.#say({ type: 'dispatched', call: row.call, attempt: 1 });
    this.#at(planned.took, () => this.#end(live, planned.outcome ?? 'returned', planned.words ?? ''));
  }

  #end({ planned, row }: Live, outcome: Outcome, words: string) {
    if (!this.#open.delete(row.call)) return;
    const came = outcome === 'returned' || (outcome === 'failed' && planned.status !== undefined);
    const ended: Ended = {
      outcome,
      failure: outcome === 'failed' ? (planned.failure ?? 'internal') : null,
      status: came ? (planned.status ?? 200) : null,
      words,
      size: came ? planned.result.length : 0,
      took_ms: row.sent_at === null ? 0 : Math.round((this.#micros() - row.sent_at) / 1000),
      label: row.label,
    };
    Object.assign(row, { ...ended, words: undefined });
    const result = came ? { result: this.trail.seal('result', planned.media ?? 'application/json', planned.result) } : {};
    const said = words ? { words: this.trail.seal('words', 'text/plain', words) } : {};
    this.trail.append('call.ended', this.#micros(), { ...this.#link(), call: row.call, outcome, ...result, ...said, label: row.label });
    this.#say({ type: 'call_ended', call: row.call, ...ended });
    this.#afterEnd();
  }

  #answer() {
    const first = this.#handles() - this.turn.batches.reduce((sum, batch) => sum + batch.calls.length, 0);
    const text = this.plan.answer.replace(MARK, (_, digits: string) => `[^c${Number(digits) + first}]`);
    const words = text.match(/\S{1,400}\s*/g) ?? [];
    const firstWordMs = this.#now;
    words.forEach((word, at) => this.#at(at * 12, () => this.#say({ type: 'text_delta', text: word })));
    this.#at(words.length * 12 + 5, () => this.#finish(text, firstWordMs));
  }

  #finish(marked: string, firstWordMs: number) {
    const rows = this.conversation.turns.flatMap((turn) => turn.batches.flatMap((batch) => batch.calls));
    const usage = { input: 1800 + rows.length * 210, output: Math.ceil(marked.length / 4) };
    this.#over = true;
    if (this.plan.fails) {
      const { failure, words } = this.plan.fails;
      this.turn.stopped = 'model';
      this.turn.words = words;
      this.trail.append('turn.stopped', this.#micros(), { ...this.#link(), turn: this.turn.id, why: 'model' });
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
            : row.size > 100_000
              ? { mode: 'truncated', shown: 60_000, of: row.size }
              : { mode: 'full' },
        earlier: row.turn !== this.turn.id,
      })),
      citations,
      unknown_citations: 0,
      label: rows.reduce<Label>((sum, row) => join(sum, row.label), PUBLIC),
      model: this.model,
      finish: 'stop',
      usage,
      timings: {
        turn_ms: Math.round(this.#now),
        batches_ms: mine.reduce((sum, batch) => sum + batch.elapsed_ms, 0),
        sequential_ms: mine.reduce((sum, batch) => sum + batch.sequential_ms, 0),
        first_word_ms: Math.round(firstWordMs),
      },
    };
    this.turn.answer = answer;
    this.trail.append('answer.given', this.#micros(), { ...this.#link(), turn: this.turn.id, label: answer.label });
    this.#say({ type: 'answer', answer });
    this.#say({ type: 'turn_ended', stopped: null, failure: null, words: '', usage });
  }

  #handles(): number {
    return this.conversation.turns.reduce(
      (sum, turn) => sum + turn.batches.reduce((inner, batch) => inner + batch.calls.length, 0),
      0,
    );
  }

  #request(planned: PlannedCall): string {
    const [source, name] = planned.tool.split('.');
    const tool = this.sources.find((view) => view.spec.name === source)?.spec.tools.find((spec) => spec.name === name);
    if (!tool) return 'GET /';
    const path = tool.path.replace('{id}', String(planned.args['id'] ?? ''));
    const query = Object.entries(planned.args)
      .filter(([key]) => tool.method === 'GET' && key !== 'id')
      .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
      .join('&');
    return `${tool.method} ${path}${query ? `?${query}` : ''}`;
  }

  #sent(planned: PlannedCall): string {
    const body = planned.asks ? `\ncontent-type: application/json\n\n${JSON.stringify(planned.args)}` : '\n';
    return `${this.#request(planned)} HTTP/1.1\nauthorization: Bearer {secret:${planned.tool.split('.')[0]}_token}\naccept: application/json${body}`;
  }

  #link() {
    return { conversation: this.conversation.row.id };
  }

  #say(what: Happening) {
    this.on({ turn: this.turn.id, ms: Math.round(this.#now), ...what });
  }

  #at(after: number, act: () => void) {
    this.#agenda.push({ at: this.#now + after, act });
    this.#agenda.sort((a, b) => a.at - b.at);
  }

  #next() {
    const next = this.#agenda.shift();
    if (!next) return;
    this.#now = Math.max(this.#now, next.at);
    next.act();
  }

  #micros(): number {
    return this.beganAt + Math.round(this.#now * 1000);
  }

  #unixMs(): number {
    return this.#micros() / 1000;
  }
}
