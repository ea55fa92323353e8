// One batch of the fake: each call waits for what its plan says, is sent, tried again, shared or asked about, and ends.

import type {
  Approval,
  BatchId,
  BatchView,
  CallId,
  CallRow,
  ConversationId,
  Count,
  Ended,
  Happening,
  Label,
  Outcome,
  SourceView,
  TurnId,
  Waiting,
} from '../bindings';
import { PUBLIC, join } from '../../state/label';
import type { Clock } from './clock';
import { label } from './company';
import { labelOf, madeOf } from './detect';
import { id } from './ids';
import type { PlannedCall } from './plans';
import type { Trail } from './record';

/** What holds for a turn. */
export interface Rules {
  readonly batchCalls: number;
  readonly early: boolean;
  readonly sequential: boolean;
  /** Sources that a person paused; changes while a turn runs. */
  readonly paused: ReadonlySet<string>;
}

/** What a batch needs of its turn. */
export interface Stage {
  readonly trail: Trail;
  readonly sources: readonly SourceView[];
  readonly conversation: ConversationId;
  readonly turn: TurnId;
  readonly rules: Rules;
  readonly clock: Clock;
  readonly say: (what: Happening) => void;
  /** The next handle of the conversation, each given once. */
  readonly handle: () => string;
  /** Every call of the batch has ended. */
  readonly onended: () => void;
}

interface Live {
  readonly planned: PlannedCall;
  readonly row: CallRow;
  args: Record<string, unknown>;
  begun: boolean;
  /** What must end first, and how that is said. */
  after: { call: CallId; waiting: Waiting } | null;
}

export class Batch {
  readonly id: BatchId;
  readonly view: BatchView;
  #lives: Live[] = [];
  #open = new Set<Live>();
  #asked = new Set<Live>();
  #stuck = new Set<Live>();
  #held = false;
  #sealed = false;
  #requests = 0;
  #sealedMs = 0;

  constructor(private readonly stage: Stage) {
    this.id = id('batch', stage.clock.micros() / 1000);
    this.view = { id: this.id, calls: [], elapsed_ms: 0, sequential_ms: 0, label: PUBLIC };
  }

  get waitsForPerson(): boolean {
    return this.#held || this.#asked.size > 0;
  }

