// The fake's trail: entries, payloads and what screens query of them, in memory and without proof of anything.

import type {
  CallDetail,
  CallId,
  CallRow,
  Commitment,
  ConversationId,
  ConversationView,
  Detected,
  EntryView,
  Health,
  Part,
  PayloadRole,
  PayloadView,
  ProofView,
  VerifyReport,
} from '../bindings';
import { Judging, detectedIn } from './detect';
import { digest } from './ids';
import { sourcesOf, usesOf } from './uses';

const CUT = 200_000;

export class Trail {
  entries: EntryView[] = [];
  conversations = new Map<ConversationId, ConversationView>();
  #rows: CallRow[] = [];
  #payloads = new Map<Commitment, PayloadView>();
  /** What is left of what was erased: its role, and the entry that says so. */
  erased = new Map<Commitment, PayloadView>();
  onchange: () => void = () => {};
  /** What people said of what is detected. */
  readonly judging = new Judging(this);

  /** What a call carries, as the detectors see it. */
  look(row: CallRow, args: string, result: string): Detected | null {
    return detectedIn(args, result, row.label, this.judging.alarms, row.tool, this.judging.own);
  }

  /** In the order in which they were asked for. */
  get rows(): readonly CallRow[] {
    return this.#rows;
  }

  get payloads(): ReadonlyMap<Commitment, PayloadView> {
    return this.#payloads;
  }

  /** What an entry commits to, whether or not it is still there. */
  sealedBy({ body }: EntryView): Commitment[] {
    return Object.values(body as Record<string, unknown>).filter(
      (value): value is Commitment => typeof value === 'string' && (this.#payloads.has(value) || this.erased.has(value)),
    );
  }

  /** Takes payloads away, once the entry that names them is there. */
  erase(commitments: readonly Commitment[], seq: number) {
    for (const commitment of commitments) {
      const gone = this.#payloads.get(commitment);
      this.#payloads.delete(commitment);
      if (gone) this.erased.set(commitment, { ...gone, media: '', size: 0, text: '', erased: seq });
    }
  }

  /** Records what happened and gives its place. */
  append(type: string, at: number, fact: Record<string, unknown>): number {
    const seq = this.entries.length;
    const body = { v: 1, seq, at, type, ...fact };
    this.entries.push({ seq, at, type, body, leaf: digest(JSON.stringify(body)) });
    this.onchange();
    return seq;
  }

  /** Keeps a payload and gives what an entry would commit to. */
  seal(role: PayloadRole, media: string, text: string): Commitment {
    const commitment = digest(`${this.#payloads.size} ${text}`);
    this.#payloads.set(commitment, { seq: this.entries.length, commitment, role, media, size: text.length, text, whole: true, erased: null });
    return commitment;
  }

  add(row: CallRow) {
    this.#rows.push(row);
  }

  change(call: CallId, change: Partial<CallRow>) {
    const row = this.#rows.find((candidate) => candidate.call === call);
    if (row) Object.assign(row, change);
  }

  row(call: CallId): CallRow | undefined {
    return this.#rows.find((candidate) => candidate.call === call);
  }

  detail(call: CallId): CallDetail | null {
    const row = this.row(call);
    if (!row) return null;
    const entries = this.entries.filter(({ body }) => (body as { call?: string }).call === call);
    const payloads = entries
      .flatMap((entry) => this.sealedBy(entry))
      .flatMap((commitment) => this.payload(commitment, CUT) ?? this.erased.get(commitment) ?? []);
    const conversation = row.conversation === null ? undefined : this.conversations.get(row.conversation);
    const findings = payloads.find(({ role, erased }) => role === 'findings' && erased === null);
    return {
      row: { ...row },
      entries,
      payloads,
      used_by: usesOf(this, conversation, call),
      taken_from: sourcesOf(this, conversation, call),
      detected: findings ? (JSON.parse(findings.text) as Detected) : null,
    };
  }

  /** The text of a payload of the call; empty if there is none. */
  textOf(call: CallId, role: PayloadRole): string {
    const entries = this.entries.filter(({ body }) => (body as { call?: string }).call === call);
    const payloads = entries.flatMap((entry) => this.sealedBy(entry)).flatMap((commitment) => this.#payloads.get(commitment) ?? []);
    return payloads.findLast((payload) => payload.role === role)?.text ?? '';
  }

  payload(commitment: Commitment, most: number): PayloadView | null {
    const payload = this.#payloads.get(commitment);
    if (!payload) return null;
    return { ...payload, text: payload.text.slice(0, most), whole: payload.text.length <= most };
  }

  prove(seq: number): ProofView {
    const levels = Math.max(1, Math.ceil(Math.log2(this.entries.length)));
    const path = Array.from({ length: levels }, (_, level) => btoa(digest(`${seq} ${level}`).slice(0, 32)));
    const root = btoa(digest(`root ${this.entries.length}`).slice(0, 32));
    const checkpoint = `tieout.example/ws\n${this.entries.length}\n${root}\n\n— tieout.example/ws ${btoa(digest(root))}\n`;
    return { seq, leaf: this.entries[seq]?.leaf ?? '', path, checkpoint };
  }

  health(source: string): Health {
    const sent = this.#rows.filter((row) => row.tool.startsWith(`${source}.`) && row.sent_at !== null);
    const since = Date.now() * 1000 - 7 * 86_400_000_000;
    const recent = sent.filter(({ at }) => at >= since);
    const times = recent.map((row) => row.took_ms).sort((a, b) => a - b);
    const last = sent.at(-1);
    return {
      calls: recent.length,
      failures: recent.filter(({ outcome }) => outcome !== 'returned' && outcome !== null).length,
      p50_ms: times[Math.ceil(times.length * 0.5) - 1] ?? 0,
      p95_ms: times[Math.ceil(times.length * 0.95) - 1] ?? 0,
      last_at: last?.sent_at ?? null,
      last_outcome: last?.outcome ?? null,
    };
  }

  report(at: number): VerifyReport {
    const entries = this.entries.length;
    return {
      at,
      entries,
      checkpoints: this.#checkpoints,
      payloads: this.#payloads.size,
      calls: this.#rows.length,
      root: btoa(digest(`root ${entries}`).slice(0, 32)),
      took_ms: 38,
      findings: [],
      parts: this.#parts(),
      erased: this.erased.size,
      anchored: null,
      witnesses: [],
      unchecked_ties: 0,
      vkeys: [`tieout.example/ws+8a3f01c2+${btoa(digest('vkey').slice(0, 32))}`],
    };
  }

  get #checkpoints(): number {
    return Math.ceil(this.entries.length / 3);
  }

  #parts(): VerifyReport['parts'] {
    const calls = this.#rows.length;
    const checked: [Part, number][] = [
      ['tree', this.entries.length],
      ['checkpoints', this.#checkpoints],
      ['known', 1],
      ['anchors', 0],
      ['story', calls],
      ['conversations', this.conversations.size],
      ['payloads', this.#payloads.size],
      ['ties', 0],
      ['projections', calls],
    ];
    return checked.map(([part, checked]) => ({ part, checked, findings: 0 }));
  }
}
