// Erasing, holds and retention of the fake.

import { LEVELS } from '../../state/label';
import type { CallRow, Commitment, EntryView, EraseInput, ErasePreview, Erased, HoldScope, HoldView, PayloadRole, PayloadView, Retention } from '../bindings';
import { id } from './ids';
import type { Trail } from './record';
import type { Search } from './search';

const DAY = 86_400_000_000;
/** Payloads of settings and of what the program says about itself are never meant. */
const KEPT: readonly PayloadRole[] = ['setting', 'reason', 'anchor'];
const MOST_ERASED = 256;

interface Meant {
  payload: PayloadView;
  entry: EntryView;
}

export class Care {
  holds: HoldView[] = [];
  retention: Retention = { rules: [{ role: 'prompt', days: 90 }, { at_least: 'restricted', days: 30 }] };

  constructor(
    private readonly trail: Trail,
    private readonly search: () => Search,
  ) {}

  preview(scope: EraseInput): ErasePreview {
    return this.#preview(this.#meant(scope), this.#gone(scope));
  }

  erase(scope: EraseInput, why: string): Erased {
    return this.#erase(this.#meant(scope), why);
  }

  retentionPreview(rules: Retention): ErasePreview {
    return this.#preview(this.#due(rules), 0);
  }

  retentionApply(): Erased {
    const done = this.#erase(this.#due(this.retention), 'retention');
    this.trail.append('retention.applied', now(), { payloads: done.payloads, held: done.held });
    return done;
  }

  add(scope: HoldScope, reason: string): HoldView {
    const sealed = this.trail.seal('reason', 'text/plain', reason);
    const of = scope.kind === 'conversation' ? { of: scope.conversation } : scope.kind === 'call' ? { call: scope.call } : {};
    const hold = id('hold', Date.now());
    const seq = this.trail.append('hold.set', now(), { hold, ...of, reason: sealed });
    const view: HoldView = { id: hold, scope, reason, seq, at: now(), released_at: null };
    this.holds = [view, ...this.holds];
    return view;
  }

  release(hold: string, why: string) {
    this.trail.append('hold.released', now(), { hold, reason: this.trail.seal('reason', 'text/plain', why) });
    this.holds = this.holds.map((view) => (view.id === hold ? { ...view, released_at: now() } : view));
  }

  covers(entry: EntryView): boolean {
    const { conversation, call } = entry.body as { conversation?: string; call?: string };
    return this.#open().some(
      ({ scope }) =>
        scope.kind === 'everything' ||
        (scope.kind === 'conversation' && scope.conversation === conversation) ||
        (scope.kind === 'call' && scope.call === call),
    );
  }

  held(row: CallRow): boolean {
    return this.covers({ seq: 0, at: 0, type: '', leaf: '', body: { conversation: row.conversation, call: row.call } });
  }

  #open(): HoldView[] {
    return this.holds.filter(({ released_at }) => released_at === null);
  }

  #entriesOf(scope: EraseInput): readonly EntryView[] {
    const { entries } = this.trail;
    const body = (entry: EntryView) => entry.body as { conversation?: string; call?: string };
    switch (scope.kind) {
      case 'call':
        return entries.filter((entry) => body(entry).call === scope.call);
      case 'conversation':
        return entries.filter((entry) => body(entry).conversation === scope.conversation);
      case 'before':
        return entries.filter(({ at }) => at < scope.at);
      case 'filter': {
        const calls = new Set(this.search().found(scope.text).map(({ call }) => call));
        return entries.filter((entry) => calls.has(body(entry).call ?? ''));
      }
      case 'subject':
        return entries;
    }
  }

  #meant(scope: EraseInput): Meant[] {
    const all = this.#entriesOf(scope).flatMap((entry) => this.#sealed(entry));
    if (scope.kind !== 'subject') return all;
    const words = scope.words.trim().toLowerCase();
    return words === '' ? [] : all.filter(({ payload }) => payload.text.toLowerCase().includes(words));
  }

  #gone(scope: EraseInput): number {
    if (scope.kind === 'subject') return 0;
    const sealed = this.#entriesOf(scope).flatMap((entry) => this.trail.sealedBy(entry));
    return sealed.filter((commitment) => this.trail.erased.has(commitment)).length;
  }

  #due({ rules }: Retention): Meant[] {
    const levels = new Map(this.trail.rows.map(({ call, label }) => [call, label.level]));
    return this.trail.entries.flatMap((entry) =>
      this.#sealed(entry).filter(({ payload }) => {
        const level = levels.get((entry.body as { call?: string }).call ?? '') ?? 'internal';
        const fits = rules.filter(
          ({ role, at_least }) =>
            (role == null || role === payload.role) &&
            (at_least == null || LEVELS.indexOf(level) >= LEVELS.indexOf(at_least)),
        );
        return fits.some(({ days }) => entry.at < now() - days * DAY);
      }),
    );
  }

  #sealed(entry: EntryView): Meant[] {
    return this.trail.sealedBy(entry).flatMap((commitment: Commitment) => {
      const payload = this.trail.payloads.get(commitment);
      return payload && !KEPT.includes(payload.role) ? [{ payload, entry }] : [];
    });
  }

  #busy({ entry }: Meant): boolean {
    const row = this.trail.row((entry.body as { call?: string }).call ?? '');
    return row !== undefined && row.outcome === null;
  }

  #preview(meant: readonly Meant[], gone: number): ErasePreview {
    const going = meant.filter((one) => !this.covers(one.entry) && !this.#busy(one));
    const roles = new Map<PayloadRole, number>();
    for (const { payload } of going) roles.set(payload.role, (roles.get(payload.role) ?? 0) + 1);
    const distinct = (key: 'call' | 'conversation') =>
      new Set(going.flatMap(({ entry }) => (entry.body as Record<string, string>)[key] ?? [])).size;
    return {
      payloads: going.length,
      bytes: going.reduce((sum, { payload }) => sum + payload.size, 0),
      by_role: [...roles].map(([role, count]) => ({ role, count })).sort((a, b) => b.count - a.count),
      calls: distinct('call'),
      conversations: distinct('conversation'),
      held: meant.filter(({ entry }) => this.covers(entry)).length,
      gone,
      busy: meant.filter((one) => this.#busy(one)).length,
    };
  }

  #erase(meant: readonly Meant[], why: string): Erased {
    const going = meant.filter((one) => !this.covers(one.entry) && !this.#busy(one));
    const entries: number[] = [];
    for (let from = 0; from < going.length; from += MOST_ERASED) {
      const payloads = going.slice(from, from + MOST_ERASED).map(({ payload }) => payload.commitment);
      const seq = this.trail.append('payload.erased', now(), { payloads, reason: this.trail.seal('reason', 'text/plain', why) });
      this.trail.erase(payloads, seq);
      entries.push(seq);
    }
    return {
      payloads: going.length,
      bytes: going.reduce((sum, { payload }) => sum + payload.size, 0),
      held: meant.filter(({ entry }) => this.covers(entry)).length,
      entries,
    };
  }
}

const now = () => Date.now() * 1000;