  /** The model has written the call whole. */
  ready(planned: PlannedCall) {
    const { trail, clock, say, rules } = this.stage;
    const position = this.#lives.length;
    const spec = this.#tool(planned.tool);
    const about = planned.label ?? spec?.label ?? label('confidential');
    const call = id('call', clock.micros() / 1000);
    const handle = this.stage.handle();
    const effect = spec?.effect ?? (planned.tool.startsWith('tieout.') ? 'read' : 'write');
    const args = JSON.stringify(planned.args);
    const mayStart = rules.early && !rules.sequential && effect === 'read' && planned.asks === undefined;
    const early = mayStart && planned.after === undefined && planned.sameAs === undefined && position < rules.batchCalls;
    const at = clock.micros();
    const sealed = trail.seal('arguments', 'application/json', args);
    const fact = { call, batch: this.id, turn: this.stage.turn, position, handle, tool: planned.tool, effect, arguments: sealed, label: about };
    const seq = trail.append('call.requested', at, { ...this.#link(), ...fact, ...(early ? { early: id('model', at / 1000) } : {}) });
    const row: CallRow = {
      call, seq, at, conversation: this.stage.conversation, turn: this.stage.turn, batch: this.id, position, handle,
      tool: planned.tool, effect, telling: planned.telling, label: about, made: null, verdict: null, approved: null,
      sent_at: null, outcome: null, failure: null, status: null, size: 0, took_ms: 0,
      attempts: 0, early, from: null, retry_of: null, edited: false, dropped: null,
    };
    trail.add(row);
    this.view.calls.push(row);
    const live: Live = { planned, row, args: planned.args, begun: false, after: null };
    this.#lives.push(live);
    this.#open.add(live);
    say({
      type: 'call_ready',
      call: {
        id: call, batch: this.id, position, handle, asked_as: `toolu_${position}`, asked_for: planned.tool.replace('.', '__'),
        tool: spec || planned.tool.startsWith('tieout.') ? planned.tool : null, tool_version: '0f3a', effect, label: about, arguments: args, telling: planned.telling,
      },
    });
    if (planned.failure !== 'unknown_tool') {
      const decision = planned.asks
        ? { verdict: 'ask' as const, rule: 'writes-ask', reason: planned.asks }
        : { verdict: 'allow' as const, rule: 'reads-run', reason: 'It only reads.' };
      row.verdict = decision.verdict;
      trail.append('call.decided', at, { ...this.#link(), call, verdict: decision.verdict, rule: decision.rule });
      say({ type: 'decided', call, decision });
    }
    if (early) clock.at(3, () => this.#begin(live));
  }

  /** The model's message is complete. */
  seal() {
    this.#sealed = true;
    this.#sealedMs = this.stage.clock.now;
    this.#label();
    this.stage.say({ type: 'batch_started', batch: this.id, calls: this.view.calls.map(({ call }) => call), label: this.view.label });
    const limit = this.stage.rules.batchCalls;
    if (this.#lives.length <= limit) return this.#go();
    this.#held = true;
    const counts = new Map<string, number>();
    for (const { row } of this.#lives) counts.set(row.tool, (counts.get(row.tool) ?? 0) + 1);
    const tools: Count[] = [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
    this.stage.trail.append('batch.held', this.stage.clock.micros(), { ...this.#link(), batch: this.id, calls: this.#lives.length, limit });
    this.stage.say({ type: 'batch_held', batch: this.id, calls: this.#lives.length, limit, tools });
  }

  /** A person answered about the held batch. */
  release(approval: Approval): boolean {
    if (!this.#held) return false;
    this.#held = false;
    const allowed = approval.verdict !== 'refused';
    const reason = approval.verdict === 'refused' && approval.reason ? { reason: this.stage.trail.seal('reason', 'text/plain', approval.reason) } : {};
    this.stage.trail.append('batch.released', this.stage.clock.micros(), { ...this.#link(), batch: this.id, allowed, ...reason });
    if (allowed) this.#go();
    else {
      const words = `This message asked for ${this.#lives.length} calls at once, more than the ${this.stage.rules.batchCalls} that are allowed, and the person refused${approval.reason ? `: ${approval.reason}` : '; ask for fewer.'}`;
      for (const live of [...this.#open]) if (!live.begun) this.#end(live, 'refused', words);
    }
    return true;
  }

  approve(call: CallId, approval: Approval) {
    const live = [...this.#asked].find(({ row }) => row.call === call);
    if (!live) return;
    this.#asked.delete(live);
    const { trail, clock } = this.stage;
    const allowed = approval.verdict !== 'refused';
    live.row.approved = allowed;
    const reason = approval.verdict === 'refused' && approval.reason ? { reason: trail.seal('reason', 'text/plain', approval.reason) } : {};
    const edited = approval.verdict === 'edited' ? { arguments: trail.seal('arguments', 'application/json', approval.arguments) } : {};
    if (approval.verdict === 'edited') {
      live.args = JSON.parse(approval.arguments) as Record<string, unknown>;
      live.row.edited = true;
    }
    trail.append('approval.given', clock.micros(), { ...this.#link(), call, allowed, ...reason, ...edited });
    if (approval.verdict !== 'refused') clock.at(5, () => this.#proceed(live));
    else clock.at(2, () => this.#end(live, 'refused', `A person refused it${approval.reason ? `: ${approval.reason}` : '.'}`));
  }

  cancel(call: CallId): boolean {
    const live = [...this.#open].find(({ row }) => row.call === call);
    if (live) this.#end(live, 'cancelled', 'A person stopped it.');
    return live !== undefined;
  }

  cancelAll(words: string): boolean {
    const any = this.#open.size > 0;
    this.#held = false;
    for (const live of [...this.#open]) this.#end(live, 'cancelled', words);
    return any;
  }

  /** A source that was paused goes on. */
  resumed(source: string) {
    for (const live of [...this.#stuck]) {
      if (!live.row.tool.startsWith(`${source}.`)) continue;
      this.#stuck.delete(live);
      this.#proceed(live);
    }
  }

  #go() {
    const { say, trail, clock, rules } = this.stage;
    const asking = this.#lives.filter((live) => live.planned.asks !== undefined && this.#open.has(live));
    for (const live of asking) this.#asked.add(live);
    this.#lives.forEach((live, at) => {
      const first = rules.sequential ? this.#lives[at - 1] : undefined;
      if (!live.begun && live.planned.asks === undefined) this.#begin(live, first);
    });
    if (asking.length > 0) {
      const asks = asking.map(({ planned, row }) => ({
        call: row.call,
        request: this.#request(planned.tool, planned.args),
        arguments: JSON.stringify(planned.args, null, 2),
        decision: { verdict: 'ask' as const, rule: 'writes-ask', reason: planned.asks ?? '' },
      }));
      for (const { call } of asks) trail.append('approval.asked', clock.micros(), { ...this.#link(), call });
      say({ type: 'approval_asked', batch: this.id, asks });
    }
    this.#settle();
  }

  #begin(live: Live, before?: Live) {
    if (live.begun || !this.#open.has(live)) return;
    live.begun = true;
    if (live.planned.failure === 'unknown_tool') return this.#end(live, 'failed', live.planned.words ?? '');
    this.#proceed(live, before);
  }

  /** Sends the call as soon as nothing holds it up. */
  #proceed(live: Live, before?: Live) {
    const { planned, row } = live;
    const { say, rules } = this.stage;
    live.begun = true;
    const first = planned.sameAs ?? planned.after?.position;
    const earlier = first === undefined ? before : this.#lives[first];
    if (earlier && this.#open.has(earlier)) {
      const { call, handle } = earlier.row;
      const waiting: Waiting =
        planned.sameAs !== undefined
          ? { for: 'same', call, handle }
          : planned.after
            ? { for: 'resource', call, handle, resource: planned.after.resource }
            : { for: 'order', call, handle };
      live.after = { call, waiting };
      return say({ type: 'waits', call: row.call, waiting });
    }
    if (planned.sameAs !== undefined && earlier) return this.#share(live, earlier);
    const source = planned.tool.split('.')[0] ?? '';
    if (rules.paused.has(source)) {
      this.#stuck.add(live);
      return say({ type: 'waits', call: row.call, waiting: { for: 'paused_by_person', source } });
    }
    this.#waitOut(live, 0);
  }

  #waitOut(live: Live, at: number) {
    const wait = live.planned.waits?.[at];
    if (!this.#open.has(live)) return;
    if (!wait) return this.#send(live, 1);
    this.stage.say({ type: 'waits', call: live.row.call, waiting: wait.waiting });
    this.stage.clock.at(wait.ms, () => this.#waitOut(live, at + 1));
  }

  #send(live: Live, attempt: number) {
    const { planned, row, args } = live;
    const { trail, clock, say } = this.stage;
    if (!this.#open.has(live)) return;
    row.sent_at ??= clock.micros();
    row.attempts = attempt;
    this.#requests += 1;
    const request = trail.seal('request', 'message/http', this.#sent(planned, args));
    const endpoint = `http://127.0.0.1${this.#request(planned.tool, args).split(' ')[1]?.split('?')[0] ?? ''}`;
    trail.append('call.sent', clock.micros(), { ...this.#link(), call: row.call, attempt, endpoint, request });
    say({ type: 'dispatched', call: row.call, attempt });
    const failing = planned.tries?.[attempt - 1];
    if (!failing) {
      clock.at(planned.took, () => this.#end(live, planned.outcome ?? 'returned', planned.words ?? ''));
      return;
    }
    clock.at(failing.took, () => {
      if (!this.#open.has(live)) return;
      const words = trail.seal('words', 'text/plain', failing.words);
      trail.append('attempt.ended', clock.micros(), { ...this.#link(), call: row.call, attempt, failure: 'status', status: 503, words, took: failing.took * 1000 });
      say({ type: 'attempt_ended', call: row.call, attempt, words: failing.words, took_ms: failing.took });
      say({ type: 'waits', call: row.call, waiting: { for: 'again', attempt: attempt + 1, ms: failing.pause } });
      clock.at(failing.pause, () => this.#send(live, attempt + 1));
    });
  }

  #share(live: Live, other: Live) {
    live.row.from = other.row.call;
    this.#end(live, other.row.outcome ?? 'returned', '');
  }

  #end(live: Live, outcome: Outcome, words: string) {
    const { planned, row } = live;
    if (!this.#open.delete(live)) return;
    this.#asked.delete(live);
    this.#stuck.delete(live);
    const { trail, clock, say } = this.stage;
    const took = row.sent_at === null ? 0 : Math.round((clock.micros() - row.sent_at) / 1000);
    const came = outcome === 'returned' || (outcome === 'failed' && planned.status !== undefined);
    const last = planned.took * 1000;
    const body = Math.round(last * (planned.carried ?? 0.08));
    const fresh = row.position === 0 ? { name: 1800, connect: 900, tls: 2400 } : { name: 0, connect: 0, tls: 0 };
    const phases = came && row.sent_at !== null ? { ...fresh, answer: last - body, body, reused: row.position !== 0 } : null;
    const detected = came && row.from === null ? trail.look(row, JSON.stringify(live.args), planned.result) : null;
    if (detected) row.label = join(row.label, labelOf([...detected.arguments, ...detected.result]));
    const ended: Ended = {
      outcome,
      failure: outcome === 'failed' ? (planned.failure ?? 'internal') : null,
      status: came ? (planned.status ?? 200) : null,
      words,
      size: came ? planned.result.length : 0,
      took_ms: took,
      label: row.label,
      made: detected && madeOf(detected),
      from: row.from,
      phases,
    };
    const { words: _, phases: __, ...kept } = ended;
    Object.assign(row, kept);
    const result = came && row.from === null ? { result: trail.seal('result', planned.media ?? 'application/json', planned.result) } : {};
    const said = words ? { words: trail.seal('words', 'text/plain', words) } : {};
    const from = row.from ? { from: row.from } : {};
    trail.append('call.ended', clock.micros(), { ...this.#link(), call: row.call, outcome, ...result, ...said, ...from, ...(phases ? { phases } : {}), ...(detected ? { findings: trail.seal('findings', 'application/json', JSON.stringify(detected)) } : {}), label: row.label });
    say({ type: 'call_ended', call: row.call, ...ended });
    for (const next of [...this.#open]) {
      if (next.after?.call !== row.call) continue;
      next.after = null;
      this.#proceed(next);
    }
    this.#settle();
  }

  #settle() {
    if (!this.#sealed || this.#held || this.#open.size > 0) return;
    const sent = this.view.calls.filter((row) => row.sent_at !== null);
    const begin = Math.min(...sent.map((row) => row.sent_at ?? 0));
    const end = Math.max(...sent.map((row) => (row.sent_at ?? 0) + row.took_ms * 1000));
    const sealedAt = this.stage.clock.beganAt + this.#sealedMs * 1000;
    this.view.elapsed_ms = sent.length > 0 ? Math.round((end - begin) / 1000) : 0;
    this.view.sequential_ms = sent.reduce((sum, row) => sum + row.took_ms, 0);
    this.#label();
    this.stage.say({
      type: 'batch_ended',
      batch: this.id,
      elapsed_ms: this.view.elapsed_ms,
      sequential_ms: this.view.sequential_ms,
      saved_ms: sent.length > 0 ? Math.max(0, Math.round((sealedAt - begin) / 1000)) : 0,
      requests: this.#requests,
      label: this.view.label,
    });
    this.stage.onended();
  }

  #label() {
    this.view.label = this.view.calls.reduce<Label>((sum, row) => join(sum, row.label), PUBLIC);
  }

  #tool(name: string) {
    const [source, tool] = name.split('.');
    return this.stage.sources.find((view) => view.spec.name === source)?.spec.tools.find((spec) => spec.name === tool);
  }

  #request(name: string, args: Record<string, unknown>): string {
    const tool = this.#tool(name);
    if (!tool) return 'GET /';
    const path = tool.path.replace('{id}', String(args['id'] ?? ''));
    const query = Object.entries(args)
      .filter(([key]) => tool.method === 'GET' && key !== 'id')
      .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
      .join('&');
    return `${tool.method} ${path}${query ? `?${query}` : ''}`;
  }

  #sent(planned: PlannedCall, args: Record<string, unknown>): string {
    const body = planned.asks ? `\ncontent-type: application/json\n\n${JSON.stringify(args)}` : '\n';
    return `${this.#request(planned.tool, args)} HTTP/1.1\nauthorization: Bearer {secret:${planned.tool.split('.')[0]}_token}\naccept: application/json${body}`;
  }

  #link() {
    return { conversation: this.stage.conversation };
  }
}
