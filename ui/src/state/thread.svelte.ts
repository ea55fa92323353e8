import {
  wordsOf,
  HostError,
  type Approval,
  type ApprovalInput,
  type BatchId,
  type CallId,
  type Code,
  type ConversationId,
  type ConversationSettings,
  type Host,
  type Label,
  type Level,
  type RunEvent,
  type Spent,
  type TurnId,
} from '../ipc/host';
import { PUBLIC, join } from './label';
import { total } from './spent';
import { answered, begun, callsOf, fold, fromView, released, withRetry, type TurnState } from './turn';

/** A question that the host did not take. */
export interface Unasked {
  readonly question: string;
  readonly code: Code;
  readonly words: string;
}

// Text comes in small pieces, eighty and more a second; the page redraws at most this often.
const FLUSH_MS = 16;

const AS_SET: ConversationSettings = { sequential: null, early: null };

/** One conversation: its turns from the record, then what runs, folded from its events. */
export class Thread {
  #host: Host;
  #id = $state<ConversationId | null>(null);
  #turns = $state.raw<readonly TurnState[]>([]);
  /** The turn that this page runs. A turn that the record leaves open may be another program's. */
  /** How many of the turns are in the conversation's own label already. */
  #labelled = $state(0);
  #live = $state<TurnId | null>(null);
  /** `performance.now()` at which the running turn began. */
  #beganAt = $state(0);
  #heard = false;
  #queue: RunEvent[] = [];
  #flush: ReturnType<typeof setTimeout> | undefined;
  /** Whether the record was read, or there is none yet. */
  loaded = $state(false);
  error = $state('');
  unasked = $state.raw<Unasked | null>(null);
  /** Whether a question is on its way to the host and has no turn yet. */
  asking = $state(false);
  /** A turn for which stop was pressed. */
  #stopping = $state<string | null>(null);
  /** What this conversation says otherwise than its workspace and model. */
  #settings = $state.raw<ConversationSettings>(AS_SET);
  /** Calls that a person makes again at this moment. */
  #retrying = $state.raw<ReadonlySet<CallId>>(new Set());
  onnamed: (id: ConversationId) => void = () => {};
  onended: () => void = () => {};

  constructor(host: Host, id: ConversationId | null) {
    this.#host = host;
    this.#id = id;
    this.loaded = id === null;
  }

  get id(): ConversationId | null {
    return this.#id;
  }

  /** Lowers the label, on record: what was joined to it before counts no more. */
  async lower(to: Level, why: string): Promise<void> {
    if (this.#id === null) return;
    await this.#host.lowerLabel(this.#id, to, why);
    this.#labelled = this.#turns.length;
  }

  get turns(): readonly TurnState[] {
    return this.#turns;
  }

  get running(): TurnState | null {
    const turn = this.#live === null ? undefined : this.#turns.find(({ id }) => id === this.#live);
    return turn && turn.phase !== 'ended' ? turn : null;
  }

  get stopping(): boolean {
    return this.running !== null && this.#stopping === this.running.id;
  }

  get settings(): ConversationSettings {
    return this.#settings;
  }

  get retrying(): ReadonlySet<CallId> {
    return this.#retrying;
  }

  /** Of what is not in the conversation's own label yet: what runs counts at once, not only when its answer is on record. */
  get label(): Label {
    return this.#turns
      .slice(this.#labelled)
      .flatMap(({ answer, batches }) => [
        ...(answer ? [answer.label] : []),
        ...batches.flatMap((batch) => [batch.label, ...batch.calls.map((call) => call.label)]),
      ])
      .reduce(join, PUBLIC);
  }

  /** What its turns used, as far as they have ended. */
  get spent(): Spent {
    return total(this.#turns.flatMap(({ spent }) => spent ?? []));
  }

  /** Milliseconds since the running turn began, by this page's clock. */
  nowMs(): number {
    return performance.now() - this.#beganAt;
  }

  async load(): Promise<void> {
    if (this.loaded || this.#id === null) return;
    try {
      const [view, settings] = await Promise.all([
        this.#host.conversation(this.#id),
        // Without them it can still be read.
        this.#host.conversationSettings(this.#id).catch(() => AS_SET),
      ]);
      this.#settings = settings;
      if (!view) this.error = 'This conversation is not on record.';
      else if (this.#turns.length === 0) {
        this.#turns = view.turns.map(fromView);
        this.#labelled = this.#turns.length;
      }
      this.loaded = true;
    } catch (error) {
      this.error = wordsOf(error);
    }
  }

  async ask(question: string, model: string | null): Promise<boolean> {
    if (this.running || this.asking) return false;
    const fresh = this.#id === null;
    this.asking = true;
    this.unasked = null;
    this.#beganAt = performance.now();
    this.#heard = false;
    try {
      const asked = await this.#host.ask(
        { conversation: this.#id, question, model, ...this.#settings },
        (event) => this.#happened(event, question),
      );
      this.#named(asked.conversation);
      // What was chosen before there was a conversation to keep it in.
      if (fresh && this.#settings !== AS_SET) void this.#tell(this.#host.saveConversationSettings(asked.conversation, this.#settings));
      this.#begin(asked.turn, question);
      return true;
    } catch (error) {
      const code = error instanceof HostError ? error.code : 'internal';
      this.unasked = { question, code, words: wordsOf(error) };
      return false;
    } finally {
      this.asking = false;
    }
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.#stopping = this.running.id;
    await this.#tell(this.#host.stop(this.running.id));
  }

  async cancel(call: CallId): Promise<void> {
    if (this.running) await this.#tell(this.#host.cancelCall(this.running.id, call));
  }

  async cancelBatch(batch: BatchId): Promise<void> {
    if (this.running) await this.#tell(this.#host.cancelBatch(this.running.id, batch));
  }

  /** Lets the held batch go, or refuses it. */
  async release(approval: Approval): Promise<void> {
    const turn = this.running;
    if (!turn?.held) return;
    this.#replace(released(turn));
    await this.#tell(this.#host.releaseBatch(turn.id, turn.held.batch, approval));
  }

  /** Makes an ended call again, with other arguments if some are given; it stands under its turn once it has ended. */
  async retry(call: CallId, args: string | null): Promise<void> {
    if (this.#retrying.has(call)) return;
    this.#retrying = new Set([...this.#retrying, call]);
    await this.#tell(
      this.#host.retryCall(call, args).then(({ row }) => {
        const turn = this.#turns.find((one) => [...callsOf(one), ...one.retries].some(({ id }) => id === call));
        if (turn) this.#replace(withRetry(turn, row));
      }),
    );
    this.#retrying = new Set([...this.#retrying].filter((one) => one !== call));
  }

  /** Changes what this conversation says otherwise; one that has not begun keeps it until it does. */
  async choose(settings: ConversationSettings): Promise<void> {
    const before = this.#settings;
    this.#settings = settings;
    if (this.#id === null) return;
    try {
      await this.#host.saveConversationSettings(this.#id, settings);
      this.error = '';
    } catch (error) {
      this.#settings = before;
      this.error = wordsOf(error);
    }
  }

  async approve(answers: ApprovalInput[]): Promise<void> {
    const turn = this.running;
    if (!turn) return;
    this.#replace(answered(turn, answers));
    await this.#tell(this.#host.approve(turn.id, answers));
  }

  async #tell(told: Promise<void>): Promise<void> {
    try {
      await told;
      this.error = '';
    } catch (error) {
      // What was told about has ended in the meantime; its own event says so.
      if (!(error instanceof HostError && error.code === 'not_found')) this.error = wordsOf(error);
    }
  }

  /** Events may overtake the answer to `ask`: whichever comes first makes the turn. */
  #begin(turn: string, question: string) {
    if (this.#turns.some(({ id }) => id === turn)) return;
    this.#live = turn;
    this.#turns = [...this.#turns, begun(turn, question, '', Date.now() * 1000)];
  }

  #named(id: ConversationId) {
    if (this.#id === id) return;
    this.#id = id;
    this.onnamed(id);
  }

  #happened(event: RunEvent, question: string) {
    this.#queue.push(event);
    if (event.type === 'turn_started') {
      this.#begin(event.turn, question);
      this.#named(event.conversation);
    }
    this.#flush ??= setTimeout(() => this.#drain(), FLUSH_MS);
  }

  #drain() {
    this.#flush = undefined;
    const queue = this.#queue.splice(0);
    const last = queue.at(-1);
    if (!last) return;
    // The program's clock tells when things happened; ours follows it. The event that travelled least says best.
    const beganAt = performance.now() - last.ms;
    this.#beganAt = this.#heard ? Math.min(this.#beganAt, beganAt) : beganAt;
    this.#heard = true;
    const turn = this.#turns.find(({ id }) => id === last.turn);
    if (!turn) return;
    const next = queue.reduce(fold, turn);
    this.#replace(next);
    if (turn.phase !== 'ended' && next.phase === 'ended') {
      void this.#count(next.id);
      this.onended();
    }
  }

  /** Events say no prices: what the turn cost stands in the record. */
  async #count(id: TurnId) {
    const view = await this.#host.turnView(id).catch(() => null);
    const turn = this.#turns.find((one) => one.id === id);
    if (view && turn) this.#replace({ ...turn, spent: view.spent });
  }

  #replace(next: TurnState) {
    this.#turns = this.#turns.map((turn) => (turn.id === next.id ? next : turn));
  }
}
